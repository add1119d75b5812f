//! Measures of the whole run, taken when it has ended.
//!
//! The measures of staleness, losses and probes ([`staleness`], [`losses`], [`probes`]) come from
//! the history of each key ([`by_key`]), as users saw it. Those of the replicas at the end come from
//! the nodes' memory, which they publish to an [`Inspector`] and never read there.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use netsplit_history::{Name, Operation, Outcome, Run, Status, Time};
use serde_json::Value;

use crate::client::{GET, PROBE, PUT};
use crate::cluster::Cluster;
use crate::ring::{Replica, Ring};
use crate::store::Store;
use crate::{losses, probes, staleness};

/// All measures of a run, by name.
pub fn measure(run: &Run, cluster: &Cluster, inspector: &Inspector) -> Vec<(&'static str, f64)> {
    let keys = by_key(run);
    let mut measured = vec![
        ("keys_diverged", inspector.keys_diverged(cluster.ring) as f64),
        ("hints_left", inspector.hints_left() as f64),
    ];
    measured.extend(staleness::measure(run, &keys));
    measured.extend(losses::measure(&keys, *cluster.params.lost_after));
    measured.extend(probes::measure(run, cluster.params.read_after.delays()));
    measured
}

/// The memory of each node since its latest start.
#[derive(Clone, Default)]
pub struct Inspector(Rc<RefCell<BTreeMap<Replica, Rc<RefCell<Store>>>>>);

impl Inspector {
    /// A node starts with this memory.
    pub fn publish(&self, node: Replica, memory: Rc<RefCell<Store>>) {
        self.0.borrow_mut().insert(node, memory);
    }

    /// The number of keys on which their holders disagree.
    fn keys_diverged(&self, ring: Ring) -> usize {
        let nodes = self.0.borrow();
        let keys: BTreeSet<_> =
            nodes.values().flat_map(|store| store.borrow().keys().collect::<Vec<_>>()).collect();
        let differs = |key| {
            let digests: BTreeSet<_> = ring
                .holders(ring.slot(key))
                .map(|holder| {
                    let store = nodes.get(&holder)?.borrow();
                    Some(store.own(key)?.digest())
                })
                .collect();
            digests.len() > 1
        };
        keys.into_iter().filter(|key| differs(*key)).count()
    }

    /// The number of writes that nodes still keep for others.
    fn hints_left(&self) -> usize {
        let nodes = self.0.borrow();
        nodes.values().map(|store| store.borrow().hints().len()).sum()
    }
}

/// The histories of all keys.
pub type KeyHistories = BTreeMap<Name, KeyHistory>;

/// A write that may have had an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The value; no other write has it.
    pub value: u64,
    /// The time at which it was sent.
    pub invoked: Time,
    /// The time at which it was acknowledged; `None` when it was not, and may take effect at any time.
    pub acknowledged: Option<Time>,
}

/// A successful read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The values that it returned: none, one, or siblings.
    pub values: Vec<u64>,
    /// The time at which it was sent.
    pub invoked: Time,
    /// The time at which it was answered.
    pub answered: Time,
}

/// The operations on one key, as its clients know them.
#[derive(Clone, Debug, Default)]
pub struct KeyHistory {
    /// In order of invocation.
    pub writes: Vec<Written>,
    /// In order of invocation.
    pub reads: Vec<Seen>,
}

/// The history of each key of a run.
pub fn by_key(run: &Run) -> KeyHistories {
    let mut keys = KeyHistories::new();
    for operation in &run.operations {
        let Some(key) = &operation.key else { continue };
        match &*operation.op {
            PUT | PROBE if operation.outcome != Outcome::Fail => {
                keys.entry(key.clone()).or_default().writes.extend(written(operation));
            }
            GET if operation.status == Status::Ok => {
                keys.entry(key.clone()).or_default().reads.push(seen(operation));
            }
            _ => {}
        }
    }
    for history in keys.values_mut() {
        history.writes.sort_by_key(|write| write.invoked);
        history.reads.sort_by_key(|read| read.invoked);
    }
    keys
}

fn written(operation: &Operation) -> Option<Written> {
    Some(Written {
        value: operation.input.as_u64()?,
        invoked: operation.invoke,
        acknowledged: operation.returned(),
    })
}

fn seen(operation: &Operation) -> Seen {
    let output = &operation.output;
    let values = match output.as_array() {
        Some(siblings) => siblings.iter().filter_map(Value::as_u64).collect(),
        None => output.as_u64().into_iter().collect(),
    };
    Seen { values, invoked: operation.invoke, answered: operation.finished }
}

#[cfg(test)]
pub mod testing {
    //! Histories of a few operations.

    use std::time::Duration;

    use netsplit_history::Content;

    use super::*;

    /// A time, in milliseconds since the start.
    pub fn at(ms: u64) -> Time {
        Time::from(Duration::from_millis(ms))
    }

    fn operation(op: &str, span: (u64, u64)) -> Operation {
        Operation {
            client: 0,
            load: "clients".into(),
            op: op.into(),
            key: Some("k1".into()),
            input: Content::default(),
            output: Content::default(),
            intended: at(span.0),
            invoke: at(span.0),
            finished: at(span.1),
            status: Status::Ok,
            outcome: Outcome::Ok,
            error: None,
        }
    }

    /// A write of `value` that was acknowledged.
    pub fn put(value: u64, from: u64, to: u64) -> Operation {
        Operation { input: value.into(), ..operation(PUT, (from, to)) }
    }

    /// A write of `value` that was never acknowledged.
    pub fn unknown_put(value: u64, from: u64, to: u64) -> Operation {
        Operation { status: Status::TimedOut, outcome: Outcome::Unknown, ..put(value, from, to) }
    }

    /// A read that found `output`.
    pub fn get(output: impl Into<Value>, from: u64, to: u64) -> Operation {
        Operation { output: output.into().into(), ..operation(GET, (from, to)) }
    }

    /// A run of these operations, measured as a whole.
    pub fn run(operations: Vec<Operation>) -> Run {
        Run { operations, duration: at(1_000_000), ..Run::default() }
    }
}
