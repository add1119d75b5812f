//! Sentences that are decided over many seeds.
//!
//! Each requested seed gives a sample. Missing and unknown samples are never skipped: they make a
//! sentence inconclusive as long as any value of theirs could change the answer.

use netsplit_check::{Verdict, show};
use netsplit_scenario::{Comparison, Quantity, SeedAggregate};

use super::command::command;
use super::criterion::{Criterion, CriterionKind};
use super::plan::{Demand, SweepSentence};
use super::runs::Runs;
use super::{Role, Sample};

/// The criteria that each sentence of `sweep` holds.
pub(super) fn sentences(runs: &Runs<'_>) -> Vec<Criterion> {
    let sentences = runs.planned.sweep.iter().enumerate();
    sentences.map(|(index, sentence)| criterion(runs, index, sentence)).collect()
}

fn criterion(runs: &Runs<'_>, index: usize, sentence: &SweepSentence) -> Criterion {
    let samples: Vec<(u64, Option<&Sample>)> = runs
        .requested()
        .map(|row| (row.seed, row.entry.and_then(|entry| entry.samples.get(index))))
        .collect();
    let decided = match sentence.demand {
        Demand::Violates { comparison, share } => violates(&samples, comparison, share),
        Demand::Aggregate { aggregate, comparison, value } => {
            aggregated(&samples, aggregate, comparison, value)
        }
    };
    let again = |seed| command(runs.planned, &Role::Subject, seed);
    Criterion {
        kind: CriterionKind::Sweep,
        text: sentence.text.clone(),
        line: sentence.line,
        verdict: decided.verdict,
        observed: decided.observed,
        why: undecided_reasons(&samples),
        commands: decided.seed.map(again).into_iter().collect(),
    }
}

struct Decided {
    verdict: Verdict,
    observed: String,
    /// A seed that demonstrates it.
    seed: Option<u64>,
}

/// The reasons why samples are missing or unknown.
fn undecided_reasons(samples: &[(u64, Option<&Sample>)]) -> String {
    let missing = samples.iter().filter(|(_, sample)| sample.is_none()).count();
    let mut unknown = samples.iter().filter_map(|(seed, sample)| match sample {
        Some(Sample::Unknown(why)) => Some((seed, why)),
        _ => None,
    });
    let mut reasons = Vec::new();
    if missing > 0 {
        reasons.push(format!("{missing} seeds were not run"));
    }
    if let Some((seed, why)) = unknown.next() {
        let count = 1 + unknown.count();
        reasons.push(format!("{count} seeds are undecided; seed {seed}: {why}"));
    }
    reasons.join("; ")
}

fn violates(samples: &[(u64, Option<&Sample>)], comparison: Comparison, share: f64) -> Decided {
    let is = |wanted| samples.iter().filter(move |(_, s)| *s == Some(wanted));
    let (violated, holds) = (is(&Sample::Violated).count(), is(&Sample::Holds).count());
    let all = samples.len();
    let possible = violated..=all - holds;
    let demanded = |count: usize| comparison.holds(count as f64 / all as f64, share);
    let verdict = if possible.clone().all(demanded) {
        Verdict::Pass
    } else if possible.clone().any(demanded) {
        Verdict::Inconclusive
    } else {
        Verdict::Fail
    };
    let observed = violated as f64 / all as f64;
    Decided {
        verdict,
        observed: format!(
            "violated in {violated} of {all} seeds, {}",
            show(Quantity::Share(observed))
        ),
        seed: is(&Sample::Violated).map(|(seed, _)| *seed).next(),
    }
}

fn aggregated(
    samples: &[(u64, Option<&Sample>)],
    aggregate: SeedAggregate,
    comparison: Comparison,
    bound: Quantity,
) -> Decided {
    let numbers: Vec<(u64, f64)> = samples
        .iter()
        .filter_map(|(seed, sample)| match sample {
            Some(Sample::Value(number)) => Some((*seed, *number)),
            Some(Sample::Never) => Some((*seed, f64::INFINITY)),
            _ => None,
        })
        .collect();
    let by_number = |a: &&(u64, f64), b: &&(u64, f64)| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0));
    let least = numbers.iter().min_by(by_number);
    let greatest = numbers.iter().max_by(by_number);
    let (extreme, number) = match aggregate {
        SeedAggregate::Min => (least, least.map(|x| x.1)),
        SeedAggregate::Max => (greatest, greatest.map(|x| x.1)),
        SeedAggregate::Mean => {
            let sum: f64 = numbers.iter().map(|x| x.1).sum();
            (greatest, greatest.map(|_| sum / numbers.len() as f64))
        }
    };
    let Some(number) = number else {
        return Decided {
            verdict: Verdict::Inconclusive,
            observed: "nothing was measured".into(),
            seed: None,
        };
    };
    let holds = comparison.holds(number, bound.number());
    let complete = numbers.len() == samples.len();
    let hopeless = !holds && further_samples_cannot_help(aggregate, comparison);
    Decided {
        verdict: match (complete, holds) {
            (true, true) => Verdict::Pass,
            (true, false) => Verdict::Fail,
            (false, _) if hopeless => Verdict::Fail,
            (false, _) => Verdict::Inconclusive,
        },
        observed: format!("{} over {} seeds", show(bound.with(number)), numbers.len()),
        seed: extreme.map(|(seed, _)| *seed),
    }
}

/// A maximum only grows and a minimum only shrinks.
fn further_samples_cannot_help(aggregate: SeedAggregate, comparison: Comparison) -> bool {
    matches!(
        (aggregate, comparison),
        (SeedAggregate::Max, Comparison::Less | Comparison::AtMost)
            | (SeedAggregate::Min, Comparison::Greater | Comparison::AtLeast)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeds(samples: &[Option<Sample>]) -> Vec<(u64, Option<&Sample>)> {
        samples.iter().zip(1..).map(|(s, seed)| (seed, s.as_ref())).collect()
    }

    fn share(samples: &[Option<Sample>], comparison: Comparison, share: f64) -> Verdict {
        violates(&seeds(samples), comparison, share).verdict
    }

    fn unknown() -> Sample {
        Sample::Unknown("budget".into())
    }

    #[test]
    fn a_share_is_open_only_while_the_unknown_could_turn_it() {
        use Sample::{Holds, Violated};
        let some = |samples: &[Sample]| samples.iter().cloned().map(Some).collect::<Vec<_>>();
        let half = some(&[Violated, Holds, Violated, Holds]);
        assert_eq!(share(&half, Comparison::AtLeast, 0.5), Verdict::Pass);
        assert_eq!(share(&half, Comparison::AtLeast, 0.6), Verdict::Fail);
        assert_eq!(share(&half, Comparison::Equal, 0.5), Verdict::Pass);
        let open = some(&[Violated, Holds, Violated, unknown()]);
        assert_eq!(share(&open, Comparison::AtLeast, 0.5), Verdict::Pass);
        assert_eq!(share(&open, Comparison::AtLeast, 0.75), Verdict::Inconclusive);
        assert_eq!(share(&open, Comparison::AtLeast, 0.8), Verdict::Fail);
        assert_eq!(share(&open, Comparison::AtMost, 0.5), Verdict::Inconclusive);
        let cut = [Some(Violated), None, None, None];
        assert_eq!(share(&cut, Comparison::AtLeast, 0.25), Verdict::Pass);
        assert_eq!(share(&cut, Comparison::AtMost, 0.25), Verdict::Inconclusive);
    }

    fn number(
        samples: &[Option<Sample>],
        aggregate: SeedAggregate,
        comparison: Comparison,
        bound: f64,
    ) -> Decided {
        aggregated(&seeds(samples), aggregate, comparison, Quantity::Number(bound))
    }

    #[test]
    fn aggregates() {
        use Comparison::{AtLeast, AtMost, Within};
        use SeedAggregate::{Max, Mean, Min};
        let values = [1.0, 5.0, 3.0].map(|x| Some(Sample::Value(x)));
        let mean = number(&values, Mean, Within(0.01), 3.0);
        assert_eq!((mean.verdict, mean.observed.as_str()), (Verdict::Pass, "3 over 3 seeds"));
        assert_eq!(number(&values, Mean, Within(0.01), 3.1).verdict, Verdict::Fail);
        let max = number(&values, Max, AtMost, 4.0);
        assert_eq!((max.verdict, max.seed), (Verdict::Fail, Some(2)));
        assert_eq!(number(&values, Min, AtLeast, 1.0).seed, Some(1));
    }

    #[test]
    fn an_aggregate_with_a_hole_is_open_unless_it_is_lost_already() {
        use Comparison::{AtLeast, AtMost};
        use SeedAggregate::{Max, Mean, Min};
        let holes = [Some(Sample::Value(1.0)), Some(unknown()), None];
        assert_eq!(number(&holes, Mean, AtMost, 2.0).verdict, Verdict::Inconclusive);
        assert_eq!(number(&holes, Mean, AtMost, 0.5).verdict, Verdict::Inconclusive);
        assert_eq!(number(&holes, Max, AtMost, 0.5).verdict, Verdict::Fail);
        assert_eq!(number(&holes, Max, AtMost, 2.0).verdict, Verdict::Inconclusive);
        assert_eq!(number(&holes, Min, AtLeast, 2.0).verdict, Verdict::Fail);
        assert_eq!(number(&[None], Max, AtMost, 1.0).verdict, Verdict::Inconclusive);
    }

    #[test]
    fn a_recovery_that_never_came_is_no_hole() {
        let never = [Some(Sample::Value(1.0)), Some(Sample::Never)];
        let decided = number(&never, SeedAggregate::Mean, Comparison::AtMost, 1e12);
        assert_eq!(decided.verdict, Verdict::Fail);
    }
}
