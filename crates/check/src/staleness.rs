//! Staleness of reads, as clients can observe it.
//!
//! A read missed a write when the write returned before the read began, and began after every
//! write that may have produced the read's value had returned. Staleness in versions is the
//! number of writes a read missed; in time, how long before the read began the first of them
//! returned: k-atomicity and delta-atomicity as Golab, Li & Shah (PODC 2011)
//! measure them, but per read and never overstated. Zero for every read is weaker than
//! linearizability.
//!
//! Left out: appends. Only writes that replace the value count.

use std::time::Duration;

use netsplit_history::{Operation, Time};
use serde::Serialize;

use crate::guarantee::{Guarantee, Violation, each_key, name};
use crate::model::{CellAction, Malformed, Model};
use crate::versions::{Versions, instant};

/// The operations that count as checked.
const NEEDS: &str = "an answered read";

/// The staleness of the reads of a history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Staleness {
    /// The answered reads, and a violation for each stale one.
    pub reads: Guarantee,
    /// Each stale read.
    pub stale: Vec<StaleRead>,
}

/// A read that missed writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StaleRead {
    /// Its position in the history, from 1.
    pub number: usize,
    /// When it began.
    pub at: Time,
    /// Acknowledged writes that it certainly missed.
    pub versions: usize,
    /// Time from the return of the first of them to the start of the read.
    pub behind: Duration,
}

impl Staleness {
    /// Share of the answered reads that were stale; `None` without any.
    pub fn share(&self) -> Option<f64> {
        let reads = self.reads.checked;
        (reads > 0).then(|| self.stale.len() as f64 / reads as f64)
    }

    /// The most versions that a read missed.
    pub fn most_versions(&self) -> usize {
        self.stale.iter().map(|read| read.versions).max().unwrap_or(0)
    }

    /// The longest that a read was behind.
    pub fn longest(&self) -> Duration {
        self.stale.iter().map(|read| read.behind).max().unwrap_or_default()
    }
}

/// Measures the staleness of each read.
///
/// # Errors
/// When an operation of `model` has an input or output that the model cannot parse.
pub fn measure_staleness<M: Model<Action = CellAction>>(
    model: &M,
    history: &[Operation],
) -> Result<Staleness, Malformed> {
    let mut stale = Vec::new();
    let mut reads = each_key(model, history, NEEDS, |versions, guarantee| {
        for (read, found) in versions.reads() {
            guarantee.checked += 1;
            let Some(missed) = missed(versions, read, found) else {
                continue;
            };
            let what = name(model, history, missed.number - 1);
            let (count, behind) = (missed.versions, missed.behind);
            guarantee.violations.push(Violation {
                number: missed.number,
                what: format!("{what} is {count} versions and {behind:?} behind"),
            });
            stale.push(missed);
        }
    })?;
    stale.sort_by_key(|read| read.number);
    reads.violations.sort();
    Ok(Staleness { reads, stale })
}

fn missed<M: Model<Action = CellAction>>(
    versions: &Versions<'_, M>,
    read: usize,
    found: &serde_json::Value,
) -> Option<StaleRead> {
    let bases = versions.bases(read, found)?;
    let entry = versions.entry(read);
    // Overwriters are sorted by invocation.
    let first = versions
        .overwriters
        .partition_point(|&write| instant(versions.entry(write).invoke) <= bases.latest_finish);
    let missed = versions.overwriters[first..]
        .iter()
        .map(|&write| versions.entry(write))
        .take_while(|write| write.invoke < entry.invoke)
        .filter(|write| write.finish < entry.invoke);
    let (count, earliest) = missed
        .fold((0, Time::MAX), |(count, earliest), write| (count + 1, earliest.min(write.finish)));
    (count > 0).then(|| StaleRead {
        number: entry.index + 1,
        at: entry.invoke,
        versions: count,
        behind: entry.invoke.since(earliest),
    })
}
