//! Budgets: what a run may do and hold before it ends.
//!
//! A lab that floods the network, spawns or records without end, and a scenario that is larger than
//! the machine, end at an event that depends on the seed alone, with a [`Problem`] that names the
//! budget, the time and, where one is to blame, the host. The scenario's `limits` raise them.
//!
//! [`World::within_budget`] is asked after every poll, every act of lab code through its
//! [`Host`](crate::Host), and every event that takes memory. Where lab code has acted, it may be in a
//! loop that never returns, so it is unwound ([`stop_lab_code`]).
//!
//! Bytes are those that the simulator knows of: sizes of what it records and carries, with a few
//! fixed numbers for what surrounds them. The process takes up to about twice as much. Left out:
//! what a lab allocates itself.

use std::panic::resume_unwind;
use std::thread::panicking;

use netsplit_history::Problem;
use netsplit_scenario::Limits;
use serde_json::Value;

use super::executor::Tasks;
use super::world::World;
use crate::machine::id::NodeId;

/// What holds bytes, and whether what the lab does decides about them.
const HOLDERS: [(&str, bool); 6] = [
    ("the history of requests", false),
    ("links between hosts", false),
    ("what nodes record", true),
    ("messages", true),
    ("tasks and timers", true),
    ("disks", true),
];

/// Bytes of an event in the heap.
const EVENT: usize = 40;

/// Tasks or messages that a lab may well have for each request in flight.
const FAIR_COUNT: u64 = 10;

/// Bytes that it may well hold for each request so far.
const FAIR_BYTES: u64 = 4096;

/// Budgets, and what of them is not counted by the parts of the world.
pub(crate) struct Budget {
    pub limits: Limits,
    /// Bytes of finished and unfinished requests.
    pub history: usize,
    /// Bytes of events, counters, gauges, durations and log lines of the lab.
    pub records: usize,
    /// Whether a budget is exceeded: the run is over.
    pub exceeded: bool,
}

impl Budget {
    pub fn new(limits: Limits) -> Budget {
        Budget { limits, history: 0, records: 0, exceeded: false }
    }
}

impl World {
    /// Checks every budget but that of events, once lab code of `host` has acted, or the engine has.
    pub fn within_budget(&mut self, tasks: &Tasks, host: Option<NodeId>) -> bool {
        let Budget { limits, exceeded, .. } = &self.core.budget;
        if *exceeded {
            return false;
        }
        let fits = self.network.in_flight() <= limits.messages
            && tasks.count() <= limits.tasks
            && host.is_none_or(|id| tasks.count_of(id) <= limits.tasks_per_host)
            && self.held(tasks) <= limits.memory;
        if !fits {
            self.end_over_budget(tasks, host);
        }
        fits
    }

    /// Ends the run: a budget is exceeded.
    #[cold]
    fn end_over_budget(&mut self, tasks: &Tasks, host: Option<NodeId>) {
        let limits = self.core.budget.limits;
        let of_host = host.map_or(0, |id| tasks.count_of(id));
        if self.network.in_flight() > limits.messages {
            let last = self.whose("the last one sent by", host);
            self.too_many("messages", limits.messages, &format!("messages in flight{last}"));
        } else if tasks.count() > limits.tasks {
            let last = self.whose("the last one on", host);
            self.too_many("tasks", limits.tasks, &format!("tasks{last}"));
        } else if of_host > limits.tasks_per_host {
            let on = self.whose("all on", host);
            self.too_many("tasks_per_host", limits.tasks_per_host, &format!("tasks{on}"));
        } else {
            self.too_much_memory(tasks, host);
        }
    }

    /// There are too many of something. The lab is to blame unless the requests in flight explain it.
    fn too_many(&mut self, limit: &str, count: u64, what: &str) {
        let fair = count <= FAIR_COUNT * self.loads.in_flight();
        let kind = if fair { Problem::Inconclusive } else { Problem::Failure };
        self.exceed(kind, limit, &format!("more than {} {what}", grouped(count)));
    }

    /// Bytes by what holds them, as [`HOLDERS`] names it.
    fn holdings(&self, tasks: &Tasks) -> [usize; HOLDERS.len()] {
        let budget = &self.core.budget;
        [
            budget.history,
            self.network.link_bytes(),
            budget.records,
            self.network.flight_bytes() + self.machines.unread_bytes,
            tasks.bytes() + self.machines.waiting_bytes() + self.core.scheduled() * EVENT,
            self.machines.disk_bytes,
        ]
    }

    /// Bytes that the simulator holds.
    fn held(&self, tasks: &Tasks) -> u64 {
        self.holdings(tasks).iter().sum::<usize>() as u64
    }

    /// The lab is to blame where what it does holds the most, unless the requests explain it.
    fn too_much_memory(&mut self, tasks: &Tasks, host: Option<NodeId>) {
        let holdings = HOLDERS.into_iter().zip(self.holdings(tasks));
        let most = holdings.max_by_key(|(_, bytes)| *bytes);
        let ((what, labs), bytes) = most.expect("there are holdings");
        let (limit, share) = (megabytes(self.core.budget.limits.memory), megabytes(bytes as u64));
        let last = if labs { self.whose("the last of it by", host) } else { String::new() };
        let fair = bytes as u64 <= FAIR_BYTES * self.loads.begun();
        let kind = if labs && !fair { Problem::Failure } else { Problem::Inconclusive };
        self.exceed(
            kind,
            "memory",
            &format!("more than {limit} held, of which {share} for {what}{last}"),
        );
    }

    /// Ends the run: more than `budget` steps took no time, the last one at this host.
    #[cold]
    pub fn end_in_livelock(&mut self, budget: u64, at: Option<NodeId>) {
        let place = at.map_or("the network".into(), |id| self.name_of(id));
        let core = &mut self.core;
        let why = format!(
            "livelock: more than {budget} steps at {} without time advancing, at {place}",
            core.now
        );
        core.run.ended_early = true;
        core.run.problems.push(Problem::Failure(why));
    }

    /// The run has taken all its events.
    pub fn too_many_events(&mut self) {
        let busiest = self.machines.ids().max_by_key(|id| self.machines[*id].polls);
        let most = self.whose("most steps were of", busiest);
        let count = grouped(self.core.budget.limits.events);
        self.exceed(Problem::Inconclusive, "events", &format!("{count} events{most}"));
    }

    fn whose(&self, what: &str, host: Option<NodeId>) -> String {
        host.map_or(String::new(), |id| format!(", {what} {}", self.name_of(id)))
    }

    fn exceed(&mut self, kind: fn(String) -> Problem, limit: &str, what: &str) {
        let now = self.core.now;
        self.core.budget.exceeded = true;
        self.core.run.ended_early = true;
        self.core.run.problems.push(kind(format!(
            "the run was ended at {now}: {what}; shorten the scenario or lower its load, or raise \
             the limit with --set limits.{limit}=..."
        )));
    }
}

/// Unwinds lab code that has exceeded a budget, unless it is unwinding already.
pub(crate) fn stop_lab_code() {
    if !panicking() {
        resume_unwind(Box::new("a budget is exceeded"));
    }
}

/// The bytes behind a JSON value.
pub(crate) fn heap(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| size_of::<Value>() + heap(item)).sum(),
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| 64 + key.len() + heap(value)).sum()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", grouped(bytes / 1_000_000))
}

/// A number with its digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}
