//! Liveness: after the last fault heals, the system serves again within a stated time.
//!
//! A finite run cannot refute "eventually" (Alpern & Schneider, "Defining liveness", 1985),
//! so the property has a deadline. "Serves" is defined by [`recovery`]: from then on every
//! one-second window has an availability of at least 99%. A failure describes the state the
//! system was stuck in, as its clients saw it.
//!
//! Left out: the cause. `netsplit trace` shows it.

use std::collections::BTreeMap;
use std::time::Duration;

use netsplit_history::{Counts, Run, Status, Time, recovery};

use crate::expect::{PropertyFinding, Verdict};

/// The shortest span that [`recovery`] can judge.
const PROOF: Duration = Duration::from_secs(1);
/// The most distinct errors that a failure lists.
const ERRORS_LISTED: usize = 3;

/// Decides whether `run` serves again within `within` of its last heal.
///
/// Inconclusive when no fault struck, or when the run ends or has no requests after the deadline.
pub fn check_liveness(run: &Run, within: Duration) -> PropertyFinding {
    let spans = run.faults.iter().flat_map(|fault| &fault.spans);
    let Some(heal) = spans.map(|span| span.1).max() else {
        return finding(Verdict::Inconclusive, "no fault struck".into());
    };
    let deadline = heal + within;
    if deadline + PROOF > run.duration {
        let why = format!(
            "the last fault heals at {heal}, and the load stops at {}: too early to decide",
            run.duration
        );
        return finding(Verdict::Inconclusive, why);
    }
    if !run.operations.iter().any(|op| op.intended >= deadline) {
        let why = format!("no request was sent after {deadline}");
        return finding(Verdict::Inconclusive, why);
    }
    match recovery(run, heal, run.duration) {
        Some(took) if took <= within => finding(Verdict::Pass, String::new()),
        Some(took) => {
            let why = format!("served again only {took:?} after the last heal at {heal}");
            finding(Verdict::Fail, format!("{why}; {}", stuck(run, heal, heal + took)))
        }
        None => {
            let why = format!("never served again after the last heal at {heal}");
            finding(Verdict::Fail, format!("{why}; {}", stuck(run, heal, Time::MAX)))
        }
    }
}

fn finding(verdict: Verdict, why: String) -> PropertyFinding {
    PropertyFinding::new(verdict, why)
}

/// The requests between two times in a sentence: counts, the last success, the last errors.
fn stuck(run: &Run, from: Time, to: Time) -> String {
    let mut counts = Counts::default();
    let mut last_ok = None;
    let mut errors: BTreeMap<&str, (usize, Time)> = BTreeMap::new();
    let requests = run.operations.iter();
    for op in requests.filter(|op| op.intended >= from && op.intended < to) {
        counts.add(op.status);
        if op.status == Status::Ok {
            last_ok = last_ok.max(Some(op.finished));
            continue;
        }
        let text = op.error.as_deref().unwrap_or(match op.status {
            Status::TimedOut => "timed out",
            Status::Rejected => "rejected",
            _ => "failed",
        });
        let error = errors.entry(text).or_default();
        *error = (error.0 + 1, error.1.max(op.finished));
    }
    let last_ok = last_ok.map_or("none".to_owned(), |at| at.to_string());
    let mut listed: Vec<_> = errors.into_iter().collect();
    listed.sort_by_key(|(text, (_, last))| (std::cmp::Reverse(*last), *text));
    let listed: Vec<_> = listed
        .iter()
        .take(ERRORS_LISTED)
        .map(|(text, (count, last))| format!("{count} times \"{text}\", last at {last}"))
        .collect();
    format!(
        "of {} requests until then {} were served (last: {last_ok}), {} failed, {} timed out, {} \
         were rejected; {}",
        counts.attempted,
        counts.ok,
        counts.failed,
        counts.timed_out,
        counts.rejected,
        listed.join("; ")
    )
}
