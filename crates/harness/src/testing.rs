//! Test helpers that check a whole lab, in this repository or another.
//!
//! [`check`] runs all of them. Each panics with a message that says what is wrong and, after a
//! failed run, the command that reproduces it.

use std::collections::{BTreeMap, BTreeSet};

use netsplit_check::{Finding, Findings, Verdict, show};
use netsplit_history::Run;
use netsplit_scenario::{Strip, Variant};
use netsplit_sim::Lab;

use crate::Experiment;

/// Runs all checks of this module on a lab.
///
/// # Panics
/// When a check fails.
pub fn check(lab: &'static dyn Lab) {
    names_are_distinct(lab);
    invariants_need_events(lab);
    variants_build(lab);
    mutants_are_shown(lab, 1..=3);
    runs_depend_on_the_seed_alone(lab);
    scenarios_pass(lab, 1..=2);
    wrong_variants_fail(lab, 1..=3);
    lesson_is_true(lab);
}

/// Checks that the names of fillings and bundles are unique, and that strips read events of the lab.
///
/// # Panics
/// When two have the same name, a filling is called `reference`, or a strip names no event.
pub fn names_are_distinct(lab: &'static dyn Lab) {
    let spec = lab.spec();
    let bundled: BTreeSet<_> = spec.bundles.iter().map(|bundle| bundle.name).collect();
    assert_eq!(bundled.len(), spec.bundles.len(), "{}: two bundles of one name", spec.name);
    for event in spec.strips.iter().flat_map(Strip::events) {
        let known = spec.events.iter().chain(spec.shown).any(|known| known.name == event);
        assert!(known, "{}: a strip reads `{event}`, which `events` and `shown` lack", spec.name);
    }
    let mut seen = BTreeMap::new();
    for seat in spec.seats {
        let fillings = seat.fillings();
        assert!(!fillings.is_empty(), "{}: the seat {} has no filling", spec.name, seat.name());
        for filling in fillings.iter().skip(1) {
            let other = seen.insert(filling.name, seat.name());
            let (lab, name) = (spec.name, filling.name);
            assert!(other.is_none(), "{lab}: `{name}` fills both {other:?} and {}", seat.name());
            assert_ne!(name, "reference", "{lab}: that is the name of the first fillings together");
        }
    }
}

/// Checks that each invariant says which events it needs, and that the lab has them.
///
/// # Panics
/// When one does not: it would hold over runs that cannot violate it.
pub fn invariants_need_events(lab: &'static dyn Lab) {
    for invariant in lab.spec().invariants {
        let name = invariant.name;
        assert!(!invariant.needs.is_empty(), "the invariant {name} needs no event");
        for event in invariant.needs {
            let known = lab.spec().events.iter().any(|known| known.name == *event);
            assert!(known, "the invariant {name} needs `{event}`, which is no event of the lab");
        }
    }
}

/// Checks that each variant can be built on the `calm` scenario.
///
/// # Panics
/// When there is no `calm` scenario, or a variant cannot be built on it.
pub fn variants_build(lab: &'static dyn Lab) {
    let name = lab.spec().name;
    let has_calm = lab.scenarios().iter().any(|file| file.name == "calm");
    assert!(has_calm, "{name}: a lab needs a scenario `calm`; does `scenario_files!` list it?");
    for variant in lab.spec().variants() {
        let calm = load(lab, "calm", &[&format!("variant={}", variant.name)]);
        let built = netsplit_sim::build(lab, &calm.scenario).map(drop);
        assert_eq!(built, Ok(()), "{}: the variant {}", lab.spec().name, variant.name);
    }
}

/// How a mutant was shown.
#[derive(Clone, Debug)]
pub struct ShownMutant {
    /// The mutant.
    pub variant: Variant,
    /// The name of the scenario that shows it.
    pub scenario: &'static str,
    /// The seed.
    pub seed: u64,
    /// The expectation that failed.
    pub expectation: String,
}

/// Checks that the scenario that each mutant names (`shown_by`) lists it in `catches`, and that an
/// expectation about what the mutant breaks fails there under at least one of `seeds` and of the
/// scenario's own seeds. Returns how each was shown first.
///
/// # Panics
/// When one does not.
pub fn mutants_are_shown(
    lab: &'static dyn Lab,
    seeds: std::ops::RangeInclusive<u64>,
) -> Vec<ShownMutant> {
    let mut shown = Vec::new();
    for variant in lab.spec().variants() {
        let Some(mutant) = variant.mutant else { continue };
        let (name, shown_by) = (variant.name, mutant.shown_by);
        let set = format!("variant={name}");
        let experiment = Experiment::load(lab, shown_by, &[&set]).unwrap_or_else(|error| {
            panic!("the mutant {name} says that the scenario `{shown_by}` shows it: {error}")
        });
        let caught = experiment.scenario.verdict.catches.iter().any(|caught| caught == name);
        assert!(caught, "the mutant {name}: {shown_by} does not list it in `catches`");
        let breaks = |seed| {
            let (_, findings) = run(&experiment, seed);
            let failed = |finding: &Finding| {
                finding.verdict == Verdict::Fail && finding.text.contains(mutant.breaks)
            };
            Some((seed, findings.expectations.into_iter().find(failed)?.text))
        };
        let command = command(&experiment, &[&set], *seeds.start());
        let listed = experiment.scenario.verdict.seeds.iter().copied();
        let broken = seeds.clone().chain(listed).find_map(breaks);
        let (seed, expectation) = broken.unwrap_or_else(|| {
            panic!("{command}: no failed expectation is about `{}`", mutant.breaks)
        });
        shown.push(ShownMutant { variant, scenario: shown_by, seed, expectation });
    }
    shown
}

/// Checks that a run of `calm` is determined by its seed: equal seeds give equal runs, different
/// seeds different runs, and every variant has the same arrivals, operations and keys.
///
/// # Panics
/// When one of these does not hold.
pub fn runs_depend_on_the_seed_alone(lab: &'static dyn Lab) {
    let run = |variant: &str, seed| {
        let calm = load(lab, "calm", &[&format!("variant={variant}")]);
        run(&calm, seed).0
    };
    let first = run("reference", 1);
    assert_eq!(first.fingerprint, run("reference", 1).fingerprint, "two runs of one seed differ");
    assert_ne!(first.fingerprint, run("reference", 2).fingerprint, "the seed changes nothing");
    for variant in lab.spec().variants() {
        let arrivals = arrivals(&run(variant.name, 1));
        let name = variant.name;
        assert!(arrivals == self::arrivals(&first), "{name} changes what clients ask for");
    }
}

fn arrivals(run: &Run) -> Vec<(netsplit_history::Time, String, Option<String>)> {
    let ops = run.operations.iter();
    let key = |key: &Option<netsplit_history::Name>| key.as_deref().map(str::to_owned);
    let mut all: Vec<_> = ops.map(|op| (op.intended, op.op.to_string(), key(&op.key))).collect();
    all.sort_unstable();
    all
}

/// Checks that each scenario passes under each of the seeds.
///
/// # Panics
/// When one does not, with its findings.
pub fn scenarios_pass(lab: &'static dyn Lab, seeds: std::ops::RangeInclusive<u64>) {
    for file in lab.scenarios() {
        let experiment = load(lab, file.name, &[]);
        for seed in seeds.clone() {
            let (_, findings) = run(&experiment, seed);
            let command = command(&experiment, &[], seed);
            assert!(findings.verdict == Verdict::Pass, "{command}: {}", told(&findings));
        }
    }
}

/// What kept a run from passing, a line each.
fn told(findings: &Findings) -> String {
    let missed = findings.expectations.iter().filter(|finding| finding.verdict != Verdict::Pass);
    let missed = missed.map(|Finding { text, shown, why, .. }| {
        let shown = shown.as_deref().map_or_else(String::new, |shown| format!(" ({shown})"));
        format!("\n  `{text}` is not met{shown}: {why}")
    });
    let others = findings.reasons.iter().chain(&findings.bugs).map(|why| format!("\n  {why}"));
    missed.chain(others).collect()
}

/// Checks that each variant that a scenario says it catches fails it under one of the seeds, or of
/// those that the scenario lists.
///
/// # Panics
/// When one does not.
pub fn wrong_variants_fail(lab: &'static dyn Lab, seeds: std::ops::RangeInclusive<u64>) {
    for file in lab.scenarios() {
        let verdict = load(lab, file.name, &[]).scenario.verdict;
        for variant in &verdict.catches {
            let set = format!("variant={variant}");
            let wrong = load(lab, file.name, &[&set]);
            let fails = |seed| {
                let (_, findings) = run(&wrong, seed);
                findings.verdict == Verdict::Fail
            };
            let command = command(&wrong, &[&set], *seeds.start());
            let caught = seeds.clone().chain(verdict.seeds.iter().copied()).any(fails);
            assert!(caught, "{command}: the scenario does not catch it");
        }
    }
}

/// Checks the rows of the lesson's tables that begin with a command: ``| `netsplit run LAB/NAME
/// --variant V --set K=V` | `METRIC` | VALUE |`` is what the command measures with seed 1.
///
/// # Panics
/// When a row is not, with the value measured.
pub fn lesson_is_true(lab: &'static dyn Lab) {
    let mut runs: BTreeMap<&str, (Experiment, Run)> = BTreeMap::new();
    for line in lab.lesson().lines().filter(|line| line.starts_with("| `netsplit run")) {
        let cells: Vec<_> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [_, command, metric, shown, _] = cells[..] else {
            panic!("a row has a command, a metric and a value: {line}");
        };
        let (experiment, run) = runs.entry(command).or_insert_with(|| {
            let experiment = of_command(lab, command);
            let (run, _) = run(&experiment, 1);
            (experiment, run)
        });
        let measured = experiment.measure(run, metric);
        let measured = measured.map_or_else(|why| why, |measured| show(measured.value));
        assert_eq!(measured, shown, "{line}");
    }
}

/// The experiment of `netsplit run LAB/NAME --variant V --set K=V`.
fn of_command(lab: &'static dyn Lab, command: &str) -> Experiment {
    let mut words = command.split_whitespace().skip(2);
    let scenario = words.next().unwrap_or_default();
    let name = scenario.strip_prefix(lab.spec().name).and_then(|name| name.strip_prefix('/'));
    let name = name.unwrap_or_else(|| panic!("`{command}` runs no scenario of this lab"));
    let mut set = Vec::new();
    while let (Some(flag), Some(value)) = (words.next(), words.next()) {
        match flag {
            "--variant" => set.push(format!("variant={value}")),
            "--set" => set.push(value.to_owned()),
            _ => panic!("`{command}`: only --variant and --set are understood here"),
        }
    }
    let set: Vec<_> = set.iter().map(String::as_str).collect();
    load(lab, name, &set)
}

/// Runs and judges an experiment, and checks that the lab lists the names that it recorded.
fn run(experiment: &Experiment, seed: u64) -> (Run, Findings) {
    let (run, findings) = experiment.run(seed).unwrap_or_else(|refusal| panic!("{refusal}"));
    let spec = experiment.lab.spec();
    let series = run.series.keys().map(|name| (&**name, spec.metrics, "metrics"));
    let measured = run.measured.keys().map(|name| (&**name, spec.measures, "measures"));
    let observed = run.observed.keys().map(|name| (&**name, spec.observed, "observed"));
    let events = run.events.iter().map(|event| (&*event.name, spec.events, "events"));
    for (name, known, list) in series.chain(measured).chain(observed).chain(events) {
        let lists = known.iter().any(|known| known.name == name) || spec.numbered(name).is_some();
        assert!(lists, "{}: `{name}` is not in `{list}` of the lab's description", spec.name);
    }
    for (name, number) in &run.measured {
        assert!(*number >= 0.0, "{}: `{name}` is negative: {number}", spec.name);
    }
    (run, findings)
}

/// Checks that a lab's truth table says what a test computed without the simulator: for each check,
/// the start of its `law`, the value in the unit of `expected`, and by which share the two may
/// differ. Checks of the tiers `except` have no formula.
///
/// # Panics
/// When a number of the table is another, a check is not computed, or something computed is not in
/// the table.
pub fn truth_table_is_computed(
    lab: &'static dyn Lab,
    except: &[&str],
    computed: impl IntoIterator<Item = (&'static str, f64, f64)>,
) {
    let table: toml::Table = lab.truth().parse().expect("the truth table is TOML");
    let checks = table["check"].as_array().expect("a list of checks");
    let text = |check: &toml::Value, key: &str| check[key].as_str().expect("text").to_owned();
    let mut computed: Vec<_> = computed.into_iter().collect();
    for check in checks.iter().filter(|check| !except.contains(&&*text(check, "tier"))) {
        let (law, expected) = (text(check, "law"), text(check, "expected"));
        let place = computed.iter().position(|(start, ..)| law.starts_with(start));
        let place = place.unwrap_or_else(|| panic!("nothing computes `{law}`"));
        let (_, value, within) = computed.remove(place);
        let number: String =
            expected.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let number: f64 = number.parse().expect("a number and its unit");
        assert!(
            (number - value).abs() <= within * value.abs(),
            "`{law}`: the table says {expected}, {value} was computed"
        );
    }
    assert!(computed.is_empty(), "not in the table: {computed:?}");
}

/// The scenario `name` of `lab` with overrides.
///
/// # Panics
/// When there is none, or it is not valid.
pub fn load(lab: &'static dyn Lab, name: &str, overrides: &[&str]) -> Experiment {
    Experiment::load(lab, name, overrides).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The command that reproduces such a run.
fn command(experiment: &Experiment, set: &[&str], seed: u64) -> String {
    let set: String = set.iter().map(|set| format!(" --set {set}")).collect();
    format!("netsplit run {}{set} --seed {seed}", experiment.name)
}
