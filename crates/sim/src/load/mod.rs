//! Load: arrivals, client sessions, and the requests in flight.
//!
//! [`arrivals`] draws the requests, [`requests`] runs them, and [`Loads`] accounts for them: in the
//! history, the trace, and both counts of Little's law.

pub(crate) mod arrivals;
pub(crate) mod client;
pub(crate) mod requests;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use netsplit_history::{Content, Name, Operation, Outcome, Status, Time, TraceKind};
use netsplit_scenario::{Arrivals, Load, REQUEST_BYTES};
use serde_json::Value;
use slotmap::SlotMap;

use self::arrivals::{LoadState, Session};
use self::client::{Reply, Request};
use crate::engine::budget::heap;
use crate::engine::core::{Begun, Core};
use crate::engine::events::{Event, RequestKey};
use crate::engine::executor::TaskKey;
use crate::engine::tracer::{number, tag};
use crate::machine::Machines;
use crate::machine::id::NodeId;

/// The least think time of a closed-loop session whose request ended at the instant of its start:
/// time would not advance otherwise.
const MIN_THINK_TIME: Duration = Duration::from_millis(1);

/// A request in flight.
struct Live {
    load: usize,
    session: Session,
    request: Request,
    input: Content,
    intended: Time,
    begun: Begun,
    task: Option<TaskKey>,
}

/// The names of the keys of low rank, which requests share.
#[derive(Default)]
struct KeyNames(Vec<Option<Name>>);

/// Keys whose names are kept.
const KEPT: usize = 1 << 12;

impl KeyNames {
    /// The name of the key of a rank: `k1` has rank 0.
    fn name(&mut self, rank: u64) -> Name {
        let make = || Name::from(format!("k{}", u128::from(rank) + 1));
        let Some(place) = usize::try_from(rank).ok().filter(|place| *place < KEPT) else {
            return make();
        };
        if self.0.len() <= place {
            self.0.resize(place + 1, None);
        }
        self.0[place].get_or_insert_with(make).clone()
    }
}

/// The one copy of an error.
fn shared(errors: &mut BTreeSet<Name>, error: Name) -> Name {
    if let Some(known) = errors.get(&error) {
        return known.clone();
    }
    errors.insert(error.clone());
    error
}

/// All loads, and their requests in flight.
pub(crate) struct Loads {
    specs: Vec<Load>,
    list: Vec<LoadState>,
    requests: SlotMap<RequestKey, Live>,
    keys: KeyNames,
    /// The errors so far, which requests share.
    errors: BTreeSet<Name>,
    /// The last answer as text.
    text: Vec<u8>,
    /// Requests so far; the last one has this number.
    last_request: u64,
    /// The number of requests in flight, and since when it has held.
    in_system: (u128, Time),
}

impl Loads {
    pub fn new(specs: &[Load], seed: u64, machines: &Machines, duration: Time) -> Loads {
        let list = specs
            .iter()
            .map(|spec| LoadState::new(spec, seed, machines.clients_of(&spec.name), duration));
        Loads {
            list: list.collect(),
            specs: specs.to_vec(),
            requests: SlotMap::with_key(),
            keys: KeyNames::default(),
            errors: BTreeSet::new(),
            text: Vec::new(),
            last_request: 0,
            in_system: (0, Time::ZERO),
        }
    }

    /// The longest time that a request may take after the load has stopped.
    pub fn longest_timeout(&self) -> Duration {
        self.list.iter().map(|load| load.timeout).max().unwrap_or_default()
    }

    /// Schedules the first requests of every load.
    pub fn schedule(&mut self, core: &mut Core) {
        for (index, spec) in self.specs.iter().enumerate() {
            let state = &mut self.list[index];
            let sessions = match spec.arrivals {
                Arrivals::Open { .. } => {
                    if let Some(at) = state.next_arrival() {
                        core.schedule(at, Event::Arrival(index as u32));
                    }
                    continue;
                }
                Arrivals::Closed { clients, .. } | Arrivals::Once { clients } => clients,
            };
            if spec.from >= state.until {
                continue;
            }
            for _ in 0..sessions {
                core.schedule(spec.from, Event::Think(index as u32));
            }
        }
    }

    /// Schedules the next arrival of an open-loop load.
    fn schedule_arrival(&mut self, core: &mut Core, load: usize) {
        if let Some(at) = self.list[load].next_arrival() {
            core.schedule(at, Event::Arrival(load as u32));
        }
    }

    /// Takes an idle session of a load.
    fn take_idle(&mut self, load: usize) -> Option<Session> {
        self.list[load].idle.pop()
    }

    /// The number and the host of a load's next session.
    fn next_session(&mut self, load: usize) -> (u32, NodeId) {
        let id = self.list.iter().map(|load| load.opened as u32).sum();
        (id, self.list[load].next_host())
    }

    /// The next request of a load.
    fn next_request(&mut self, load: usize) -> Request {
        let (op, rank) = self.list[load].next_request();
        self.last_request += 1;
        Request { id: self.last_request, op, key: self.keys.name(rank), rank }
    }

    /// A request begins: it is traced, and its timeout scheduled.
    fn begin(
        &mut self,
        core: &mut Core,
        machines: &Machines,
        load: usize,
        session: Session,
        request: Request,
        input: Value,
    ) -> RequestKey {
        self.count_in_system(core, 1);
        let numbers = [request.id, number(session.host), request.rank];
        core.note(tag::REQUEST, &numbers, request.op.as_bytes());
        core.keep(&machines[session.host].name, || TraceKind::Request {
            op: Arc::from(&*request.op),
            key: Some(Arc::from(&*request.key)),
            id: request.id,
        });
        let (intended, deadline) = (core.now, core.now + self.list[load].timeout);
        let begun = core.begun();
        core.budget.history += REQUEST_BYTES as usize + heap(&input);
        let input = input.into();
        let live = Live { load, session, request, input, intended, begun, task: None };
        let key = self.requests.insert(live);
        core.schedule(deadline, Event::Timeout(key));
        key
    }

    /// Notes the task that performs a request.
    fn set_task(&mut self, key: RequestKey, task: TaskKey) {
        if let Some(live) = self.requests.get_mut(key) {
            live.task = Some(task);
        }
    }

    /// A request in flight: its number, its beginning, its client host and the task that performs
    /// it.
    fn performer(&self, key: RequestKey) -> Option<(u64, Begun, NodeId, Option<TaskKey>)> {
        let Live { request, begun, session, task, .. } = self.requests.get(key)?;
        Some((request.id, *begun, session.host, *task))
    }

    /// The requests in flight of a client host.
    fn requests_of(&self, host: NodeId) -> Vec<RequestKey> {
        let live = self.requests.iter().filter(|(_, live)| live.session.host == host);
        live.map(|(key, _)| key).collect()
    }

    /// The number of requests in flight.
    pub fn in_flight(&self) -> u64 {
        self.requests.len() as u64
    }

    /// The number of requests so far.
    pub fn begun(&self) -> u64 {
        self.last_request
    }

    /// Takes the idle sessions of a client host.
    pub fn take_sessions_of(&mut self, host: NodeId) -> Vec<Session> {
        let idle = self
            .list
            .iter_mut()
            .flat_map(|load| load.idle.extract_if(.., |session| session.host == host));
        idle.collect()
    }

    /// Takes all idle sessions.
    pub fn take_sessions(&mut self) -> Vec<Session> {
        self.list.iter_mut().flat_map(|load| std::mem::take(&mut load.idle)).collect()
    }

    /// A request ends: it enters the history. Its session becomes idle, or is returned if it
    /// retires; a closed loop sends its next request after its think time.
    fn end(
        &mut self,
        core: &mut Core,
        machines: &Machines,
        key: RequestKey,
        reply: Reply,
    ) -> Option<Session> {
        let live = self.requests.remove(key)?;
        let (now, client) = (core.now, &machines[live.session.host]);
        self.count_in_system(core, -1);
        let status = match reply.status {
            Status::Ok => "ok",
            Status::Failed => "failed",
            Status::TimedOut => "timed out",
            Status::Rejected => "rejected",
        };
        let id = live.request.id;
        core.budget.history += heap(&reply.output);
        self.text.clear();
        serde_json::to_writer(&mut self.text, &reply.output).expect("a value can be written");
        core.note(tag::REPLY, &[id, reply.status as u64], &self.text);
        let content = core.records().then(|| match &reply.error {
            Some(error) => Arc::from(&**error),
            None if reply.output.is_null() => Arc::default(),
            None => core.share(reply.output.to_string()),
        });
        core.keep(&client.name, || TraceKind::Reply {
            id,
            status,
            content: content.unwrap_or_default(),
        });
        let load = &mut self.list[live.load];
        core.run.operations.push(Operation {
            client: live.session.id,
            load: load.name.clone(),
            op: live.request.op,
            key: Some(live.request.key),
            input: live.input,
            output: reply.output.into(),
            intended: live.intended,
            invoke: live.intended,
            finished: now,
            status: reply.status,
            outcome: reply.outcome,
            error: reply.error.map(|error| shared(&mut self.errors, error)),
        });
        let min_think_time = match () {
            () if !client.up => load.timeout,
            () if live.intended == now => MIN_THINK_TIME,
            () => Duration::ZERO,
        };
        if let Some(at) = load.next_thought(now, min_think_time) {
            core.schedule(at, Event::Think(live.load as u32));
        }
        if reply.outcome == Outcome::Unknown || live.session.client.is_none() || !client.up {
            return Some(live.session);
        }
        load.idle.push(live.session);
        None
    }

    /// Little's law, first count: integrates the number of requests in flight.
    fn count_in_system(&mut self, core: &mut Core, change: i128) {
        let (number, since) = self.in_system;
        let measured = core.now.min(core.run.duration).since(since.max(core.run.warmup));
        core.run.littles_law.integral_ns += number * measured.as_nanos();
        self.in_system = (number.wrapping_add_signed(change), core.now);
    }

    /// Completes both counts of Little's law. The second sums the sojourn times of the
    /// operations, clipped to the measured window.
    pub fn finish(&mut self, core: &mut Core) {
        self.count_in_system(core, 0);
        let run = &mut core.run;
        let clip = |at: Time| at.min(run.duration).max(run.warmup);
        let sojourn = |op: &Operation| clip(op.finished).since(clip(op.intended)).as_nanos();
        run.littles_law.sojourn_ns = run.operations.iter().map(sojourn).sum();
    }
}
