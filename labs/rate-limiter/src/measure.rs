//! End-of-run measures: how many requests were admitted in the worst window.
//!
//! They cover the whole run, the warm-up included, as invariants do, and every admission, whichever
//! node decided it.

use std::collections::BTreeMap;

use netsplit_sim::prelude::*;

use crate::invariants::buckets::Windows;
use crate::invariants::{Fact, Law, Rules, overshoot::Overshoot};

/// The times at which each tenant's requests were admitted.
fn admissions(events: &[LabEvent]) -> BTreeMap<u64, Vec<i128>> {
    let mut tenants: BTreeMap<u64, Vec<i128>> = BTreeMap::new();
    for event in events {
        if let Some((tenant, Fact::Admitted(_))) = Fact::read(event) {
            let times = tenants.entry(tenant).or_default();
            times.push(event.at.as_nanos().into());
        }
    }
    tenants
}

/// The most admissions in a window of length `window` that excludes one of its ends.
fn fullest(times: &[i128], window: i128) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, at) in times.iter().enumerate() {
        while at - times[first] >= window {
            first += 1;
        }
        most = most.max(last - first + 1);
    }
    most
}

/// The most that a stretch of time holds beyond burst + rate * t; at least 0.
fn excess(times: &[i128], rules: &Rules) -> f64 {
    let mut windows = Windows::new(rules);
    let worst = times.iter().map(|at| windows.admit(*at)).max();
    let beyond = worst.unwrap_or(0) - rules.burst * rules.interval();
    beyond.max(0) as f64 / rules.interval() as f64
}

/// The most by which admissions go beyond the bound of `overshoot`.
fn unlawful(events: &[LabEvent], rules: &Rules) -> f64 {
    let mut tenants: BTreeMap<u64, Overshoot> = BTreeMap::new();
    let mut most = 0;
    for event in events {
        let Some((tenant, fact)) = Fact::read(event) else {
            continue;
        };
        let law = tenants.entry(tenant);
        let law = law.or_insert_with(|| Overshoot::new(rules));
        let at = event.at.as_nanos().into();
        match fact {
            Fact::Admitted(Some(basis)) => {
                let (beyond, allowed) = law.judge(at, basis);
                most = most.max(beyond - allowed);
            }
            // All other requests are demand, however they end.
            fact => drop(law.happened(at, fact)),
        }
    }
    most as f64 / rules.interval() as f64
}

/// The measures of a run.
pub fn measure(run: &Run) -> Vec<(&'static str, f64)> {
    let policy = run.events.iter().find(|event| &*event.name == "policy");
    let Some(rules) = policy.map(|event| Rules::read(&event.detail)) else {
        return Vec::new();
    };
    let tenants = admissions(&run.events);
    if tenants.is_empty() {
        return Vec::new();
    }
    let held = tenants.values().map(|times| fullest(times, rules.window));
    let held = held.max().unwrap_or(0) as f64;
    let excess = tenants.values().map(|times| excess(times, &rules));
    vec![
        ("window_max", held),
        ("overshoot_ratio", held / rules.limit as f64),
        ("excess", excess.fold(0.0, f64::max)),
        ("excess_unlawful", unlawful(&run.events, &rules)),
    ]
}
