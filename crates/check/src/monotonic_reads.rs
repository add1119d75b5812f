//! Monotonic reads: no read of a session is older than an earlier one (Terry et al. 1994,
//! section 3.2).
//!
//! A read violates it when every write that may have produced its value returned before every
//! write that may have produced an earlier result began; when it goes back to a value, written
//! once, that the session had already seen replaced; or when it lacks an appended piece that the
//! session had seen, although the value was not replaced.
//!
//! Left out: orders that only other sessions reveal, and reads that overlap the session's
//! previous one, which are unordered.

use std::collections::{BTreeMap, BTreeSet};

use netsplit_history::{Operation, Time};
use serde_json::Value;

use crate::guarantee::{Guarantee, Violation, each_key, name};
use crate::model::{CellAction, Malformed, Model};
use crate::versions::{Base, Bases, Versions};

/// The operations that count as checked.
const NEEDS: &str = "two reads of a key by a session, the later during or after a write of it";

/// Checks each read against the earlier ones of its session.
///
/// # Errors
/// When an operation of `model` has an input or output that the model cannot parse.
pub fn check_monotonic_reads<M: Model<Action = CellAction>>(
    model: &M,
    history: &[Operation],
) -> Result<Guarantee, Malformed> {
    each_key(model, history, NEEDS, |versions, guarantee| {
        let mut sessions: BTreeMap<u32, Session<'_>> = BTreeMap::new();
        for (read, found) in versions.reads() {
            let entry = versions.entry(read);
            let session = sessions.entry(entry.client).or_default();
            if session.busy_until.is_some_and(|until| entry.invoke < until) {
                continue;
            }
            let written = versions.first_change().is_some_and(|from| from <= entry.finish);
            guarantee.checked += usize::from(written && session.busy_until.is_some());
            session.busy_until = Some(entry.finish);
            let Some(bases) = versions.bases(read, found) else {
                continue;
            };
            if let Some(newer) = session.newer_than(versions, bases, found) {
                let newer = name(model, history, versions.entry(newer).index);
                let older = name(model, history, entry.index);
                guarantee.violations.push(Violation {
                    number: entry.index + 1,
                    what: format!("{older} is older than the session's earlier {newer}"),
                });
            }
            session.saw(read, bases, found);
        }
    })
}

/// The reads of one key by one session so far.
#[derive(Default)]
struct Session<'a> {
    busy_until: Option<Time>,
    /// The read whose value was certainly written latest.
    newest: Option<(Bases, usize)>,
    /// The last read.
    last: Option<(Bases, usize, &'a Value)>,
    /// Writes whose value it saw replaced.
    left: BTreeSet<Base>,
}

impl<'a> Session<'a> {
    /// An earlier read that `found` is certainly older than.
    fn newer_than<M: Model<Action = CellAction>>(
        &self,
        versions: &Versions<'_, M>,
        bases: Bases,
        found: &Value,
    ) -> Option<usize> {
        if let Some((newest, read)) = self.newest
            && bases.latest_finish < newest.earliest_invoke
        {
            return Some(read);
        }
        let (last, read, value) = self.last?;
        let sole = bases.sole?;
        let shrunk = last.sole == Some(sole) && !versions.extends(found, value);
        (self.left.contains(&sole) || shrunk).then_some(read)
    }

    fn saw(&mut self, read: usize, bases: Bases, found: &'a Value) {
        let newer = |(newest, _): (Bases, usize)| bases.earliest_invoke > newest.earliest_invoke;
        if self.newest.is_none_or(newer) {
            self.newest = Some((bases, read));
        }
        if let Some((last, _, _)) = self.last
            && last.sole != bases.sole
            && let (Some(left), Some(_)) = (last.sole, bases.sole)
        {
            self.left.insert(left);
        }
        self.last = Some((bases, read, found));
    }
}
