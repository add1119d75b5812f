//! Explanation of a contradiction, in a sentence.
//!
//! The common shapes of a minimal witness have sentences of their own: a value that was never
//! written, a value from the future, a value that had been overwritten. Any other shape gets a
//! general one.

use super::WitnessOperation;
use crate::clusters::precedes;
use crate::model::{Access, Model};
use crate::partition::{Entry, Partition};

/// The most operations that a sentence names.
const NAMED_AT_MOST: usize = 24;

/// The reason why `entries`, some of `whole`, have no legal order.
pub(super) fn contradiction<M: Model>(
    model: &M,
    whole: &Partition<M::Action>,
    entries: &[&Entry<M::Action>],
    operations: &[WitnessOperation],
    respecting: &str,
) -> String {
    let initial = model.initial_value();
    let real_time = respecting == "real time";
    let reads = entries.iter().enumerate().filter(|(_, entry)| entry.read);
    for (index, read) in reads {
        let Access::Read(value) = model.access(&read.action) else {
            continue;
        };
        let may_write = |entry: &Entry<M::Action>| wrote(model, whole.whole, entry, read);
        // An operation outside of the witness may have written the value, too.
        if *value != initial && !whole.entries.iter().any(may_write) {
            return format!("{} found {value}, which was never written", name(&operations[index]));
        }
        if real_time
            && let Some(sentence) = overwritten(model, whole.whole, entries, operations, index)
        {
            return sentence;
        }
    }
    let all: Vec<_> = operations.iter().take(NAMED_AT_MOST).map(name).collect();
    let more = match operations.len() - all.len() {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!(
        "no order of these {} operations respects {respecting} and explains every answer ({}{more})",
        operations.len(),
        all.join("; ")
    )
}

/// Whether `entry` wrote the value that `read` found, or may have written it or a part of it.
fn wrote<M: Model>(
    model: &M,
    whole: bool,
    entry: &Entry<M::Action>,
    read: &Entry<M::Action>,
) -> bool {
    match (model.access(&entry.action), model.access(&read.action)) {
        (Access::Write(written), Access::Read(found)) => written == found,
        _ => !entry.read && model.may_see(&entry.action, &read.action, whole),
    }
}

/// The sentence for a read of a value from the future, or of one that had been overwritten.
fn overwritten<M: Model>(
    model: &M,
    whole: bool,
    entries: &[&Entry<M::Action>],
    operations: &[WitnessOperation],
    index: usize,
) -> Option<String> {
    let read = entries[index];
    let what = name(&operations[index]);
    let writers: Vec<usize> =
        (0..entries.len()).filter(|&other| wrote(model, whole, entries[other], read)).collect();
    if let [writer] = *writers
        && precedes(read, entries[writer])
    {
        let write = name(&operations[writer]);
        return Some(format!("{what} ended before {write} began"));
    }
    let is_write = |entry: &Entry<M::Action>| {
        !entry.read && matches!(model.access(&entry.action), Access::Write(_))
    };
    // Writes of the whole value need no name: the read's answer says it.
    let others: Vec<_> = writers
        .iter()
        .filter(|&&writer| !is_write(entries[writer]))
        .map(|&writer| name(&operations[writer]))
        .collect();
    let newer = (0..entries.len()).find(|&other| {
        let after_all = |&writer: &usize| precedes(entries[writer], entries[other]);
        // What was appended may follow a write of the value's beginning.
        let base = !others.is_empty() && model.may_see(&entries[other].action, &read.action, whole);
        is_write(entries[other])
            && !base
            && !writers.contains(&other)
            && precedes(entries[other], read)
            && writers.iter().all(after_all)
    })?;
    let newer = name(&operations[newer]);
    let written = match others.as_slice() {
        [] => "the value was written".to_owned(),
        others => format!("the value was written by {}", others.join(" and ")),
    };
    Some(match *writers {
        [] => format!("{what} found nothing, although {newer} had returned before it began"),
        _ => format!(
            "{what} found a value that {newer} had overwritten: that write began after {written}, \
             and returned before the read began"
        ),
    })
}

fn name(operation: &WitnessOperation) -> String {
    format!("client {}'s {}", operation.client, operation.what)
}
