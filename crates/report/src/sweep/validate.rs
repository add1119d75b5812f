//! Validation of what a sweep file says, against itself and its plan.
//!
//! A file may be damaged, edited, or of another sweep. Whatever a summary would believe is checked
//! before: the plan is one that `netsplit verify` can make, an entry is the run that the plan has
//! under its number, its counts add up, and its verdict is no better than what it reports.

use std::collections::BTreeSet;

use netsplit_check::Verdict;
use netsplit_history::{Counts, Latencies};
use netsplit_scenario::{Comparison, Over};

use super::{Demand, Entry, Job, Plan, Planned, Role, SCHEMA, Sample, Shard};
use crate::rounding::millis;

type Valid = Result<(), String>;

/// The greatest seed that the command line takes.
const SEED_MAX: u64 = i64::MAX as u64;
/// The most requests that one run may claim; of this many, any sum fits.
const REQUESTS_MAX: u64 = 1 << 40;

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Valid {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// Whether `netsplit verify` could have made this plan.
pub(super) fn plan(plan: &Plan) -> Valid {
    ensure(plan.schema == SCHEMA, || format!("its schema is {}", plan.schema))?;
    let own = env!("CARGO_PKG_VERSION");
    ensure(plan.netsplit == own, || format!("it is of netsplit {}", plan.netsplit))?;
    ensure(!plan.scenarios.is_empty(), || "it has no scenarios".into())?;
    ensure(!plan.seeds.list.is_empty(), || "it has no seeds".into())?;
    distinct("seed", &plan.seeds.list)?;
    distinct("scenario", plan.scenarios.iter().map(|planned| &planned.scenario))?;
    let seeds = plan.seeds.list.iter();
    let seeds = seeds.chain(plan.scenarios.iter().flat_map(|planned| &planned.regressions));
    ensure(seeds.max().is_none_or(|seed| *seed <= SEED_MAX), || {
        format!("its seeds are greater than {SEED_MAX}")
    })?;
    ensure(plan.size().is_some(), || format!("it has more than {} runs", Plan::RUNS_MAX))?;
    plan.scenarios.iter().try_for_each(|planned| {
        scenario(planned).map_err(|what| format!("{}: {what}", planned.scenario))
    })
}

fn scenario(planned: &Planned) -> Valid {
    share("min_pass_rate", planned.min_pass_rate)?;
    distinct("variant in catches", &planned.catches)?;
    distinct("seed in seeds", &planned.regressions)?;
    for stated in &planned.expect {
        stated.comparison.map_or(Ok(()), |comparison| tolerance(&stated.text, comparison))?;
    }
    for sentence in &planned.sweep {
        ensure((1..=Over::MAX).contains(&sentence.seeds), || {
            format!("{}: {} is no number of seeds", sentence.text, sentence.seeds)
        })?;
        match sentence.demand {
            Demand::Violates { comparison, share: bound } => {
                share(&sentence.text, bound)?;
                tolerance(&sentence.text, comparison)?;
            }
            Demand::Aggregate { comparison, value, .. } => {
                tolerance(&sentence.text, comparison)?;
                ensure(value.number().is_finite(), || format!("{}: no number", sentence.text))?;
            }
        }
    }
    Ok(())
}

fn share(what: &str, share: f64) -> Valid {
    ensure((0.0..=1.0).contains(&share), || format!("{what}: {share} is no share"))
}

fn tolerance(what: &str, comparison: Comparison) -> Valid {
    match comparison {
        Comparison::Within(tolerance) => share(what, tolerance),
        _ => Ok(()),
    }
}

fn distinct<T: Ord + ToString>(what: &str, all: impl IntoIterator<Item = T>) -> Valid {
    let mut seen = BTreeSet::new();
    for one in all {
        if seen.contains(&one) {
            return Err(format!("the {what} {} is listed twice", one.to_string()));
        }
        seen.insert(one);
    }
    Ok(())
}

/// Whether an entry of this shard is the plan's `job`, and agrees with itself.
pub(super) fn entry(plan: &Plan, job: &Job, shard: Shard, entry: &Entry) -> Valid {
    let planned = &plan.scenarios[job.scenario];
    ensure(shard.has(job.cell), || format!("it is not of shard {shard}"))?;
    place(planned, job, entry)?;
    outcome(planned, entry)?;
    samples(planned, entry)?;
    requests(entry)?;
    ensure(plan.determinism || entry.divergence.is_none(), || {
        "two runs are compared, but the sweep is without --determinism".into()
    })
}

fn place(planned: &Planned, job: &Job, entry: &Entry) -> Valid {
    let same = |what: &str, is: &str, planned: &str| {
        ensure(is == planned, || format!("it is of {what} {is}, planned is {planned}"))
    };
    same("scenario", &entry.scenario, &planned.scenario)?;
    same("hash", &entry.scenario_hash, &planned.scenario_hash)?;
    same("seed", &entry.seed.to_string(), &job.seed.to_string())?;
    ensure(entry.role == job.role, || "it is of another role than planned".into())?;
    let overrides = match job.role {
        Role::Subject => entry.overrides == planned.overrides,
        Role::Catches(_) => entry.overrides.starts_with(&planned.overrides),
    };
    ensure(overrides, || "its overrides are not the planned ones".into())?;
    match job.role {
        Role::Subject => same("variant", &entry.variant, &planned.variant),
        Role::Catches(_) => Ok(()),
    }
}

/// A run that was not judged has no expectations, and has not passed.
fn outcome(planned: &Planned, entry: &Entry) -> Valid {
    let texts = entry.expectations.iter().map(|e| (e.text.as_str(), e.line));
    let stated = planned.expect.iter().map(|e| (e.text.as_str(), e.line));
    let unjudged = entry.expectations.is_empty() && entry.verdict != Verdict::Pass;
    ensure(unjudged || texts.eq(stated), || "its expectations are not the scenario's".into())?;
    let worst = entry.expectations.iter().map(|e| e.verdict).max().unwrap_or(Verdict::Pass);
    let unhealthy = !entry.reasons.is_empty() || entry.divergence.is_some();
    let credible = if unhealthy {
        entry.verdict >= worst.max(Verdict::Inconclusive)
    } else {
        entry.verdict == worst
    };
    ensure(credible, || format!("its verdict is {}, which is not what it reports", entry.verdict))?;
    let hash = &entry.fingerprint;
    let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    ensure(is_hash || hash.is_empty() && entry.verdict != Verdict::Pass, || {
        "its fingerprint is not one".into()
    })
}

fn samples(planned: &Planned, entry: &Entry) -> Valid {
    let (has, wants) = (entry.samples.len(), planned.sweep.len());
    ensure(has == wants, || format!("it has {has} samples for {wants} sentences"))?;
    for (sample, sentence) in entry.samples.iter().zip(&planned.sweep) {
        let fits = match (&sentence.demand, sample) {
            (_, Sample::Unknown(_))
            | (Demand::Violates { .. }, Sample::Holds | Sample::Violated)
            | (Demand::Aggregate { .. }, Sample::Never) => true,
            (Demand::Aggregate { .. }, Sample::Value(value)) => value.is_finite(),
            _ => false,
        };
        ensure(fits, || format!("its sample does not fit `{}`", sentence.text))?;
    }
    Ok(())
}

fn requests(entry: &Entry) -> Valid {
    let Counts { attempted, ok, failed, timed_out, rejected } = entry.requests;
    let sum = [failed, timed_out, rejected].into_iter().try_fold(ok, u64::checked_add);
    ensure(sum == Some(attempted) && attempted <= REQUESTS_MAX, || {
        format!("its counts of {attempted} requests do not add up")
    })?;
    let latencies = Latencies::try_from(&entry.latency)?;
    let count = latencies.count();
    ensure(count == ok, || format!("it has {count} latencies of {ok} successful requests"))?;
    let p99 = latencies.percentile(99.0).map(|p99| millis(p99, 3));
    ensure(p99 == entry.p99_ms, || "its p99 is not that of its latencies".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::testing::{entries, fails, passes, plan as plan_of, planned};
    use crate::sweep::{Divergence, SweepFile, SweepSentence, merge};

    fn file() -> SweepFile {
        let mut scenario = planned("lab/a");
        scenario.sweep = vec![SweepSentence {
            text: "violates linearizable in <= 5% of seeds".into(),
            line: None,
            demand: Demand::Violates { comparison: Comparison::AtMost, share: 0.05 },
            seeds: 2,
        }];
        let plan = plan_of(2, vec![scenario]);
        let mut runs = vec![passes(), fails()];
        runs.iter_mut().for_each(|run| run.samples = vec![Sample::Holds]);
        let entries = entries(&plan, runs);
        SweepFile { shard: Shard::WHOLE, cut_short: None, plan, entries }
    }

    fn refusal(change: impl FnOnce(&mut SweepFile)) -> String {
        let mut changed = file();
        change(&mut changed);
        merge(&[("a".into(), changed)]).unwrap_err().to_string()
    }

    #[test]
    fn a_plan_that_no_sweep_has_is_refused() {
        type Change = fn(&mut Plan);
        assert!(merge(&[("a".into(), file())]).is_ok());
        let changes: [(Change, &str); 14] = [
            (|p| p.schema = "netsplit.sweep/0".into(), "schema is netsplit.sweep/0"),
            (|p| p.netsplit = "0.0.1".into(), "of netsplit 0.0.1"),
            (|p| p.seeds.list.clear(), "no seeds"),
            (|p| p.seeds.list = vec![7, 7], "the seed 7 is listed twice"),
            (|p| p.seeds.list = vec![u64::MAX], "seeds are greater"),
            (|p| p.scenarios.clear(), "no scenarios"),
            (|p| p.scenarios.push(p.scenarios[0].clone()), "the scenario lab/a is listed twice"),
            (|p| p.scenarios[0].min_pass_rate = -1.0, "min_pass_rate: -1 is no share"),
            (|p| p.scenarios[0].regressions = vec![3, 3], "the seed in seeds 3"),
            (|p| p.scenarios[0].catches = vec!["x".into(), "x".into()], "in catches x"),
            (
                |p| p.scenarios[0].expect[0].comparison = Some(Comparison::Within(7.0)),
                "7 is no share",
            ),
            (
                |p| {
                    let comparison = Comparison::AtMost;
                    p.scenarios[0].sweep[0].demand = Demand::Violates { comparison, share: 5.0 };
                },
                "5 is no share",
            ),
            (|p| p.scenarios[0].sweep[0].seeds = 0, "0 is no number of seeds"),
            (
                |p| {
                    p.seeds.list = (0..20_000).collect();
                    p.scenarios[0].catches = (0..1000).map(|i| format!("v{i}")).collect();
                },
                "more than 10000000 runs",
            ),
        ];
        for (change, what) in changes {
            let error = refusal(|file| change(&mut file.plan));
            assert!(error.contains(what), "{what}: {error}");
        }
    }

    #[test]
    fn an_entry_that_is_not_the_planned_run_or_contradicts_itself_is_refused() {
        type Change = fn(&mut Entry);
        let changes: [(Change, &str); 19] = [
            (|e| e.job = 1_000_000, "run 1000000: the sweep has only 2 runs"),
            (|e| e.job = 1, "overlap: lab/a seed 2 is in a and in a"),
            (|e| e.seed = 2, "it is of seed 2, planned is 1"),
            (|e| e.scenario = "lab/b".into(), "it is of scenario lab/b, planned is lab/a"),
            (|e| e.scenario_hash = "0".into(), "it is of hash 0"),
            (|e| e.role = Role::Catches("naive".into()), "another role"),
            (|e| e.variant = "naive".into(), "it is of variant naive, planned is reference"),
            (|e| e.overrides = vec!["a=1".into()], "overrides are not the planned ones"),
            (|e| e.expectations.clear(), "its expectations are not the scenario's"),
            (|e| e.expectations[0].text = "p50 < 1h".into(), "expectations are not"),
            (|e| e.expectations[0].verdict = Verdict::Fail, "its verdict is pass"),
            (|e| e.reasons = vec!["n1 crashed".into()], "its verdict is pass"),
            (|e| e.verdict = Verdict::Fail, "its verdict is fail"),
            (|e| e.fingerprint.clear(), "its fingerprint is not one"),
            (|e| e.samples.clear(), "0 samples for 1 sentences"),
            (|e| e.samples = vec![Sample::Value(1.0)], "does not fit `violates linearizable"),
            (|e| e.requests.attempted += 1, "requests do not add up"),
            (
                |e| {
                    e.requests.failed = u64::MAX;
                    e.requests.attempted = e.requests.ok - 1;
                },
                "requests do not add up",
            ),
            (|e| e.p99_ms = Some(1.0), "its p99 is not that of its latencies"),
        ];
        for (change, what) in changes {
            let error = refusal(|file| change(&mut file.entries[0]));
            assert!(error.contains(what), "{what}: {error}");
        }
        let error = refusal(|file| {
            file.entries[0].requests = Counts { attempted: 7, ok: 7, ..Counts::default() };
        });
        assert!(error.contains("it has 1000 latencies of 7"), "{error}");
        let error = refusal(|file| {
            let text = || String::new();
            file.entries[1].add_divergence(Divergence {
                event: 1,
                at: text(),
                node: text(),
                first: text(),
                second: text(),
            });
        });
        assert!(error.contains("without --determinism"), "{error}");
    }

    #[test]
    fn a_huge_number_of_shards_is_only_a_long_gap() {
        let error = refusal(|file| file.shard = format!("5/{}", usize::MAX).parse().unwrap());
        let max = usize::MAX;
        let gap = format!("gap: no file is of shard 1/{max} to 4/{max}, 6/{max} to {max}/{max}");
        assert!(error.contains(&gap), "{error}");
    }
}
