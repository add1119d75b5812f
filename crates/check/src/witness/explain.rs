//! Explanation of a contradiction, in a sentence.
//!
//! The common shapes of a minimal witness have sentences of their own: a value that was never
//! written, a value from the future, a value that had been overwritten. Any other shape gets a
//! general one.

use serde_json::Value;

use super::WitnessOperation;
use crate::clusters::precedes;
use crate::model::{Access, Model};
use crate::partition::Entry;

/// The reason why `entries` have no legal order.
pub(super) fn contradiction<M: Model>(
    model: &M,
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
        let name = name(&operations[index]);
        let writers = writers(model, entries, value);
        if writers.is_empty() && *value != initial {
            return format!("{name} found {value}, which was never written");
        }
        if real_time
            && let Some(sentence) = overwritten(model, entries, operations, index, &writers)
        {
            return sentence;
        }
    }
    let all: Vec<_> = operations.iter().map(name).collect();
    format!(
        "no order of these {} operations respects {respecting} and explains every answer ({})",
        all.len(),
        all.join("; ")
    )
}

fn writers<M: Model>(model: &M, entries: &[&Entry<M::Action>], value: &Value) -> Vec<usize> {
    (0..entries.len())
        .filter(|&index| model.access(&entries[index].action) == Access::Write(value))
        .collect()
}

/// The sentence for a read of a value from the future, or of one that had been overwritten.
fn overwritten<M: Model>(
    model: &M,
    entries: &[&Entry<M::Action>],
    operations: &[WitnessOperation],
    index: usize,
    writers: &[usize],
) -> Option<String> {
    let read = entries[index];
    let what = name(&operations[index]);
    if let [writer] = writers
        && precedes(read, entries[*writer])
    {
        let write = name(&operations[*writer]);
        return Some(format!("{what} ended before {write} began"));
    }
    let newer = (0..entries.len()).find(|&other| {
        let after_all = |&writer: &usize| precedes(entries[writer], entries[other]);
        !entries[other].read
            && matches!(model.access(&entries[other].action), Access::Write(_))
            && !writers.contains(&other)
            && precedes(entries[other], read)
            && writers.iter().all(after_all)
    })?;
    let newer = name(&operations[newer]);
    Some(match writers {
        [] => format!("{what} found nothing, although {newer} had returned before it began"),
        _ => format!(
            "{what} found a value that {newer} had overwritten: that write began after the \
             value was written, and returned before the read began"
        ),
    })
}

fn name(operation: &WitnessOperation) -> String {
    format!("client {}'s {}", operation.client, operation.what)
}
