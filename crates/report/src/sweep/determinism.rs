//! Determinism: runs of the same seed are equal.

use netsplit_check::Verdict;

use super::Entry;
use super::command::command;
use super::criterion::{Criterion, CriterionKind};
use super::runs::Runs;

/// The criterion that each run, executed twice, gave the same trace.
pub(super) fn deterministic(runs: &Runs<'_>) -> Criterion {
    let entries: Vec<&Entry> = runs.rows().filter_map(|row| row.entry).collect();
    let diverged: Vec<_> =
        entries.iter().filter_map(|entry| Some((entry, entry.divergence.as_ref()?))).collect();
    let why = diverged.first().map_or(String::new(), |(entry, divergence)| {
        format!(
            "seed {} ({}): {}: first run: {}; second run: {}. {USUAL_CAUSES}",
            entry.seed,
            entry.variant,
            divergence.location(),
            divergence.first,
            divergence.second
        )
    });
    let commands = diverged.iter().map(|(e, _)| command(runs.planned, &e.role, e.seed));
    Criterion {
        kind: CriterionKind::Determinism,
        text: "one seed, one run".into(),
        line: None,
        verdict: match (diverged.is_empty(), entries.is_empty()) {
            (false, _) => Verdict::Fail,
            (true, true) => Verdict::Inconclusive,
            (true, false) => Verdict::Pass,
        },
        observed: format!("{} of {} runs differ when done twice", diverged.len(), entries.len()),
        why,
        needs_seeds: None,
        commands: commands.collect(),
    }
}

/// The usual causes when two runs of a seed differ.
const USUAL_CAUSES: &str = "Usual causes: iterating a HashMap or HashSet; reading the wall \
    clock; randomness that is not Host::rng's; a select! without `biased;`; an address or a \
    thread's id in a message; a static that outlives the run";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::testing::{entries, passes, plan, planned};
    use crate::sweep::{Divergence, Summary};

    #[test]
    fn one_run_that_parts_fails_the_scenario_whatever_the_rate_allows() {
        let mut scenario = planned("lab/a");
        scenario.min_pass_rate = 0.0;
        let mut plan = plan(2, vec![scenario]);
        plan.determinism = true;
        let mut diverged = passes();
        diverged.add_divergence(Divergence {
            event: 17,
            at: "1.000000000s".into(),
            node: "n1".into(),
            first: "n1 -> n2  vote #3 (8 bytes)".into(),
            second: "n1 -> n3  vote #3 (8 bytes)".into(),
        });
        let runs = entries(&plan, vec![passes(), diverged]);
        let summary = Summary::of(&plan, &runs, None).unwrap();
        let criterion = summary.scenarios[0].criteria.last().unwrap();
        assert_eq!((criterion.kind, summary.verdict), (CriterionKind::Determinism, Verdict::Fail));
        assert_eq!(criterion.observed, "1 of 2 runs differ when done twice");
        assert!(
            criterion.why.contains(
                "seed 2 (reference): event 17 at 1.000000000s on n1: first run: n1 -> n2"
            ),
            "{}",
            criterion.why
        );
        assert!(criterion.why.contains("Usual causes: iterating a HashMap"), "{}", criterion.why);
        assert_eq!(criterion.commands, ["netsplit run lab/a --seed 2"]);
    }
}
