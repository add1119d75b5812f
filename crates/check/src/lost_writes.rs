//! Durability as clients can observe it: no acknowledged write is lost.
//!
//! A write is lost when it was acknowledged; its value was written only once; nothing may have
//! overwritten it, that is, every other write of the key, answered or not, returned before
//! it began (appends overwrite nothing); and reads of the key began at least `settle` after
//! it returned, none of which saw it (compare "lost updates" in Kingsbury's Jepsen analyses).
//! `settle` is how long a write may take to become visible everywhere, so that a slow replica
//! does not count as a lossy one.
//!
//! Left out: writes that were overwritten later, whose loss cannot be proved, and writes that
//! were never read afterwards. An unknown write that no read saw counts as not executed.

use std::time::Duration;

use netsplit_history::Operation;

use crate::guarantee::{Guarantee, Violation, each_key, name};
use crate::model::{CellAction, Malformed, Model};
use crate::versions::{Versions, instant, written};

/// The operations that count as checked.
const NEEDS: &str = "an acknowledged write, not replaced, and after `settle` a read of its key";

/// Checks each acknowledged write that no other write may have overwritten.
///
/// # Errors
/// When an operation of `model` has an input or output that the model cannot parse.
pub fn check_lost_writes<M: Model<Action = CellAction>>(
    model: &M,
    history: &[Operation],
    settle: Duration,
) -> Result<Guarantee, Malformed> {
    each_key(model, history, NEEDS, |versions, guarantee| {
        let reads: Vec<usize> = versions.reads().map(|(read, _)| read).collect();
        for write in lasting(versions) {
            let entry = versions.entry(write);
            let shown = entry.finish + settle;
            let mut later =
                reads.iter().filter(|&&read| versions.entry(read).invoke > shown).peekable();
            let Some(&&first) = later.peek() else {
                continue;
            };
            guarantee.checked += 1;
            if later.any(|&read| versions.may_see(write, read)) {
                continue;
            }
            let write = name(model, history, entry.index);
            let read = name(model, history, versions.entry(first).index);
            guarantee.violations.push(Violation {
                number: entry.index + 1,
                what: format!("{write} was acknowledged, and no later read saw it, such as {read}"),
            });
        }
    })
}

/// The acknowledged writes of unique values that no other write may have overwritten.
fn lasting<M: Model<Action = CellAction>>(versions: &Versions<'_, M>) -> Vec<usize> {
    let mut finishes: Vec<_> = versions
        .overwriters
        .iter()
        .map(|&write| (instant(versions.entry(write).finish), write))
        .collect();
    finishes.sort_unstable();
    let last_other = |write: usize| {
        let others = finishes.iter().rev().filter(|(_, other)| *other != write);
        others.map(|(finish, _)| *finish).next().unwrap_or(-1)
    };
    let all = versions.overwriters.iter().chain(&versions.appends);
    all.copied()
        .filter(|&write| {
            let entry = versions.entry(write);
            let own_value = match (&entry.action, written(&entry.action)) {
                (_, Some(value)) => !value.is_null() && versions.writers(value) == 1,
                (CellAction::Append(piece), _) => versions.appenders(piece) == 1,
                _ => false,
            };
            own_value && !entry.unknown && last_other(write) < instant(entry.invoke)
        })
        .collect()
}
