//! Values written once: each write with the reads that returned it.
//!
//! When a partition has plain reads and writes only and no value that was read has two
//! writers, each read belongs to one write. Such a write and its reads, a [`Cluster`], must be
//! adjacent in any legal order, so ordering the history means ordering clusters
//! (Gibbons & Korach, "Testing shared memories", SIAM J. Comput. 26(4), 1997, section 4).
//! Both the linearizability and the sequential-consistency checker start here; partitions
//! without clusters go to a search.

use indexmap::IndexMap;
use netsplit_history::Time;
use serde_json::Value;

use crate::model::{Access, Model};
use crate::partition::{Entry, Partition};

/// A write and the reads that returned its value. Entries are positions in the partition.
#[derive(Debug, Default)]
pub(crate) struct Cluster {
    /// `None` for the initial value.
    pub(crate) write: Option<usize>,
    pub(crate) reads: Vec<usize>,
}

impl Cluster {
    pub(crate) fn entries(&self) -> impl Iterator<Item = usize> {
        self.write.into_iter().chain(self.reads.iter().copied())
    }
}

/// The result of grouping a partition by value.
#[derive(Debug)]
pub(crate) enum Values {
    /// Each value that was read was written once. The first cluster is the initial value's.
    Once(Vec<Cluster>),
    /// A read returned a value that was never written: the read's position.
    Orphan(usize),
    /// Neither: a search has to decide.
    Ambiguous,
}

/// Groups the entries of `partition` by value.
pub(crate) fn clusters<M: Model>(model: &M, partition: &Partition<M::Action>) -> Values {
    if !partition.whole {
        return orphan(model, partition).map_or(Values::Ambiguous, Values::Orphan);
    }
    let initial = model.initial_value();
    let mut found = vec![Cluster::default()];
    let mut writers: IndexMap<&Value, Vec<usize>> = IndexMap::new();
    writers.entry(&initial).or_default().push(0);
    for (position, entry) in partition.entries.iter().enumerate() {
        if let Access::Write(value) = model.access(&entry.action) {
            writers.entry(value).or_default().push(found.len());
            found.push(Cluster { write: Some(position), reads: Vec::new() });
        }
    }
    let mut ambiguous = false;
    for (position, entry) in partition.entries.iter().enumerate() {
        let Access::Read(value) = model.access(&entry.action) else {
            continue;
        };
        match writers.get(value).map(Vec::as_slice) {
            None => return Values::Orphan(position),
            Some([writer]) => found[*writer].reads.push(position),
            Some(_) => ambiguous = true,
        }
    }
    if ambiguous { Values::Ambiguous } else { Values::Once(found) }
}

/// The largest partition searched for such a read: each read is compared with each write.
const ORPHANS_SOUGHT_AMONG: usize = 4096;

/// A read that fits neither the initial state nor any write. A search would have to exhaust
/// every order to find it.
fn orphan<M: Model>(model: &M, partition: &Partition<M::Action>) -> Option<usize> {
    let entries = &partition.entries;
    if entries.len() > ORPHANS_SOUGHT_AMONG {
        return None;
    }
    let initial = model.initial();
    let seen = |reader: &Entry<M::Action>| {
        let mut writes = entries.iter().filter(|write| !write.read);
        writes.any(|write| model.may_see(&write.action, &reader.action, partition.whole))
    };
    entries.iter().position(|entry| {
        entry.read && model.step(&initial, &entry.action).is_none() && !seen(entry)
    })
}

/// Whether `first` precedes `second` in real time: it returned before `second` was invoked.
pub(crate) fn precedes<A>(first: &Entry<A>, second: &Entry<A>) -> bool {
    first.finish < second.invoke && first.finish != Time::MAX
}
