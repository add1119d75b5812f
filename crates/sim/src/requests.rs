//! The life of a request: from its arrival to the history.

use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{Operation, Outcome, Status, Time, TraceKind, Window};
use serde_json::Value;

use crate::events::{Event, RequestKey};
use crate::executor::TaskKey;
use crate::hosts::HostKind;
use crate::load::{LoadState, Session};
use crate::sim::Sim;
use crate::tracer::{number, tag};
use crate::world::World;
use crate::{Host, NodeId, Reply, Request};

/// A request that has not ended.
pub(crate) struct Live {
    load: usize,
    session: Session,
    request: Request,
    input: Value,
    intended: Time,
    task: Option<TaskKey>,
}

impl Sim {
    /// An open-loop load sends its next request, and the one after it is scheduled.
    pub fn arrival(self: &Rc<Sim>, load: usize) {
        {
            let world = &mut *self.world.borrow_mut();
            if let Some(at) = world.loads[load].next_arrival() {
                world.events.push(at, Event::Arrival(load as u32));
            }
        }
        self.request(load);
    }

    /// Sends a load's next request now: by an idle session, or else a new one.
    pub fn request(self: &Rc<Sim>, load: usize) {
        let idle = self.world.borrow_mut().loads[load].idle.pop();
        let session = idle.unwrap_or_else(|| self.open_session(load));
        let client = session.client.clone();
        let (key, host, request) = {
            let world = &mut *self.world.borrow_mut();
            let (op, rank) = world.loads[load].next_request();
            world.next_request += 1;
            let name = format!("k{}", rank + 1);
            let request = Request {
                id: world.next_request,
                op,
                key: name.into(),
                rank,
            };
            let input = client.input(&request);
            let host = session.host;
            (
                world.begin(load, session, request.clone(), input),
                host,
                request,
            )
        };
        let handle = self.host(host);
        if !self.world.borrow().hosts[host.index()].up {
            self.finish(key, Reply::failed("the client is down"));
            return;
        }
        let (sim, performing) = (self.clone(), client.perform(request));
        let task = Box::pin(async move {
            let reply = performing.await;
            drop(handle);
            sim.finish(key, reply);
        });
        let task = self.tasks.borrow_mut().spawn(host, task);
        if let Some(live) = self.world.borrow_mut().requests.get_mut(key) {
            live.task = Some(task);
        }
    }

    fn open_session(self: &Rc<Sim>, load: usize) -> Session {
        let (id, host) = {
            let world = &mut *self.world.borrow_mut();
            let id = world.loads.iter().map(|load| load.opened as u64).sum();
            (id, world.loads[load].next_host())
        };
        Session {
            id,
            host,
            client: self.system().client(self.host(host)),
        }
    }

    /// A request's client gives up: what it was doing is dropped.
    pub fn give_up(self: &Rc<Sim>, key: RequestKey) {
        let task = match self.world.borrow().requests.get(key) {
            Some(live) => live.task.map(|task| (live.session.host, task)),
            None => return,
        };
        self.finish(key, Reply::timed_out("no answer in time"));
        if let Some((host, task)) = task {
            let future = self.tasks.borrow_mut().remove(task);
            self.drop_on(host, future);
        }
    }

    /// A request has ended.
    pub fn finish(self: &Rc<Sim>, key: RequestKey, reply: Reply) {
        let mut world = self.world.borrow_mut();
        let Some(live) = world.requests.remove(key) else {
            return;
        };
        let load = live.load;
        if let Some(at) = world.end_request(live, reply) {
            world.events.push(at, Event::Think(load as u32));
        }
    }

    /// A client host crashed: its requests have no outcome.
    pub fn fail_requests_of(self: &Rc<Sim>, host: NodeId) {
        let lost: Vec<_> = {
            let world = self.world.borrow();
            let here = |live: &Live| live.session.host == host;
            world
                .requests
                .iter()
                .filter(|(_, live)| here(live))
                .map(|(key, _)| key)
                .collect()
        };
        for key in lost {
            self.finish(key, Reply::unknown("the client crashed"));
        }
    }

    fn host(self: &Rc<Sim>, id: NodeId) -> Host {
        let incarnation = self.world.borrow().hosts[id.index()].incarnation;
        Host::new(self.clone(), id, incarnation)
    }
}

impl World {
    fn begin(
        &mut self,
        load: usize,
        session: Session,
        request: Request,
        input: Value,
    ) -> RequestKey {
        let now = self.now;
        self.count_in_system(1);
        self.tracer.note(
            now,
            tag::REQUEST,
            &[request.id, number(session.host), request.rank],
            request.op.as_bytes(),
        );
        let name = &self.hosts[session.host.index()].name;
        self.tracer.keep(now, name, || TraceKind::Request {
            op: request.op.clone(),
            key: Some(request.key.clone()),
            id: request.id,
        });
        let deadline = now + self.loads[load].timeout;
        let live = Live {
            load,
            session,
            request,
            input,
            intended: now,
            task: None,
        };
        let key = self.requests.insert(live);
        self.events.push(deadline, Event::GiveUp(key));
        key
    }

    /// Writes the request into the history; returns when a closed loop's session asks again.
    fn end_request(&mut self, live: Live, reply: Reply) -> Option<Time> {
        let now = self.now;
        self.count_in_system(-1);
        let status = match reply.status {
            Status::Ok => "ok",
            Status::Failed => "failed",
            Status::TimedOut => "timed out",
            Status::Rejected => "rejected",
        };
        let id = live.request.id;
        let output = reply.output.to_string();
        self.tracer.note(
            now,
            tag::REPLY,
            &[id, reply.status as u64],
            output.as_bytes(),
        );
        let name = &self.hosts[live.session.host.index()].name;
        self.tracer
            .keep(now, name, || TraceKind::Reply { id, status });
        self.run.operations.push(Operation {
            client: live.session.id,
            load: self.loads[live.load].name.clone(),
            op: live.request.op,
            key: Some(live.request.key),
            input: live.input,
            output: reply.output,
            intended: live.intended,
            invoke: live.intended,
            finished: now,
            status: reply.status,
            outcome: reply.outcome,
            error: reply.error,
        });
        let load = &mut self.loads[live.load];
        if reply.outcome != Outcome::Unknown {
            load.idle.push(live.session);
        }
        load.next_thought(now)
    }

    /// Little's law, first count: integrates the number of requests in the system.
    pub fn count_in_system(&mut self, change: i128) {
        let (number, since) = self.in_system;
        let measured = self
            .run
            .measured_window()
            .and(&Window::span(since, self.now));
        self.run.littles_law.integral_ns += number * measured.length().as_nanos();
        self.in_system = (number.wrapping_add_signed(change), self.now);
    }

    /// Little's law, second count: sums the sojourn times of the operations, clipped.
    pub fn sum_sojourns(&mut self) {
        let clip = |at: Time| at.clamp(self.run.warmup, self.run.duration);
        let sojourn = |op: &Operation| clip(op.finished).since(clip(op.intended)).as_nanos();
        self.run.littles_law.sojourn_ns = self.run.operations.iter().map(sojourn).sum();
    }
}

/// The client hosts of a load, once they exist.
pub(crate) fn client_hosts(world: &World, load: &str) -> Vec<NodeId> {
    let serves = |id: &NodeId| {
        let host = &world.hosts[id.index()];
        host.kind == HostKind::Client && &*host.group == load
    };
    world.ids().filter(serves).collect()
}

/// The longest that a request may take after the load has stopped.
pub(crate) fn drain(loads: &[LoadState]) -> Duration {
    loads
        .iter()
        .map(|load| load.timeout)
        .max()
        .unwrap_or_default()
}
