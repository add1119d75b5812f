//! Sentences that are decided over many seeds.
//!
//! Each requested seed gives a sample. Missing and unknown samples are never skipped: they make a
//! sentence inconclusive as long as any value of theirs could change the answer. So do the seeds
//! that a sentence needs and the sweep does not have.

use netsplit_check::{Verdict, show};
use netsplit_scenario::{Comparison, Quantity, SeedAggregate};

use super::command::command;
use super::criterion::{Criterion, CriterionKind};
use super::granularity::seeds_for;
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
    let (decided, needed) = match sentence.demand {
        Demand::Violates { comparison, share } => (
            violates(&samples, comparison, share, sentence.seeds),
            sentence.seeds.max(seeds_for(share)),
        ),
        Demand::Aggregate { aggregate, comparison, value } => {
            (aggregated(&samples, aggregate, comparison, value, sentence.seeds), sentence.seeds)
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
        needs_seeds: None,
        commands: decided.seed.map(again).into_iter().collect(),
    }
    .needing(needed, samples.len())
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
        reasons.push(format!("{} not run", were(missing)));
    }
    if let Some((seed, why)) = unknown.next() {
        let count = 1 + unknown.count();
        reasons.push(format!("{} undecided; seed {seed}: {why}", were(count)));
    }
    reasons.join("; ")
}

fn were(seeds: usize) -> String {
    if seeds == 1 { "1 seed was".into() } else { format!("{seeds} seeds were") }
}

/// Decides a share. It holds when it does so whatever the unknown samples are, of which at least
/// `needed` are known; it fails when no further samples could make it hold.
fn violates(
    samples: &[(u64, Option<&Sample>)],
    comparison: Comparison,
    share: f64,
    needed: usize,
) -> Decided {
    let is = |wanted| samples.iter().filter(move |(_, s)| *s == Some(wanted));
    let (violated, holds) = (is(&Sample::Violated).count(), is(&Sample::Holds).count());
    let all = samples.len();
    let demanded = |count: usize, of: usize| comparison.holds(count as f64 / of as f64, share);
    // Comparisons hold for an interval of shares: all of a range holds with both of its ends, and
    // some of it with an end or with the count that is nearest to the share.
    let certain = demanded(violated, all) && demanded(all - holds, all);
    let enough = all.max(needed).max(seeds_for(share));
    let nearest = (share * enough as f64).round() as usize;
    let mut possible =
        [violated, enough - holds, nearest.clamp(violated, enough - holds)].into_iter();
    let verdict = if violated + holds >= needed && certain {
        Verdict::Pass
    } else if possible.any(|count| demanded(count, enough)) {
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
    needed: usize,
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
    let complete = numbers.len() == samples.len() && numbers.len() >= needed;
    let hopeless = !holds && further_samples_cannot_help(aggregate, comparison);
    Decided {
        verdict: match (complete, holds) {
            (true, true) => Verdict::Pass,
            (true, false) => Verdict::Fail,
            (false, _) if hopeless => Verdict::Fail,
            (false, _) => Verdict::Inconclusive,
        },
        observed: match numbers.len() {
            1 => format!("{} over 1 seed", show(bound.with(number))),
            seeds => format!("{} over {seeds} seeds", show(bound.with(number))),
        },
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
        violates(&seeds(samples), comparison, share, 1).verdict
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
        assert_eq!(share(&open, Comparison::AtLeast, 0.8), Verdict::Inconclusive, "of five");
        let lost = some(&[Violated, Holds, Holds, unknown()]);
        assert_eq!(share(&lost, Comparison::AtLeast, 0.8), Verdict::Fail);
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
        aggregated(&seeds(samples), aggregate, comparison, Quantity::Number(bound), 1)
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
    fn with_fewer_seeds_than_needed_only_what_no_seed_could_change_is_decided() {
        use Comparison::{AtLeast, AtMost, Within};
        use SeedAggregate::{Max, Mean, Min};
        let of = |values: &[f64], aggregate, comparison, bound, needed| {
            let values: Vec<_> = values.iter().map(|x| Some(Sample::Value(*x))).collect();
            let bound = Quantity::Number(bound);
            aggregated(&seeds(&values), aggregate, comparison, bound, needed).verdict
        };
        assert_eq!(of(&[1.0, 3.0], Mean, Within(0.1), 9.0, 3), Verdict::Inconclusive);
        assert_eq!(of(&[1.0, 3.0], Mean, Within(0.1), 2.0, 3), Verdict::Inconclusive);
        assert_eq!(of(&[1.0, 3.0, 2.0], Mean, Within(0.1), 2.0, 3), Verdict::Pass);
        assert_eq!(of(&[1.0, 3.0], Max, AtMost, 2.0, 3), Verdict::Fail, "it only grows");
        assert_eq!(of(&[1.0, 3.0], Max, AtMost, 3.0, 3), Verdict::Inconclusive);
        assert_eq!(of(&[1.0], Min, AtLeast, 2.0, 3), Verdict::Fail);
        let unknown = [Some(Sample::Value(1.0)), Some(unknown())];
        let known = aggregated(&seeds(&unknown), Mean, AtMost, Quantity::Number(2.0), 2);
        assert_eq!(known.verdict, Verdict::Inconclusive);
    }

    #[test]
    fn no_share_is_decided_by_the_noise_of_one_seed() {
        use Comparison::{AtLeast, AtMost};
        let of = |violated: usize, holds: usize, comparison, share, needed| {
            let violated = std::iter::repeat_n(Some(Sample::Violated), violated);
            let samples: Vec<_> =
                violated.chain(std::iter::repeat_n(Some(Sample::Holds), holds)).collect();
            violates(&seeds(&samples), comparison, share, needed).verdict
        };
        assert_eq!(of(1, 0, AtLeast, 0.95, 2), Verdict::Inconclusive, "one run is no share");
        assert_eq!(of(2, 0, AtLeast, 0.95, 2), Verdict::Pass);
        assert_eq!(of(2, 0, AtLeast, 0.95, 20), Verdict::Inconclusive);
        assert_eq!(of(18, 1, AtLeast, 0.95, 2), Verdict::Inconclusive);
        assert_eq!(of(19, 1, AtLeast, 0.95, 2), Verdict::Pass);
        assert_eq!(of(1, 2, AtLeast, 0.95, 2), Verdict::Fail, "two are more than one in twenty");
        assert_eq!(of(1, 2, AtMost, 0.05, 2), Verdict::Inconclusive);
        assert_eq!(of(0, 1, AtLeast, 1.0, 20), Verdict::Fail, "all is refuted by one");
        assert_eq!(of(1, 0, AtMost, 0.0, 20), Verdict::Fail, "none is refuted by one");
    }

    #[test]
    fn what_no_seed_decided_does_not_hold() {
        let open = [Some(unknown()), Some(unknown()), None];
        assert_eq!(share(&open, Comparison::AtLeast, 0.0), Verdict::Inconclusive);
        assert_eq!(share(&open, Comparison::AtMost, 1.0), Verdict::Inconclusive);
    }

    #[test]
    fn a_recovery_that_never_came_is_no_hole() {
        let never = [Some(Sample::Value(1.0)), Some(Sample::Never)];
        let decided = number(&never, SeedAggregate::Mean, Comparison::AtMost, 1e12);
        assert_eq!(decided.verdict, Verdict::Fail);
    }
}
