//! Read-your-writes: a session's read sees the session's earlier acknowledged writes, or
//! something newer (Terry et al., "Session guarantees for weakly consistent replicated
//! data", PDIS 1994, section 3.1).
//!
//! A read violates it when every write that may have produced its value returned before the
//! session's own write began, or when its value was never written. An appended piece must be in
//! the result unless the value may have been replaced since.
//!
//! Left out: orders that only other sessions' reads reveal. There are no false positives; some
//! violations are missed.

use netsplit_history::Operation;

use crate::guarantee::{Guarantee, Violation, each_key, name};
use crate::model::{CellAction, Malformed, Model};
use crate::versions::{Versions, instant, written};

/// The operations that count as checked.
const NEEDS: &str =
    "an answered read of a key by a session with an acknowledged write of it before";

/// Checks each read against the last writes of its own session.
///
/// # Errors
/// When an operation of `model` has an input or output that the model cannot parse.
pub fn check_read_your_writes<M: Model<Action = CellAction>>(
    model: &M,
    history: &[Operation],
) -> Result<Guarantee, Malformed> {
    each_key(model, history, NEEDS, |versions, guarantee| {
        for (read, found) in versions.reads() {
            let own = own_writes(versions, read);
            guarantee.checked += usize::from(!own.is_empty());
            let bases = versions.bases(read, found);
            let newest = bases.map_or(-2, |bases| bases.latest_finish);
            let missed = own.into_iter().find(|&write| {
                let replaced = newest >= instant(versions.entry(write).invoke);
                !replaced && !versions.may_see(write, read)
            });
            if let Some(write) = missed {
                let index = versions.entry(read).index;
                let read = name(model, history, index);
                let write = name(model, history, versions.entry(write).index);
                guarantee.violations.push(Violation {
                    number: index + 1,
                    what: format!("{read} does not see the session's own {write}"),
                });
            }
        }
    })
}

/// The session's acknowledged writes before `read`: the last that replaced the value, and
/// what it appended since.
fn own_writes<M: Model<Action = CellAction>>(
    versions: &Versions<'_, M>,
    read: usize,
) -> Vec<usize> {
    let reader = versions.entry(read);
    let mut own = Vec::new();
    for &write in versions.by_client(reader.client).iter().rev() {
        let entry = versions.entry(write);
        if entry.unknown || entry.finish > reader.invoke {
            continue;
        }
        own.push(write);
        if written(&entry.action).is_some() {
            break;
        }
    }
    own
}
