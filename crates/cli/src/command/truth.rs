//! `netsplit truth`: compares what the labs measure with what the literature says.
//!
//! Each lab carries a table of checks: a law or a published number, the scenario and settings
//! that reproduce it, and the metric to compare. A check is measured by running the scenario as
//! `netsplit run` would, over its seeds, and taking the mean.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Context, bail};
use netsplit_check::{Verdict, measure, show};
use netsplit_harness::{Catalog, Experiment};
use netsplit_history::Run;
use netsplit_report::json_text;
use netsplit_report::sweep::quoted;
use netsplit_scenario::{Metric, Quantity, WindowName};
use netsplit_sim::Lab;
use serde::{Deserialize, Serialize};

use crate::args::Truth;
use crate::command::run::with_seed;
use crate::terminal::{self, Progress};
use crate::worker::watched;
use crate::{exit, parallel, signals};

/// One line of a lab's truth table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    law: String,
    source: String,
    tier: Tier,
    scenario: String,
    #[serde(default)]
    set: Vec<String>,
    seeds: u64,
    measure: String,
    /// The window of the metric, as in expectations: `during cut`. Empty: `overall`.
    #[serde(default)]
    window: String,
    expected: String,
    tolerance: String,
}

/// The kind of source of the expected number.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Tier {
    /// No tolerance.
    Exact,
    /// A closed form.
    Law,
    /// A paper's table.
    Published,
    /// Calibrated to resemble a published system.
    Demo,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    check: Vec<Check>,
}

/// A check and its result.
#[derive(Debug, Serialize)]
struct Outcome {
    lab: &'static str,
    law: String,
    source: String,
    tier: Tier,
    command: String,
    seeds: u64,
    measure: String,
    expected: String,
    tolerance: String,
    measured: String,
    holds: bool,
}

/// Runs the checks of one lab or of all.
pub fn truth(catalog: Catalog<'_>, args: &Truth) -> anyhow::Result<ExitCode> {
    let labs = match &args.lab {
        Some(name) => vec![catalog.lab(name)?],
        None => catalog.labs().to_vec(),
    };
    let prepared = prepare(catalog, &labs)?;
    let runs = runs(&prepared);
    let mut progress = Progress::new("truth", runs.len() as u64);
    let measured = parallel::map_while(
        runs.len(),
        args.jobs,
        || signals::asked().is_none(),
        |job| runs[job].measure(&prepared),
        |done| progress.at(done as u64),
    );
    let mut numbers = vec![Vec::new(); prepared.len()];
    for (check, number) in measured.into_iter().flatten().flatten() {
        let why = |why| exit::usage(format!("{}: {why}", prepared[check].check.law));
        numbers[check].push(number.map_err(why)?);
    }
    let measured = prepared.iter().zip(&numbers);
    let whole = measured.filter(|(prepared, of)| of.len() as u64 == prepared.check.seeds);
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    let outcomes: Vec<_> = whole.map(|(prepared, of)| prepared.outcome(mean(of))).collect();
    drop(progress);
    print(&outcomes, args);
    if outcomes.len() < prepared.len() {
        let left = prepared.len() - outcomes.len();
        terminal::complain(&format!(
            "cut short (interrupted): {left} of {} checks were not measured",
            prepared.len()
        ));
        return Ok(exit::INCONCLUSIVE.into());
    }
    if outcomes.is_empty() {
        let names: Vec<_> = labs.iter().map(|lab| lab.spec().name).collect();
        terminal::complain(&format!(
            "inconclusive: no truth table of {} has a check",
            names.join(", ")
        ));
    }
    Ok(exit::code(verdict(&outcomes)))
}

/// Whether all checks hold; inconclusive when there are none.
fn verdict(outcomes: &[Outcome]) -> Verdict {
    let one = |outcome: &Outcome| if outcome.holds { Verdict::Pass } else { Verdict::Fail };
    outcomes.iter().map(one).max().unwrap_or(Verdict::Inconclusive)
}

/// One simulation, and the checks that use it.
struct SharedRun {
    seed: u64,
    checks: Vec<usize>,
}

/// The runs that the checks need. Checks of the same scenario and settings share theirs.
fn runs(prepared: &[Prepared]) -> Vec<SharedRun> {
    let mut shared: BTreeMap<(&str, &[String], u64), Vec<usize>> = BTreeMap::new();
    for (index, Prepared { check, .. }) in prepared.iter().enumerate() {
        for seed in 1..=check.seeds {
            let run = (check.scenario.as_str(), check.set.as_slice(), seed);
            shared.entry(run).or_default().push(index);
        }
    }
    shared.into_iter().map(|((_, _, seed), checks)| SharedRun { seed, checks }).collect()
}

impl SharedRun {
    /// Simulates once, and measures the metric of each check.
    fn measure(&self, prepared: &[Prepared]) -> Vec<(usize, Result<f64, String>)> {
        let run = prepared[self.checks[0]].simulate(self.seed);
        let measured = |check: &usize| match &run {
            Ok(run) => (*check, prepared[*check].measure(run)),
            Err(why) => (*check, Err(why.clone())),
        };
        self.checks.iter().map(measured).collect()
    }
}

/// A check whose scenario is loaded.
struct Prepared {
    lab: &'static str,
    check: Check,
    experiment: Experiment,
    metric: Metric,
    window: WindowName,
    expected: Quantity,
    tolerance: Tolerance,
}

#[derive(Clone, Copy)]
enum Tolerance {
    Relative(f64),
    Absolute(f64),
}

fn prepare(catalog: Catalog<'_>, labs: &[&'static dyn Lab]) -> anyhow::Result<Vec<Prepared>> {
    let mut all = Vec::new();
    for lab in labs {
        let name = lab.spec().name;
        let table: Table =
            toml::from_str(lab.truth()).with_context(|| format!("the truth table of {name}"))?;
        for check in table.check {
            let law = check.law.clone();
            all.push(
                Prepared::new(catalog, name, check).with_context(|| format!("{name}: {law}"))?,
            );
        }
    }
    Ok(all)
}

impl Prepared {
    fn new(catalog: Catalog<'_>, lab: &'static str, check: Check) -> anyhow::Result<Prepared> {
        if check.seeds == 0 {
            bail!("a check needs at least one seed");
        }
        let sentence = format!("{} == {} {}", check.measure, check.expected, check.window);
        let mut set = check.set.clone();
        // The scenario's own expectations may not fit the settings, and are not asked here.
        set.push(format!("verdict.expect=[{sentence:?}]"));
        let experiment = crate::load(catalog, &catalog.source(&check.scenario)?, &set)?;
        let (metric, window, expected) = experiment.metric(&sentence).map_err(exit::usage)?;
        let tolerance = Tolerance::parse(&check.tolerance)?;
        Ok(Prepared { lab, check, experiment, metric, window, expected, tolerance })
    }

    /// Runs the scenario with a seed.
    fn simulate(&self, seed: u64) -> Result<Run, String> {
        let run = watched(&self.experiment, &with_seed(seed), &mut |_| ());
        let run = run.map_err(|refusal| refusal.to_string())?;
        match run.crashes.first() {
            None => Ok(run),
            Some(crash) => {
                Err(format!("{} crashed: {} ({})", crash.node, crash.message, crash.place))
            }
        }
    }

    fn measure(&self, run: &Run) -> Result<f64, String> {
        measure(&self.metric, &self.window, &self.experiment.scenario, run)
            .map(|measured| measured.value.number())
    }

    fn outcome(&self, mean: f64) -> Outcome {
        let check = &self.check;
        let set: String = check.set.iter().map(|set| format!(" --set {}", quoted(set))).collect();
        Outcome {
            lab: self.lab,
            law: check.law.clone(),
            source: check.source.clone(),
            tier: check.tier,
            command: format!("netsplit run {}{set}", check.scenario),
            seeds: check.seeds,
            measure: format!("{} {}", check.measure, check.window).trim_end().to_owned(),
            expected: check.expected.clone(),
            tolerance: check.tolerance.clone(),
            measured: show(self.expected.with(mean)),
            holds: self.tolerance.holds(mean, self.expected.number()),
        }
    }
}

impl Tolerance {
    /// `4%` of the expected value, or `0.7 points` of a percentage.
    fn parse(text: &str) -> anyhow::Result<Tolerance> {
        let number = |text: &str| match text.trim().parse::<f64>() {
            Ok(number) if number >= 0.0 && number.is_finite() => Ok(number),
            _ => bail!("a tolerance is a number, not `{}`", text.trim()),
        };
        if let Some(points) = text.strip_suffix("points") {
            return Ok(Tolerance::Absolute(number(points)? / 100.0));
        }
        match text.strip_suffix('%') {
            Some(percent) => Ok(Tolerance::Relative(number(percent)? / 100.0)),
            None => bail!("a tolerance is written `4%` or `0.7 points`, not `{text}`"),
        }
    }

    fn holds(self, measured: f64, expected: f64) -> bool {
        let allowed = match self {
            Tolerance::Relative(share) => share * expected.abs(),
            Tolerance::Absolute(points) => points,
        };
        (measured - expected).abs() <= allowed + 1e-12
    }
}

fn print(outcomes: &[Outcome], args: &Truth) {
    let text = if args.json {
        json_text(&outcomes)
    } else if args.markdown {
        markdown(outcomes)
    } else {
        plain(outcomes)
    };
    terminal::print(&text);
}

fn plain(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let mark = if outcome.holds { "✓" } else { "✗" };
        text += &format!(
            "{mark} {}\n    {} expected {} ±{}, measured {} over {} seed(s)\n    {}\n",
            outcome.law,
            outcome.measure,
            outcome.expected,
            outcome.tolerance,
            outcome.measured,
            outcome.seeds,
            outcome.command,
        );
    }
    let held = outcomes.iter().filter(|outcome| outcome.holds).count();
    text + &format!("{held} of {} checks hold\n", outcomes.len())
}

fn markdown(outcomes: &[Outcome]) -> String {
    let mut text = String::from(
        "# Truth\n\nThe laws and published numbers that the labs must reproduce, each with its \
         source, and what the labs measure: the mean over the seeds from 1 to the number shown. \
         Exact: no tolerance. Law: a closed form. Published: a paper's table. Demo: calibrated to \
         resemble a published system. Written by `netsplit truth --markdown > docs/truth.md`; the \
         gate compares it byte by byte.\n",
    );
    let mut lab = "";
    for outcome in outcomes {
        if outcome.lab != lab {
            lab = outcome.lab;
            text += &format!(
                "\n## {lab}\n\n| law | tier | metric | expected | tolerance | measured | seeds | holds | source | how |\n|---|---|---|---|---|---|---|---|---|---|\n"
            );
        }
        let tier = serde_json::to_value(outcome.tier).unwrap_or_default();
        text += &format!(
            "| {} | {} | `{}` | {} | {} | {} | {} | {} | {} | `{}` |\n",
            outcome.law,
            tier.as_str().unwrap_or_default(),
            outcome.measure,
            outcome.expected,
            outcome.tolerance,
            outcome.measured,
            outcome.seeds,
            if outcome.holds { "yes" } else { "**no**" },
            outcome.source,
            outcome.command,
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_checks_are_no_pass() {
        assert_eq!(verdict(&[]), Verdict::Inconclusive);
    }

    #[test]
    fn a_tolerance_is_a_finite_number() {
        assert!(Tolerance::parse("4%").is_ok() && Tolerance::parse("0.7 points").is_ok());
        for wrong in ["inf%", "NaN%", "-1%", "x points", "4"] {
            assert!(Tolerance::parse(wrong).is_err(), "{wrong}");
        }
    }
}
