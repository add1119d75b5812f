//! Merging of the files of a sweep's shards.
//!
//! Nothing is averaged: the runs are put together, and the summary is computed from them as on one
//! machine. Files that are not exactly one whole sweep are refused, with every problem named.

use std::collections::BTreeMap;
use std::fmt;

use super::{Entry, Job, Plan, Planned, Role, SweepFile};

/// The reasons why files do not make a sweep, a line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeError(pub Vec<String>);

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "these files do not make one whole sweep:")?;
        self.0.iter().try_for_each(|what| write!(f, "\n  {what}"))
    }
}

impl std::error::Error for MergeError {}

/// Merges the files, each with its name, into the plan and all of its runs in order.
///
/// # Errors
/// When plans differ, or runs are duplicated or missing.
pub fn merge(files: &[(String, SweepFile)]) -> Result<(Plan, Vec<Entry>), MergeError> {
    let Some(((first_name, first), others)) = files.split_first() else {
        return Err(MergeError(vec!["there is no file".into()]));
    };
    let mut wrong = Vec::new();
    for (name, file) in others {
        if let Some(what) = difference(first, file) {
            wrong.push(format!("{first_name} and {name} are of different sweeps: {what}"));
        }
    }
    if wrong.is_empty() {
        let jobs = first.plan.jobs();
        let mut by_job: BTreeMap<usize, (&str, &Entry)> = BTreeMap::new();
        overlapping_shards(files, &mut wrong);
        for (name, file) in files {
            for entry in &file.entries {
                take(name, file, entry, &jobs, &mut by_job, &mut wrong);
            }
        }
        gaps(files, &jobs, &by_job, &mut wrong);
        if wrong.is_empty() {
            let entries = by_job.into_values().map(|(_, entry)| entry.clone());
            return Ok((first.plan.clone(), entries.collect()));
        }
    }
    Err(MergeError(wrong))
}

/// The first difference between the sweeps of two files.
fn difference(a: &SweepFile, b: &SweepFile) -> Option<String> {
    let (x, y) = (&a.plan, &b.plan);
    if a.shard.of() != b.shard.of() {
        return Some(format!("cut into {} and {} shards", a.shard.of(), b.shard.of()));
    }
    if x == y {
        return None;
    }
    if x.seeds != y.seeds {
        let same = x.seeds.description == y.seeds.description;
        return Some(if same {
            "their held-out seeds come from different salts".into()
        } else {
            format!("seeds {} and {}", x.seeds.description, y.seeds.description)
        });
    }
    if x.determinism != y.determinism {
        return Some("only one was run with --determinism".into());
    }
    let names = |plan: &Plan| -> Vec<String> {
        plan.scenarios.iter().map(|s| s.scenario.clone()).collect()
    };
    if names(x) != names(y) {
        return Some(format!("scenarios {} and {}", names(x).join(" "), names(y).join(" ")));
    }
    let pairs = x.scenarios.iter().zip(&y.scenarios);
    let mut differences = pairs.filter(|(x, y)| x != y).map(|(x, y)| scenario_difference(x, y));
    Some(differences.next().unwrap_or_else(|| "their plans".into()))
}

fn scenario_difference(x: &Planned, y: &Planned) -> String {
    let name = &x.scenario;
    if x.scenario_hash != y.scenario_hash {
        let (x, y) = (&x.scenario_hash, &y.scenario_hash);
        return format!("{name} has hash {x} and {y}");
    }
    if x.overrides != y.overrides {
        let (x, y) = (x.overrides.join(" "), y.overrides.join(" "));
        return format!("{name} is run with `{x}` and `{y}`");
    }
    format!("{name} is planned in two ways")
}

fn overlapping_shards(files: &[(String, SweepFile)], wrong: &mut Vec<String>) {
    let mut seen = BTreeMap::new();
    for (name, file) in files {
        if let Some(earlier) = seen.insert(file.shard, name) {
            wrong.push(format!("overlap: {earlier} and {name} are both shard {}", file.shard));
        }
    }
}

/// Adds a run, if it belongs to the file's shard and is not a duplicate.
fn take<'a>(
    name: &'a str,
    file: &SweepFile,
    entry: &'a Entry,
    jobs: &[Job],
    by_job: &mut BTreeMap<usize, (&'a str, &'a Entry)>,
    wrong: &mut Vec<String>,
) {
    let run = run_name(&entry.scenario, &entry.role, entry.seed);
    let scenarios = &file.plan.scenarios;
    let belongs = jobs.get(entry.job).is_some_and(|job| {
        let planned = &scenarios[job.scenario];
        file.shard.has(entry.job)
            && (&job.role, job.seed) == (&entry.role, entry.seed)
            && planned.scenario == entry.scenario
            && planned.scenario_hash == entry.scenario_hash
    });
    if !belongs {
        let shard = file.shard;
        wrong.push(format!("{name}: run {} ({run}) is not of shard {shard}", entry.job));
    } else if let Some((earlier, _)) = by_job.insert(entry.job, (name, entry)) {
        wrong.push(format!("overlap: {run} is in {earlier} and in {name}"));
    }
}

/// Reports missing shards, and runs that are missing in the others.
fn gaps(
    files: &[(String, SweepFile)],
    jobs: &[Job],
    by_job: &BTreeMap<usize, (&str, &Entry)>,
    wrong: &mut Vec<String>,
) {
    let of = files[0].1.shard.of();
    let has = |number: usize| files.iter().any(|(_, file)| file.shard.number() == number);
    let absent: Vec<_> = (1..=of).filter(|number| !has(*number)).collect();
    if !absent.is_empty() {
        let absent: Vec<_> = absent.iter().map(|number| format!("{number}/{of}")).collect();
        wrong.push(format!("gap: no file is of shard {}", absent.join(", ")));
    }
    for (name, file) in files {
        let missing = jobs
            .iter()
            .enumerate()
            .filter(|(number, _)| file.shard.has(*number) && !by_job.contains_key(number));
        let missing: Vec<String> = missing
            .map(|(_, job)| {
                let scenario = &file.plan.scenarios[job.scenario].scenario;
                run_name(scenario, &job.role, job.seed)
            })
            .collect();
        if let Some((first, rest)) = missing.split_first() {
            let cut = file.cut_short.as_deref().unwrap_or("no reason given");
            let more = match rest.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            wrong.push(format!("gap: {name} lacks {first}{more} (cut short: {cut})"));
        }
    }
}

fn run_name(scenario: &str, role: &Role, seed: u64) -> String {
    match role {
        Role::Subject => format!("{scenario} seed {seed}"),
        Role::Catches(variant) => format!("{scenario} ({variant}) seed {seed}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::testing::{entries, fails, passes, plan, planned};

    fn whole() -> (Plan, Vec<Entry>) {
        let mut scenario = planned("lab/a");
        scenario.catches = vec!["naive".into()];
        let plan = plan(4, vec![scenario]);
        let runs = (0..8).map(|i| if i < 4 { passes() } else { fails() }).collect();
        let entries = entries(&plan, runs);
        (plan, entries)
    }

    fn shards(of: usize) -> Vec<(String, SweepFile)> {
        let (plan, entries) = whole();
        let file = |number: usize| SweepFile {
            shard: format!("{number}/{of}").parse().unwrap(),
            cut_short: None,
            plan: plan.clone(),
            entries: entries.iter().skip(number - 1).step_by(of).cloned().collect(),
        };
        (1..=of).map(|number| (format!("{number}.jsonl"), file(number))).collect()
    }

    fn refusal(files: &[(String, SweepFile)]) -> String {
        merge(files).unwrap_err().to_string()
    }

    #[test]
    fn shards_in_any_order_make_the_whole() {
        for of in [1, 3, 8, 11] {
            let mut files = shards(of);
            files.reverse();
            assert_eq!(merge(&files), Ok(whole()), "{of}");
        }
    }

    #[test]
    fn a_missing_shard_and_a_missing_run_are_named() {
        let mut files = shards(3);
        files.remove(1);
        assert!(refusal(&files).contains("gap: no file is of shard 2/3"));
        let mut files = shards(3);
        files[1].1.entries.remove(0);
        files[1].1.cut_short = Some("--time-limit 10m".into());
        let error = refusal(&files);
        assert!(
            error.contains("gap: 2.jsonl lacks lab/a seed 2 (cut short: --time-limit 10m)"),
            "{error}"
        );
        assert!(refusal(&[]).contains("no file"));
    }

    #[test]
    fn overlaps_are_named() {
        let mut files = shards(3);
        files.push(("again.jsonl".into(), files[2].1.clone()));
        let error = refusal(&files);
        assert!(error.contains("overlap: 3.jsonl and again.jsonl are both shard 3/3"), "{error}");
        assert!(
            error.contains("overlap: lab/a seed 3 is in 3.jsonl and in again.jsonl"),
            "{error}"
        );
    }

    #[test]
    fn a_run_in_the_wrong_place_is_named() {
        let mut files = shards(2);
        files[0].1.entries[1].seed = 99;
        assert!(refusal(&files).contains("(lab/a seed 99) is not of shard 1/2"));
    }

    #[test]
    fn different_sweeps_are_named() {
        type Change = fn(&mut SweepFile);
        let changes: [(Change, &str); 6] = [
            (|f| f.shard = "2/3".parse().unwrap(), "cut into 2 and 3 shards"),
            (|f| f.plan.seeds.description = "1..=9".into(), "seeds 1..=4 and 1..=9"),
            (|f| f.plan.seeds.list = vec![7], "different salts"),
            (|f| f.plan.determinism = true, "--determinism"),
            (|f| f.plan.scenarios[0].scenario_hash = "x".into(), "hash 00c0ffee00c0ffee and x"),
            (|f| f.plan.scenarios[0].overrides = vec!["a=1".into()], "`` and `a=1`"),
        ];
        for (change, what) in changes {
            let mut files = shards(2);
            change(&mut files[1].1);
            let error = refusal(&files);
            assert!(error.contains("1.jsonl and 2.jsonl are of different sweeps"), "{error}");
            assert!(error.contains(what), "{error}");
        }
    }
}
