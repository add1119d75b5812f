//! Merging of the files of a sweep's shards.
//!
//! Nothing is averaged: the runs are put together, and the summary is computed from them as on one
//! machine. Files that are not exactly one whole sweep are refused, with every problem named.

use std::collections::BTreeMap;
use std::fmt;

use super::{Entry, FirstCatches, Job, Plan, Planned, Role, SweepFile, validate};

/// The reasons why files do not make a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeError(pub Vec<String>);

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "these files do not make one whole sweep: {}", self.0.join("; "))
    }
}

impl std::error::Error for MergeError {}

/// The most problems that are listed.
const LISTED: usize = 20;

/// Merges the files, each with its name, into the plan and all of its runs in order.
///
/// # Errors
/// When a file contradicts itself, plans differ, or runs are duplicated or missing.
pub fn merge(files: &[(String, SweepFile)]) -> Result<(Plan, Vec<Entry>), MergeError> {
    let Some(((first_name, first), others)) = files.split_first() else {
        return Err(MergeError(vec!["there is no file".into()]));
    };
    let mut wrong = Vec::new();
    if let Err(what) = validate::plan(&first.plan) {
        wrong.push(format!("{first_name}: its plan is not of a sweep: {what}"));
    }
    for (name, file) in others {
        if let Some(what) = difference(first, file) {
            wrong.push(format!("{first_name} and {name} are of different sweeps: {what}"));
        }
    }
    if wrong.is_empty() {
        let merged = whole(files, &mut wrong);
        if wrong.is_empty() {
            return Ok((first.plan.clone(), merged));
        }
    }
    let more = wrong.len().saturating_sub(LISTED);
    if more > 0 {
        wrong.truncate(LISTED);
        wrong.push(format!("and {more} more"));
    }
    Err(MergeError(wrong))
}

/// The needed runs of files with one valid plan, in order. What keeps them from being one whole
/// sweep is added to `wrong`.
fn whole(files: &[(String, SweepFile)], wrong: &mut Vec<String>) -> Vec<Entry> {
    let plan = &files[0].1.plan;
    let by_shard = shards(files, wrong);
    let mut by_job = by_job(files, wrong);
    let mut catches = FirstCatches::new(plan);
    let mut jobs = 0;
    for (number, job) in plan.jobs().enumerate() {
        jobs += 1;
        if let Some((name, file, entry)) = by_job.get(&number) {
            match validate::entry(plan, &job, file.shard, entry) {
                Ok(()) => catches.add(&job, entry),
                Err(what) => wrong.push(format!("{name}: run {number}: {what}")),
            }
        }
    }
    for (number, (name, ..)) in by_job.split_off(&jobs) {
        wrong.push(format!("{name}: run {number}: the sweep has only {jobs} runs"));
    }
    gaps(plan, &catches, &by_shard, &by_job, wrong);
    let needed = plan.jobs().enumerate().filter(|(_, job)| catches.need(job));
    let entries = needed.filter_map(|(number, _)| by_job.get(&number));
    entries.map(|(_, _, entry)| (*entry).clone()).collect()
}

type ByShard<'a> = BTreeMap<usize, (&'a str, &'a SweepFile)>;
type ByJob<'a> = BTreeMap<usize, (&'a str, &'a SweepFile, &'a Entry)>;

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
    if x.all_catches != y.all_catches {
        return Some("only one was run with --all-catches".into());
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

/// The files by the number of their shard. Duplicate and missing shards are reported.
fn shards<'a>(files: &'a [(String, SweepFile)], wrong: &mut Vec<String>) -> ByShard<'a> {
    let mut by_shard = ByShard::new();
    for (name, file) in files {
        if let Some((earlier, _)) = by_shard.insert(file.shard.number(), (name, file)) {
            wrong.push(format!("overlap: {earlier} and {name} are both shard {}", file.shard));
        }
    }
    let of = files[0].1.shard.of();
    let present = || by_shard.keys().copied();
    let before = std::iter::once(0).chain(present());
    let last = present().map(|number| number - 1).chain([of]);
    let absent = before.zip(last).filter(|(before, last)| before < last);
    let spans = absent.map(|(before, last)| match before + 1 {
        one if one == last => format!("{one}/{of}"),
        first => format!("{first}/{of} to {last}/{of}"),
    });
    let spans: Vec<String> = spans.collect();
    if !spans.is_empty() {
        wrong.push(format!("gap: no file is of shard {}", spans.join(", ")));
    }
    by_shard
}

/// The runs by their number. Duplicates are reported.
fn by_job<'a>(files: &'a [(String, SweepFile)], wrong: &mut Vec<String>) -> ByJob<'a> {
    let mut by_job = ByJob::new();
    for (name, file) in files {
        for entry in &file.entries {
            if let Some((earlier, ..)) = by_job.insert(entry.job, (name, file, entry)) {
                let run = run_name(&entry.scenario, &entry.role, entry.seed);
                wrong.push(format!("overlap: {run} is in {earlier} and in {name}"));
            }
        }
    }
    by_job
}

/// Reports needed runs that a shard lacks.
fn gaps(
    plan: &Plan,
    catches: &FirstCatches,
    by_shard: &ByShard<'_>,
    by_job: &ByJob<'_>,
    wrong: &mut Vec<String>,
) {
    let mut missing: BTreeMap<&str, (String, usize, Option<&str>)> = BTreeMap::new();
    let absent = |(number, _): &(usize, Job)| !by_job.contains_key(number);
    for (_, job) in plan.jobs().enumerate().filter(absent).filter(|(_, job)| catches.need(job)) {
        let of = by_shard.values().next().map_or(1, |(_, file)| file.shard.of());
        let Some((name, file)) = by_shard.get(&(job.cell % of + 1)) else { continue };
        let run = || run_name(&plan.scenarios[job.scenario].scenario, &job.role, job.seed);
        let cut = file.cut_short.as_deref();
        missing.entry(name).or_insert_with(|| (run(), 0, cut)).1 += 1;
    }
    for (name, (first, count, cut)) in missing {
        let cut = cut.unwrap_or("no reason given");
        let more = match count - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        wrong.push(format!("gap: {name} lacks {first}{more} (cut short: {cut})"));
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
        let mut plan = plan(4, vec![scenario]);
        plan.all_catches = true;
        let runs = (0..8).map(|i| if i < 4 { passes() } else { fails() }).collect();
        let entries = entries(&plan, runs);
        (plan, entries)
    }

    /// The runs of a sweep in which each shard stops at its own first catch.
    fn stopping(of: usize) -> (Files, (Plan, Vec<Entry>)) {
        let mut files = shards(of);
        for (_, file) in &mut files {
            let own = file.plan.jobs().filter(|job| file.shard.has(job.cell)).count() / 2;
            file.entries.truncate(own + 1);
            file.plan.all_catches = false;
        }
        let (mut plan, mut entries) = whole();
        plan.all_catches = false;
        entries.truncate(5);
        (files, (plan, entries))
    }

    type Files = Vec<(String, SweepFile)>;

    fn shards(of: usize) -> Files {
        let (plan, entries) = whole();
        let file = |number: usize| SweepFile {
            shard: format!("{number}/{of}").parse().unwrap(),
            cut_short: None,
            plan: plan.clone(),
            entries: entries
                .iter()
                .zip(plan.jobs())
                .filter(|(_, job)| job.cell % of == number - 1)
                .map(|(entry, _)| entry.clone())
                .collect(),
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
    fn what_shards_ran_behind_the_first_catch_is_dropped() {
        for of in [1, 2, 3, 4] {
            let (files, whole) = stopping(of);
            assert_eq!(merge(&files), Ok(whole), "{of}");
        }
        let (mut files, _) = stopping(2);
        files[0].1.entries.pop();
        let error = refusal(&files);
        assert!(error.contains("gap: 1.jsonl lacks lab/a (naive) seed 1"), "{error}");
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
        let error = refusal(&files);
        assert!(error.contains("1.jsonl: run 2: it is of seed 99, planned is 3"), "{error}");
    }

    #[test]
    fn different_sweeps_are_named() {
        type Change = fn(&mut SweepFile);
        let changes: [(Change, &str); 7] = [
            (|f| f.shard = "2/3".parse().unwrap(), "cut into 2 and 3 shards"),
            (|f| f.plan.seeds.description = "1..=9".into(), "seeds 1..=4 and 1..=9"),
            (|f| f.plan.seeds.list = vec![7], "different salts"),
            (|f| f.plan.determinism = true, "--determinism"),
            (|f| f.plan.all_catches = false, "--all-catches"),
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
