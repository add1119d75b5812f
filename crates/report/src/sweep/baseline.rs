//! Comparison with an older sweep.
//!
//! Two sweeps are compared scenario by scenario, on metrics merged over all seeds. After a change
//! of the scenario's text, overrides, variant or seeds the criterion is inconclusive and asks for a
//! new baseline. A scenario that the older sweep does not have gets no criterion.

use std::fmt;

use netsplit_check::{Verdict, show};
use netsplit_scenario::Quantity;

use super::criterion::{Criterion, CriterionKind};
use super::{ScenarioSummary, Summary};

/// The amount by which a metric may get worse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// The metric.
    pub metric: Compared,
    /// The share of the older value, 0 to 1.
    pub share: f64,
}

/// A metric by which sweeps can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// The mean latency.
    Mean,
    /// The median.
    P50,
    /// The 90th percentile.
    P90,
    /// The 99th.
    P99,
    /// The 99.9th.
    P999,
    /// The greatest latency.
    Max,
    /// ok / attempted.
    Availability,
    /// passed / run.
    PassRate,
}

/// All metrics with their names on the command line.
const NAMES: [(&str, Compared); 8] = [
    ("mean", Compared::Mean),
    ("p50", Compared::P50),
    ("p90", Compared::P90),
    ("p99", Compared::P99),
    ("p99.9", Compared::P999),
    ("max", Compared::Max),
    ("availability", Compared::Availability),
    ("pass_rate", Compared::PassRate),
];

impl std::str::FromStr for Limit {
    type Err = String;

    /// Reads `p99=10%`.
    fn from_str(text: &str) -> Result<Limit, String> {
        let (name, share) = text.split_once('=').ok_or("it is written p99=10%")?;
        let known = || NAMES.map(|(name, _)| name).join(", ");
        let metric = NAMES.iter().find(|(known, _)| *known == name.trim());
        let (_, metric) = metric.ok_or_else(|| format!("it compares one of {}", known()))?;
        let percent = share.trim().strip_suffix('%').ok_or("it is written p99=10%")?;
        let percent: f64 = percent.trim().parse().map_err(|_| "it is written p99=10%")?;
        if !(percent >= 0.0 && percent.is_finite()) {
            return Err("the percentage is not negative".into());
        }
        Ok(Limit { metric: *metric, share: percent / 100.0 })
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMES.iter().find(|(_, metric)| metric == self);
        f.write_str(named.expect("every metric has a name").0)
    }
}

impl Compared {
    fn of(self, scenario: &ScenarioSummary) -> Option<Quantity> {
        let latency = &scenario.latency_ms;
        let millis = match self {
            Compared::Availability => return scenario.availability.map(Quantity::Share),
            Compared::PassRate => return scenario.pass_rate.share.map(Quantity::Share),
            Compared::Mean => latency.mean,
            Compared::P50 => latency.p50,
            Compared::P90 => latency.p90,
            Compared::P99 => latency.p99,
            Compared::P999 => latency.p99_9,
            Compared::Max => latency.max,
        };
        millis.map(|millis| Quantity::Nanos(millis * 1e6))
    }

    fn less_is_worse(self) -> bool {
        matches!(self, Compared::Availability | Compared::PassRate)
    }
}

impl Summary {
    /// Adds to each scenario the criteria that it is no worse than in `older`, within `limits`.
    pub fn compare(&mut self, older: &Summary, limits: &[Limit]) {
        for scenario in &mut self.scenarios {
            let before = older.scenarios.iter().find(|s| s.scenario == scenario.scenario);
            let Some(before) = before else { continue };
            let criteria: Vec<Criterion> =
                limits.iter().map(|limit| limit.criterion(before, scenario)).collect();
            scenario.criteria.extend(criteria);
        }
        self.decide();
    }
}

impl Limit {
    fn criterion(&self, before: &ScenarioSummary, now: &ScenarioSummary) -> Criterion {
        let metric = self.metric;
        let (old, new) = (metric.of(before), metric.of(now));
        let shown = |number: Option<Quantity>| number.map_or("none".to_owned(), show);
        let changed = changed(before, now);
        let (verdict, why) = match (&changed, old, new) {
            (Some(what), ..) => (
                Verdict::Inconclusive,
                format!("{what} since the baseline was made: make a new one"),
            ),
            (None, Some(old), Some(new)) => (self.judge(old.number(), new.number()), String::new()),
            (None, None, _) => (Verdict::Inconclusive, "the baseline has no such number".into()),
            (None, _, None) => (Verdict::Inconclusive, "this sweep has no such number".into()),
        };
        Criterion {
            kind: CriterionKind::Baseline,
            text: format!("{metric} at most {} worse", show(Quantity::Share(self.share))),
            line: None,
            verdict,
            observed: format!("{} before, {} now", shown(old), shown(new)),
            why,
            needs_seeds: None,
            commands: Vec::new(),
        }
    }

    fn judge(&self, old: f64, new: f64) -> Verdict {
        let worse_by = if self.metric.less_is_worse() { old - new } else { new - old };
        if worse_by <= self.share * old + 1e-12 { Verdict::Pass } else { Verdict::Fail }
    }
}

/// The reason why two sweeps of a scenario are not comparable, if there is one.
fn changed(before: &ScenarioSummary, now: &ScenarioSummary) -> Option<&'static str> {
    let seeds = |s: &ScenarioSummary| -> Vec<u64> { s.runs.iter().map(|run| run.seed).collect() };
    if before.scenario_hash != now.scenario_hash {
        Some("the scenario's file has changed")
    } else if (&before.overrides, &before.variant) != (&now.overrides, &now.variant) {
        Some("the overrides have changed")
    } else if seeds(before) != seeds(now) {
        Some("the seeds have changed")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::testing::{entries, passes, plan, planned};

    fn sweep(seeds: u64, p99: f64) -> Summary {
        let plan = plan(seeds, vec![planned("lab/a")]);
        let runs = (0..seeds).map(|_| passes()).collect();
        let mut summary = Summary::of(&plan, &entries(&plan, runs), None).unwrap();
        summary.scenarios[0].latency_ms.p99 = Some(p99);
        summary
    }

    fn judged(older: &Summary, mut newer: Summary, limit: &str) -> (Verdict, String) {
        newer.compare(older, &[limit.parse().unwrap()]);
        let criterion = newer.scenarios[0].criteria.last().unwrap().clone();
        assert_eq!(newer.verdict, criterion.verdict, "it decides the sweep");
        (criterion.verdict, criterion.why)
    }

    #[test]
    fn worse_than_allowed_fails() {
        let old = sweep(3, 100.0);
        assert_eq!(judged(&old, sweep(3, 110.0), "p99=10%").0, Verdict::Pass);
        assert_eq!(judged(&old, sweep(3, 111.0), "p99=10%").0, Verdict::Fail);
        assert_eq!(judged(&old, sweep(3, 50.0), "p99=0%").0, Verdict::Pass);
        let mut worse = sweep(3, 100.0);
        worse.scenarios[0].availability = Some(0.9);
        assert_eq!(judged(&old, worse, "availability=5%").0, Verdict::Fail);
    }

    #[test]
    fn only_like_is_compared_with_like() {
        let mut old = sweep(3, 100.0);
        let (verdict, why) = judged(&old, sweep(4, 100.0), "p99=10%");
        assert_eq!(verdict, Verdict::Inconclusive);
        assert!(why.contains("seeds"), "{why}");
        old.scenarios[0].scenario_hash = "another".into();
        let (verdict, why) = judged(&old, sweep(3, 100.0), "p99=10%");
        assert_eq!(verdict, Verdict::Inconclusive);
        assert!(why.contains("file has changed"), "{why}");
    }

    #[test]
    fn limits_are_read() {
        let limit: Limit = "p99.9=2.5%".parse().unwrap();
        assert_eq!((limit.metric, limit.share), (Compared::P999, 0.025));
        for wrong in ["p99", "p99=10", "p98=10%", "p99=-1%", "p99=x%"] {
            assert!(wrong.parse::<Limit>().is_err(), "{wrong}");
        }
    }
}
