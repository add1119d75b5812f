//! A service as one front end sees it: its hosts, who of them is in the rotation, and how many
//! of the front end's threads are in calls to it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use netsplit_sim::{Host, NodeId};
use serde_json::json;

use crate::bulkhead::{Bulkhead, GiveUp};
use crate::messages::{Dice, Job, JobDone, Service};
use crate::outlier::Outliers;
use crate::params::{Params, Routing};
use crate::rules::Outcome;
use crate::seats::Defences;

/// One of the services that a front end depends on.
pub(crate) struct Dependency {
    host: Host,
    params: Rc<Params>,
    pub name: Rc<str>,
    hosts: Vec<(NodeId, Rc<str>)>,
    next: Cell<usize>,
    outliers: Option<RefCell<Outliers>>,
    bulkhead: RefCell<Bulkhead>,
    give_up: GiveUp,
}

/// A thread's place in the bulkhead, while it is there: given back when the call has ended, or
/// dropped, when the user has left and the whole request with it.
pub(crate) struct Place {
    /// `None` once it is given back.
    inside: Option<Rc<Dependency>>,
}

impl Place {
    /// The call has ended.
    pub fn leave(mut self) {
        if let Some(service) = self.inside.take() {
            service.bulkhead.borrow_mut().leave();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(service) = self.inside.take() {
            (service.give_up)(&mut service.bulkhead.borrow_mut());
        }
    }
}

impl Dependency {
    /// The service, as it was deployed.
    pub fn new(
        host: &Host,
        service: Service,
        params: &Rc<Params>,
        defences: Defences,
    ) -> Rc<Dependency> {
        let hosts: Vec<_> = host
            .nodes(service.name())
            .into_iter()
            .map(|node| (node, Rc::from(&*host.name_of(node))))
            .collect();
        let outliers =
            params.ejection().map(|rules| Outliers::new(rules, defences.has_room, hosts.len()));
        let dependency = Rc::new(Dependency {
            host: host.clone(),
            params: params.clone(),
            name: service.name().into(),
            hosts,
            next: Cell::new(0),
            outliers: outliers.map(RefCell::new),
            bulkhead: RefCell::new(Bulkhead::new(params.bulkhead.limit())),
            give_up: defences.give_up,
        });
        if dependency.outliers.is_some() {
            host.spawn(dependency.clone().sweep());
        }
        dependency
    }

    /// Which host to ask, by its number: the key's, or the next in the rotation.
    pub fn pick(&self, rank: u64) -> usize {
        let count = self.hosts.len();
        if self.params.routing == Routing::Key {
            return rank as usize % count;
        }
        let in_turn = (0..count).map(|step| (self.next.get() + step) % count);
        let is_in = |host: &usize| match &self.outliers {
            Some(outliers) => outliers.borrow().is_in(*host),
            None => true,
        };
        // When all are out, the one whose turn it is: better a bad host than none.
        let picked = in_turn.clone().find(is_in).unwrap_or(self.next.get());
        self.next.set((picked + 1) % count);
        picked
    }

    /// The name of a host.
    pub fn host_name(&self, host: usize) -> &Rc<str> {
        &self.hosts[host].1
    }

    /// A place in the bulkhead, if one is free.
    pub fn enter(self: &Rc<Self>) -> Option<Place> {
        let entered = self.bulkhead.borrow_mut().try_enter();
        if !entered {
            self.host.count("bulkhead_rejections", 1);
        }
        entered.then(|| Place { inside: Some(self.clone()) })
    }

    /// Calls a host once. Whether the answer was good.
    pub async fn call(&self, host: usize, dice: Dice) -> bool {
        self.host.count("calls", 1);
        let began = self.host.monotonic();
        let answer =
            self.host.call(self.hosts[host].0, &Job(dice), *self.params.call_timeout).await;
        let ok = matches!(answer, Ok(JobDone(true)));
        let now = self.host.monotonic();
        self.host.observe("call", now.saturating_sub(began));
        if !ok {
            self.host.count("failed_calls", 1);
        }
        let ejected = |outliers: &RefCell<Outliers>| outliers.borrow_mut().record(now, host, ok);
        if self.outliers.as_ref().is_some_and(ejected) {
            self.host.count("ejections", 1);
            self.host.record("ejected", json!({ "host": &**self.host_name(host) }));
        }
        ok
    }

    /// Lets ejected hosts return.
    async fn sweep(self: Rc<Self>) {
        loop {
            self.host.sleep(*self.params.eject_interval).await;
            let now = self.host.monotonic();
            let sweep = |outliers: &RefCell<Outliers>| outliers.borrow_mut().sweep(now);
            for host in self.outliers.iter().flat_map(sweep) {
                self.host.record("returned", json!({ "host": &**self.host_name(host) }));
            }
        }
    }

    /// How a call, or several, that began at `began` ended now.
    pub fn outcome(&self, began: std::time::Duration, ok: bool) -> Outcome {
        let took = self.host.monotonic().saturating_sub(began);
        Outcome { ok, took }
    }
}
