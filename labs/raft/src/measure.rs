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
    vec![
        ("leaders", led.len() as f64),
        ("split_votes", stood.difference(&won).count() as f64),
        ("split_rate", split as f64 / (successions.len() as f64).max(1.0)),
        ("term", stood.union(&won).max().map_or(0.0, |term| *term as f64)),
        ("log_entries_max", longest_log(run) as f64),
    ]
}

fn longest_log(run: &Run) -> usize {
    let mut ledger = Ledger::default();
    let mut longest = 0;
    for event in &run.events {
        if matches!(&*event.name, "started" | "appended" | "compacted") {
            ledger.observe(event);
            longest = longest.max(ledger.0[&event.node].entries.len());
        }
    }
    longest
}
