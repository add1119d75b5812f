//! Phases of a run: windows before, during, after and outside its faults.
//!
//! Phases are the windows that expectations can name, so the report and an expectation show the
//! same numbers. They overlap where faults do.

use netsplit_check::resolve;
use netsplit_history::{Counts, Run, Tally, Window, worst_second};
use netsplit_scenario::{Scenario, WindowName};
use serde::{Deserialize, Serialize};

use crate::rounding::{seconds, share};
use crate::{LatencyMs, WorstSecond};

/// The requests of one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// The window's name: `during leader-cut`.
    pub name: String,
    /// Its start, in seconds.
    pub from_s: Option<f64>,
    /// Its end, in seconds. A window may have gaps between the two.
    pub to_s: Option<f64>,
    /// How its requests ended.
    pub requests: Counts,
    /// ok / attempted.
    pub availability: Option<f64>,
    /// Its second with the lowest availability.
    pub worst_second: Option<WorstSecond>,
    /// Latencies of its successful requests.
    pub latency_ms: LatencyMs,
}

impl Phase {
    fn of(name: String, window: &Window, run: &Run) -> Phase {
        let tally = Tally::of(run, window, |_| true);
        Phase {
            name,
            from_s: window.start().map(seconds),
            to_s: window.end().map(seconds),
            requests: tally.counts,
            availability: tally.counts.availability().map(share),
            worst_second: worst_second(run, window).map(WorstSecond::from),
            latency_ms: LatencyMs::from(&tally.latency),
        }
    }
}

/// The phases of a run: overall; before the first fault; during and after each, in order of first
/// strikes; and outside all faults. Empty windows are omitted.
pub(crate) fn phases(scenario: &Scenario, run: &Run) -> Vec<Phase> {
    let windows = phase_windows(scenario, run).into_iter();
    windows.map(|(name, window)| Phase::of(name, &window, run)).collect()
}

/// The windows of the phases of a run, in the order of [`Report::phases`](crate::Report::phases).
pub fn phase_windows(scenario: &Scenario, run: &Run) -> Vec<(String, Window)> {
    let mut struck: Vec<_> = run.faults.iter().filter(|f| !f.spans.is_empty()).collect();
    struck.sort_by_key(|fault| fault.spans[0].0);
    let mut names = vec![("overall".to_owned(), WindowName::Overall)];
    for (index, fault) in struck.iter().enumerate() {
        let name = &fault.name;
        if index == 0 {
            names.push((format!("before {name}"), WindowName::Before(name.clone())));
        }
        names.push((format!("during {name}"), WindowName::During(name.clone())));
        names.push((format!("after {name}"), WindowName::After(name.clone())));
    }
    if !struck.is_empty() {
        names.push(("outside faults".to_owned(), WindowName::OutsideFaults));
    }
    names
        .into_iter()
        .map(|(name, window)| (name, resolve(&window, run, scenario.settle)))
        .filter(|(_, window)| !window.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, cut};

    #[test]
    fn phases_follow_the_first_strikes_and_skip_what_is_empty() {
        let (scenario, mut run) = cut();
        let mut late = run.faults[0].clone();
        late.name = "late".into();
        late.spans = vec![(at(50.0), at(61.0))];
        run.faults.insert(0, late);
        let mut never = run.faults[0].clone();
        never.name = "never".into();
        never.spans.clear();
        run.faults.push(never);
        let phases = phases(&scenario, &run);
        let found: Vec<_> =
            phases.iter().map(|phase| (phase.name.as_str(), phase.from_s, phase.to_s)).collect();
        assert_eq!(
            found,
            [
                ("overall", Some(5.0), Some(60.0)),
                ("before minority-cut", Some(5.0), Some(20.0)),
                ("during minority-cut", Some(20.0), Some(30.0)),
                ("after minority-cut", Some(30.0), Some(50.0)),
                ("during late", Some(50.0), Some(60.0)),
                ("outside faults", Some(5.0), Some(50.0)),
            ]
        );
    }

    #[test]
    fn a_phase_counts_its_own_requests() {
        let (scenario, run) = cut();
        let phases = phases(&scenario, &run);
        assert_eq!(phases[0].requests.attempted, 11_000);
        let during = phases.iter().find(|p| p.name == "during minority-cut");
        let during = during.unwrap();
        assert_eq!(during.requests.attempted, 2000);
        assert_eq!(during.availability, Some(0.75));
        let outside = phases.last().unwrap();
        assert_eq!(outside.availability, Some(1.0));
    }
}
