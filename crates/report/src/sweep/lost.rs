//! Lost runs: those whose process ended before they did, by an abort, an exit, a stack overflow.
//!
//! Such a run shows nothing, whatever the pass rate allows: with one, a scenario is at best
//! inconclusive.

use netsplit_check::Verdict;

use super::Entry;
use super::command::command;
use super::criterion::{Criterion, CriterionKind};
use super::runs::Runs;

/// The criterion that no run was lost; only there when one was.
pub(super) fn none_lost(runs: &Runs<'_>) -> Option<Criterion> {
    let entries = runs.rows().filter_map(|row| row.entry);
    let (mut done, mut lost) = (0, Vec::new());
    for entry in entries {
        done += 1;
        lost.extend(entry.lost.as_ref().map(|why| (entry, why)));
    }
    let place = |entry: &Entry| format!("{} seed {}", entry.variant, entry.seed);
    let (first, why) = lost.first()?;
    Some(Criterion {
        kind: CriterionKind::Lost,
        text: "no run is lost".into(),
        line: None,
        verdict: Verdict::Inconclusive,
        observed: format!("{} of {done} runs lost", lost.len()),
        why: format!("{}: {why}", place(first)),
        needs_seeds: None,
        commands: lost.iter().map(|(e, _)| command(runs.planned, &e.role, e.seed)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::testing::{entries, fails, passes, plan, planned};
    use crate::sweep::{Summary, SweepFile};

    fn summary(lost: &[usize]) -> Summary {
        let mut scenario = planned("lab/a");
        scenario.min_pass_rate = 0.0;
        scenario.catches = vec!["naive".into()];
        let mut plan = plan(2, vec![scenario]);
        plan.all_catches = true;
        let mut all = entries(&plan, vec![passes(), passes(), fails(), fails()]);
        for number in lost {
            let (job, planned) = (plan.jobs().nth(*number).unwrap(), &plan.scenarios[0]);
            all[*number] = Entry::lost((*number, &job), planned, "its process ended (signal 6)");
        }
        Summary::of(&plan, &all, None).unwrap()
    }

    #[test]
    fn a_lost_run_is_never_green_and_says_where_it_was() {
        assert_eq!(summary(&[]).verdict, Verdict::Pass);
        for (lost, place) in [(1, "reference seed 2"), (2, "naive seed 1")] {
            let summary = summary(&[lost]);
            assert_eq!(summary.verdict, Verdict::Inconclusive);
            let criterion = &summary.scenarios[0].criteria[1];
            assert_eq!(criterion.kind, CriterionKind::Lost);
            assert_eq!(criterion.observed, "1 of 4 runs lost");
            assert_eq!(criterion.why, format!("{place}: its process ended (signal 6)"));
            assert_eq!(criterion.commands.len(), 1);
        }
    }

    #[test]
    fn a_lost_run_can_be_written_and_merged() {
        let plan = plan(1, vec![planned("lab/a")]);
        let lost = Entry::lost((0, &plan.jobs().next().unwrap()), &plan.scenarios[0], "it ended");
        let shard = "1/1".parse().unwrap();
        let file = SweepFile { shard, cut_short: None, plan, entries: vec![lost] };
        let read = SweepFile::from_lines(&file.to_lines()).unwrap();
        assert_eq!(read, file);
        assert!(crate::sweep::merge(&[("1.jsonl".into(), read)]).is_ok());
    }
}
