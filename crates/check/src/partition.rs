//! Partitions of a history that can be checked independently.
//!
//! [`split`] parses the operations that a [`Model`] understands and sorts them into
//! [`Partition`]s, one per key. It drops, and counts, operations that cannot matter: failed
//! ones, which had no effect; reads without an answer; and unknown writes that no answer could
//! depend on ([`Model::may_see`]), since any legal order stays legal without them. The last keeps
//! outages decidable: each operation that may take effect at any later time doubles the orders to
//! try. An operation that the model does not have makes the history undecidable if it may have
//! changed one of the partitions; elsewhere it is only counted.

use std::collections::BTreeMap;

use indexmap::IndexSet;
use netsplit_history::{Name, Operation, Outcome, Time};
use serde_json::Value;

use crate::model::{Access, Malformed, Model};

/// One operation of a partition.
#[derive(Clone, Debug)]
pub(crate) struct Entry<A> {
    pub(crate) action: A,
    /// Its position in the history.
    pub(crate) index: usize,
    pub(crate) client: u32,
    pub(crate) invoke: Time,
    /// [`Time::MAX`] when unknown: it may take effect at any later time.
    pub(crate) finish: Time,
    pub(crate) unknown: bool,
    /// Whether it never changes the state.
    pub(crate) read: bool,
    /// Whether it was answered, and its answer depends on the state.
    pub(crate) observes: bool,
}

/// The operations of one key, sorted by invocation.
pub(crate) struct Partition<A> {
    pub(crate) key: Option<Name>,
    pub(crate) entries: Vec<Entry<A>>,
    /// Whether all actions are plain reads and writes of whole values.
    pub(crate) whole: bool,
}

impl<A> Partition<A> {
    /// Each answered read, with the first write of another operation; none where nothing else
    /// writes.
    pub(crate) fn reads_beside_writes(&self) -> impl Iterator<Item = (&Entry<A>, &Entry<A>)> {
        let writes: Vec<_> = self.entries.iter().filter(|entry| !entry.read).take(2).collect();
        let reads = self.entries.iter().filter(|entry| entry.observes);
        reads.filter_map(move |read| {
            Some((read, *writes.iter().find(|write| write.index != read.index)?))
        })
    }
}

/// A history, ready to be checked.
pub(crate) struct Split<A> {
    pub(crate) partitions: Vec<Partition<A>>,
    pub(crate) scope: Scope,
}

/// The part of a history that a checker covers.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Scope {
    /// Operations that the model understands, failed ones included.
    pub operations: usize,
    /// Keys among them.
    pub keys: usize,
    /// Of those operations, the ones of unknown outcome.
    pub unknown: usize,
    /// Of those operations, the ones that may have changed their key.
    pub writes: usize,
    /// Of those operations, the answered ones whose answer depends on their key.
    pub reads: usize,
    /// Ignored operations, which the model does not have, by name.
    pub ignored: BTreeMap<String, usize>,
    /// Pairs of answered operations on one key that overlapped in time, not both reads.
    pub overlapping_pairs: u64,
    /// The reason why the history cannot be judged: an operation that the model does not have,
    /// and that may have changed a key of the others.
    #[serde(skip)]
    pub unjudged: Option<String>,
}

impl Scope {
    /// The reason why a history without an operation that could violate a rule shows nothing;
    /// `needs` says which one would.
    pub(crate) fn shows_nothing(&self, needs: &str) -> String {
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        format!(
            "no read could show a violation: there were {} and {}, and it takes {needs}",
            count(self.writes, "write"),
            count(self.reads, "answered read"),
        )
    }
}

/// Parses and sorts.
pub(crate) fn split<M: Model>(
    model: &M,
    history: &[Operation],
) -> Result<Split<M::Action>, Malformed> {
    let mut scope = Scope::default();
    let mut by_key: BTreeMap<Option<Name>, Vec<Entry<M::Action>>> = BTreeMap::new();
    let mut strangers = Vec::new();
    for (index, operation) in history.iter().enumerate() {
        if !model.operations().contains(&&*operation.op) {
            *scope.ignored.entry(operation.op.to_string()).or_default() += 1;
            if operation.outcome != Outcome::Fail {
                strangers.push(index);
            }
            continue;
        }
        scope.operations += 1;
        scope.unknown += usize::from(operation.outcome == Outcome::Unknown);
        if operation.outcome == Outcome::Fail {
            continue;
        }
        let action = model.parse(operation).map_err(|why| Malformed { index, why })?;
        let unknown = operation.outcome == Outcome::Unknown;
        let entries = by_key.entry(model.partition(operation)).or_default();
        entries.push(Entry {
            read: model.is_read(&action),
            observes: !unknown && model.observes(&action),
            action,
            index,
            client: operation.client,
            invoke: operation.invoke,
            finish: operation.returned().unwrap_or(Time::MAX),
            unknown,
        });
    }
    scope.keys = by_key.len();
    let stranger = strangers.into_iter().find(|&index| match model.partition(&history[index]) {
        // Without a key, it may have acted on any.
        None => !by_key.is_empty(),
        key => by_key.contains_key(&key),
    });
    scope.unjudged = stranger.map(|index| unjudged(model, &history[index], index));
    let mut partitions = Vec::with_capacity(by_key.len());
    for (key, mut entries) in by_key {
        entries.sort_by_key(|entry| (entry.invoke, entry.finish, entry.index));
        scope.writes += entries.iter().filter(|entry| !entry.read).count();
        scope.reads += entries.iter().filter(|entry| entry.observes).count();
        scope.overlapping_pairs += overlapping_pairs(&entries);
        entries.retain(|entry| !(entry.unknown && entry.read));
        let whole = entries.iter().all(|entry| model.access(&entry.action) != Access::Other);
        let mut partition = Partition { key, entries, whole };
        drop_unseen(model, &mut partition);
        partitions.push(partition);
    }
    Ok(Split { partitions, scope })
}

/// The reason not to judge a history that has `operation`.
fn unjudged<M: Model>(model: &M, operation: &Operation, index: usize) -> String {
    let at = operation.key.as_deref().map_or_else(
        || "it has no key and may have changed any".to_owned(),
        |key| format!("it may have changed key {key}"),
    );
    format!(
        "operation {} is `{}`, which the model {} does not have; {at}: check the history without \
         that key, or with a model that has `{}`",
        index + 1,
        operation.op,
        model.name(),
        operation.op
    )
}

/// Drops unknown writes that no operation may have seen, until none is left: an unknown
/// compare-and-set that is dropped may have been the only one to see another.
fn drop_unseen<M: Model>(model: &M, partition: &mut Partition<M::Action>) {
    while partition.entries.iter().any(|entry| entry.unknown) {
        let seen = if partition.whole {
            seen_values(model, &partition.entries)
        } else {
            seen_writes(model, &partition.entries)
        };
        let before = partition.entries.len();
        let mut seen = seen.into_iter();
        partition.entries.retain(|_| seen.next() == Some(true));
        if partition.entries.len() == before {
            return;
        }
    }
}

/// The entries to keep, where reads return whole values.
fn seen_values<M: Model>(model: &M, entries: &[Entry<M::Action>]) -> Vec<bool> {
    let found: IndexSet<&Value> = entries
        .iter()
        .filter_map(|entry| match model.access(&entry.action) {
            Access::Read(value) => Some(value),
            _ => None,
        })
        .collect();
    entries
        .iter()
        .map(|entry| match model.access(&entry.action) {
            Access::Write(value) => !entry.unknown || found.contains(value),
            _ => true,
        })
        .collect()
}

/// The entries to keep, comparing each write with each reader.
fn seen_writes<M: Model>(model: &M, entries: &[Entry<M::Action>]) -> Vec<bool> {
    let sees = |write: &Entry<M::Action>| {
        entries.iter().any(|reader| {
            reader.index != write.index && model.may_see(&write.action, &reader.action, false)
        })
    };
    entries.iter().map(|entry| !entry.unknown || sees(entry)).collect()
}

/// Pairs that overlap and are not both reads. Unanswered operations do not count: that one may
/// take effect later is no evidence that the history tested concurrency.
fn overlapping_pairs<A>(entries: &[Entry<A>]) -> u64 {
    let all = |_: &&Entry<A>| true;
    let reads = |entry: &&Entry<A>| entry.read;
    count_pairs(entries, all) - count_pairs(entries, reads)
}

fn count_pairs<A>(entries: &[Entry<A>], keep: impl Fn(&&Entry<A>) -> bool) -> u64 {
    let kept: Vec<_> = entries.iter().filter(|entry| !entry.unknown).filter(keep).collect();
    let mut finishes: Vec<Time> = kept.iter().map(|entry| entry.finish).collect();
    finishes.sort_unstable();
    let mut pairs = 0;
    for (before, entry) in kept.iter().enumerate() {
        let over = finishes.partition_point(|finish| *finish < entry.invoke);
        pairs += before.saturating_sub(over) as u64;
    }
    pairs
}
