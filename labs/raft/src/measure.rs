//! End-of-run measures.

use std::collections::BTreeSet;

use netsplit_history::Run;

use crate::invariants::{Ledger, number};

/// The metrics that need the whole run.
pub(crate) fn measure(run: &Run) -> Vec<(&'static str, f64)> {
    let terms = |name: &'static str| {
        let events = run.events.iter().filter(move |event| &*event.name == name);
        events.map(|event| number(&event.detail["term"]))
    };
    let (stood, led): (BTreeSet<_>, Vec<_>) =
        (terms("became-candidate").collect(), terms("became-leader").collect());
    let won: BTreeSet<_> = led.iter().copied().collect();
    let successions = led.windows(2);
    let split = successions.clone().filter(|terms| terms[1] > terms[0] + 1).count();
    let term = stood.union(&won).max().map_or(0.0, |term| *term as f64);
    let mut measured = vec![("leaders", led.len() as f64), ("term", term)];
    if !stood.is_empty() {
        measured.push(("split_votes", stood.difference(&won).count() as f64));
    }
    if successions.len() > 0 {
        measured.push(("split_rate", split as f64 / successions.len() as f64));
    }
    measured.extend(longest_log(run).map(|entries| ("log_entries_max", entries as f64)));
    measured
}

/// The most entries that any server's log had; `None` when no server recorded its log.
fn longest_log(run: &Run) -> Option<usize> {
    let mut ledger = Ledger::default();
    let changes = run
        .events
        .iter()
        .filter(|event| matches!(&*event.name, "started" | "appended" | "compacted"));
    let lengths = changes.map(|event| {
        ledger.observe(event);
        ledger.0[&event.node].entries.len()
    });
    lengths.max()
}
