//! An app: it takes the lock of a key, reads the key's list, works, and writes it back.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::pending;

use netsplit_sim::prelude::*;
use netsplit_sim::random::unit;
use tokio::sync::{Notify, oneshot};

use crate::cluster::Cluster;
use crate::holding::Holder;
use crate::locks::{Lock, Waiting};
use crate::messages::{Acquire, Acquired, Append, Appended, Read, ReadDone};
use crate::messages::{Release, Renew, Renewed, Wake, Write, Written};
use crate::record::Belief;
use crate::types::{Key, Owner, Token};

struct App {
    host: Host,
    cluster: Rc<Cluster>,
    /// Those who wait to be woken.
    waiting: RefCell<BTreeMap<Owner, oneshot::Sender<()>>>,
}

/// A lock that this app holds, or believes to.
struct Held {
    key: Key,
    owner: Owner,
    token: Option<Token>,
    time: RefCell<Box<dyn Holder>>,
    lost: Notify,
}

impl Held {
    fn may_act(&self, now: Duration) -> bool {
        self.time.borrow().until().is_none_or(|until| now < until)
    }
}

/// Runs an app until it crashes.
pub(crate) async fn run(host: Host, cluster: Rc<Cluster>) {
    host.count("gave_up", 0);
    let app = Rc::new(App { host: host.clone(), cluster, waiting: RefCell::default() });
    let waking = app.clone();
    host.spawn(async move {
        let mut inbox = waking.host.inbox::<Wake>();
        loop {
            let (_, Wake(owner)) = inbox.recv().await;
            // One that waits no more has no use for it.
            waking.waiting.borrow_mut().remove(&owner).map(|waiting| waiting.send(()));
        }
    });
    host.serve(|_, append| app.clone().append(append)).await;
}

impl App {
    async fn append(self: Rc<Self>, Append(key, value): Append) -> Appended {
        let Some(held) = self.acquire(key).await else { return Appended::NoLock };
        let belief = Belief::begin(&self.host, &self.cluster, (key, held.owner), held.token);
        let done = tokio::select! {
            biased;
            done = self.write_under(&held, value) => done,
            () = self.keep(&held) => unreachable!("a lease is kept for ever"),
        };
        belief.stop();
        // Also when the lease is over: the holder may be wrong about it.
        self.release(key, held.owner).await;
        done
    }

    /// Waits for the lock of a key, as long as a client would.
    async fn acquire(&self, key: Key) -> Option<Held> {
        let until = self.host.monotonic() + self.cluster.client_timeout;
        let mut owner = self.cluster.new_owner();
        while self.host.monotonic() < until {
            let (sender, woken) = oneshot::channel();
            self.waiting.borrow_mut().insert(owner, sender);
            if let Some(held) = self.try_acquire(key, owner).await {
                self.waiting.borrow_mut().remove(&owner);
                return Some(held);
            }
            if self.cluster.lock == Lock::Redlock {
                // Some nodes may have granted it, and would grant it again to the same owner.
                self.release(key, owner).await;
                owner = self.cluster.new_owner();
            }
            let _ = self.host.timeout(self.ask_again(), woken).await;
        }
        self.waiting.borrow_mut().remove(&owner);
        // A grant may still be under way, and nobody else should wait for its end.
        self.release(key, owner).await;
        None
    }

    /// How long a client waits before it asks again, if nothing wakes it.
    fn ask_again(&self) -> Duration {
        let params = &self.cluster.params;
        match (self.cluster.lock, self.cluster.waiting) {
            // At random, so that clients that split the nodes among them do not do so again.
            (Lock::Redlock, _) => params.poll.mul_f64(0.5 + unit(&mut self.host.rng())),
            (_, Waiting::Poll) => *params.poll,
            _ => *params.ttl,
        }
    }

    /// Asks all lock nodes for a lock. A quorum of grants that is still good for some time is one.
    async fn try_acquire(&self, key: Key, owner: Owner) -> Option<Held> {
        let (host, sent) = (&self.host, self.host.monotonic());
        let nodes = self.cluster.locks(host);
        let timeout = *self.cluster.params.lock_timeout;
        let calls = nodes.iter().map(|node| host.call(*node, &Acquire(key, owner), timeout));
        let mut tokens = Vec::new();
        for call in calls.collect::<Vec<_>>() {
            tokens.extend(call.await.ok().and_then(|Acquired(token)| token));
        }
        let mut time = (self.cluster.holder)(self.cluster.terms);
        time.granted(sent, host.monotonic());
        let token = match self.cluster.lock {
            Lock::Redlock => None,
            Lock::Consensus | Lock::Single => tokens.first().copied(),
        };
        let held = Held { key, owner, token, time: RefCell::new(time), lost: Notify::new() };
        if tokens.len() < self.cluster.lock.quorum(nodes.len()) || !held.may_act(host.monotonic()) {
            return None;
        }
        if let Some(until) = held.time.borrow().until() {
            host.observe("validity", until.saturating_sub(host.monotonic()));
        }
        Some(held)
    }

    /// Renews a lease again and again, and says so when it is over.
    async fn keep(&self, held: &Held) {
        let (host, every) = (&self.host, *self.cluster.params.renew);
        let mut renew_at = host.monotonic() + every;
        loop {
            let until = held.time.borrow().until();
            let next = until.map_or(renew_at, |until| renew_at.min(until));
            host.sleep(next.saturating_sub(host.monotonic())).named("renewal").await;
            if !held.may_act(host.monotonic()) {
                break;
            }
            let sent = host.monotonic();
            renew_at = sent + every;
            let (renewed, refused) = self.renew(held, until).await;
            let quorum = self.cluster.lock.quorum(self.cluster.locks(host).len());
            if renewed >= quorum {
                held.time.borrow_mut().granted(sent, host.monotonic());
            } else if refused >= quorum {
                break;
            }
        }
        host.count("gave_up", 1);
        held.lost.notify_one();
        pending::<()>().await;
    }

    /// Asks all lock nodes to renew a lease: how many have, and how many refused.
    async fn renew(&self, held: &Held, until: Option<Duration>) -> (usize, usize) {
        let host = &self.host;
        let left = until.map(|until| until.saturating_sub(host.monotonic()));
        let timeout = (*self.cluster.params.lock_timeout).min(left.unwrap_or(Duration::MAX));
        let renew = Renew(held.key, held.owner);
        let nodes = self.cluster.locks(host);
        let calls: Vec<_> = nodes.iter().map(|node| host.call(*node, &renew, timeout)).collect();
        let (mut renewed, mut refused) = (0, 0);
        for call in calls {
            match call.await {
                Ok(Renewed(true)) => renewed += 1,
                Ok(Renewed(false)) => refused += 1,
                Err(_) => {}
            }
        }
        (renewed, refused)
    }

    /// Reads, works and writes, unless the lease ends before the write.
    async fn write_under(&self, held: &Held, value: u64) -> Appended {
        let (host, params) = (&self.host, &self.cluster.params);
        let storage = Cluster::storage(host);
        let read = Read(held.key, held.token);
        let mut list = match host.call(storage, &read, *params.storage_timeout).await {
            Ok(ReadDone(Some(list))) => list,
            Ok(ReadDone(None)) => return Appended::Fenced,
            Err(_) => return Appended::Unread,
        };
        let work = self.cluster.work.draw(&mut host.rng());
        tokio::select! {
            biased;
            () = held.lost.notified() => return Appended::LeaseOver,
            () = host.sleep(work).named("work") => {}
        }
        if !held.may_act(host.monotonic()) {
            return Appended::LeaseOver;
        }
        // From here on the clock is not looked at again.
        host.sleep(*params.gap).named("gap").await;
        list.push(value);
        let write = Write { key: held.key, token: held.token, list };
        match host.call(storage, &write, *params.storage_timeout).await {
            Ok(Written(true)) => Appended::Done,
            Ok(Written(false)) => Appended::Fenced,
            Err(_) => Appended::Unknown,
        }
    }

    /// Gives a lock back. A release that is lost costs the others the rest of the lease.
    async fn release(&self, key: Key, owner: Owner) {
        let timeout = *self.cluster.params.lock_timeout;
        let nodes = self.cluster.locks(&self.host);
        let release = |node: &NodeId| self.host.call(*node, &Release(key, owner), timeout);
        for call in nodes.iter().map(release).collect::<Vec<_>>() {
            let _ = call.await;
        }
    }
}
