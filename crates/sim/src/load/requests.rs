//! The life of a request: from its arrival to the history.

use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{Operation, Outcome, Status, Time, TraceKind};
use serde_json::Value;

use crate::engine::event_loop::Sim;
use crate::engine::events::{Event, RequestKey};
use crate::engine::executor::TaskKey;
use crate::engine::tracer::{number, tag};
use crate::engine::world::World;
use crate::load::arrivals::{LoadState, Session};
use crate::machine::state::HostKind;
use crate::{NodeId, Reply, Request};

/// How long a closed-loop session that got its answer at once waits before it asks again: time
/// would not advance otherwise.
const BREATH: Duration = Duration::from_millis(1);

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
        let (host, client) = (session.host, session.client.clone());
        let request = self.world.borrow_mut().next_request(load);
        let input = client.as_ref().and_then(|client| self.run_on(host, || client.input(&request)));
        let input = input.unwrap_or_default();
        let key = self.world.borrow_mut().begin(load, session, request.clone(), input);
        let up = self.world.borrow().hosts[host.index()].up;
        let Some(client) = client.filter(|_| up) else {
            let retired = self.finish(key, Reply::failed("the client is down"));
            return self.drop_on(host, retired);
        };
        let Some(performing) = self.run_on(host, || client.perform(request)) else {
            return;
        };
        let sim = self.clone();
        let task = Box::pin(async move {
            let reply = performing.await;
            drop(sim.finish(key, reply));
        });
        let task = self.tasks.borrow_mut().spawn(host, task);
        if let Some(live) = self.world.borrow_mut().requests.get_mut(key) {
            live.task = Some(task);
        }
    }

    /// Opens a session on the load's next host.
    fn open_session(self: &Rc<Sim>, load: usize) -> Session {
        let (id, host, up) = {
            let world = &mut *self.world.borrow_mut();
            let id = world.loads.iter().map(|load| load.opened as u64).sum();
            let host = world.loads[load].next_host();
            (id, host, world.hosts[host.index()].up)
        };
        let (system, handle) = (self.system(), self.host(host));
        let client = up.then(|| self.run_on(host, || system.client(handle))).flatten();
        Session { id, host, client }
    }

    /// A request's client gives up: what it was doing is dropped.
    pub fn give_up(self: &Rc<Sim>, key: RequestKey) {
        let (host, task) = match self.world.borrow().requests.get(key) {
            Some(live) => (live.session.host, live.task),
            None => return,
        };
        let retired = self.finish(key, Reply::timed_out("no answer in time"));
        if let Some(task) = task {
            let future = self.tasks.borrow_mut().remove(task);
            self.drop_on(host, future);
        }
        self.drop_on(host, retired);
    }

    /// A request has ended. Returns its session if that retires, to be dropped on its host.
    #[must_use]
    pub fn finish(&self, key: RequestKey, reply: Reply) -> Option<Session> {
        let world = &mut *self.world.borrow_mut();
        let live = world.requests.remove(key)?;
        world.end_request(live, reply)
    }

    /// The requests of a client host that have not ended.
    pub fn requests_of(&self, host: NodeId) -> Vec<RequestKey> {
        let world = self.world.borrow();
        let live = world.requests.iter().filter(|(_, live)| live.session.host == host);
        live.map(|(key, _)| key).collect()
    }

    /// Ends what has not ended: the run was cut short.
    pub fn end_all_requests(self: &Rc<Sim>) {
        for host in self.ids() {
            for key in self.requests_of(host) {
                let retired = self.finish(key, Reply::timed_out("the run was cut short"));
                self.drop_on(host, retired);
            }
        }
    }
}

impl World {
    fn next_request(&mut self, load: usize) -> Request {
        let (op, rank) = self.loads[load].next_request();
        self.next_request += 1;
        // `k1` has rank 0.
        let key = format!("k{}", u128::from(rank) + 1).into();
        Request { id: self.next_request, op, key, rank }
    }

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
        let live = Live { load, session, request, input, intended: now, task: None };
        let key = self.requests.insert(live);
        self.events.push(deadline, Event::GiveUp(key));
        key
    }

    /// Writes the request into the history. Its session is idle again, or returned if it
    /// retires; a closed loop asks again when it has thought.
    fn end_request(&mut self, live: Live, reply: Reply) -> Option<Session> {
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
        self.tracer.note(now, tag::REPLY, &[id, reply.status as u64], output.as_bytes());
        let name = &self.hosts[live.session.host.index()].name;
        self.tracer.keep(now, name, || TraceKind::Reply { id, status });
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
        let host_up = self.hosts[live.session.host.index()].up;
        let load = &mut self.loads[live.load];
        let pause = match () {
            () if !host_up => load.timeout,
            () if live.intended == now => BREATH,
            () => Duration::ZERO,
        };
        if let Some(at) = load.next_thought(now, pause) {
            self.events.push(at, Event::Think(live.load as u32));
        }
        if reply.outcome == Outcome::Unknown || live.session.client.is_none() || !host_up {
            return Some(live.session);
        }
        load.idle.push(live.session);
        None
    }

    /// Little's law, first count: integrates the number of requests in the system.
    pub fn count_in_system(&mut self, change: i128) {
        let (number, since) = self.in_system;
        let measured = self.now.min(self.run.duration).since(since.max(self.run.warmup));
        self.run.littles_law.integral_ns += number * measured.as_nanos();
        self.in_system = (number.wrapping_add_signed(change), self.now);
    }

    /// Little's law, second count: sums the sojourn times of the operations, clipped.
    pub fn sum_sojourns(&mut self) {
        let clip = |at: Time| at.min(self.run.duration).max(self.run.warmup);
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
    loads.iter().map(|load| load.timeout).max().unwrap_or_default()
}
