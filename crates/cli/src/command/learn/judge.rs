//! Runs of a step, simulated by the learner's program and judged here.

use std::borrow::Cow;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use netsplit_harness::{Catalog, Experiment, Source};
use netsplit_history::Run;
use netsplit_learn::{Failure, RunGrade, ScenarioGrade, Step, StepGrade, suspects};
use netsplit_report::sweep::quoted;
use netsplit_sim::Options;

use super::drawn::{self, Drawn, Student};
use crate::parallel;
use crate::worker::{Answer, Pool, Request, SimulatedRun, watched};

/// Grades steps.
pub struct Judge<'a> {
    /// The labs as they are shipped.
    pub catalog: Catalog<'a>,
    /// Workers that run the learner's program.
    pub pool: &'a Pool,
    /// The learner's file.
    pub source: &'a str,
}

/// A scenario that judges a step.
struct Case {
    /// The shipped scenario, which judges.
    experiment: Experiment,
    /// The variant with the learner's filling.
    variant: String,
    /// A student's own values, if it is run with any.
    drawn: Option<Drawn>,
}

impl Judge<'_> {
    /// Grades a step, up to the first scenario that fails; the run that `failed` last time comes
    /// first.
    ///
    /// # Errors
    /// When a scenario cannot be loaded, or the program is no learner's.
    pub fn grade(&self, step: &Step, failed: Option<(String, u64)>) -> anyhow::Result<StepGrade> {
        let mut grade = self.judged(step, failed)?;
        // A run that was lost has no page, and no record to compare.
        let recorded = grade.failed().is_none_or(|(_, _, failure)| failure.page.is_some());
        if let Some(first) = grade.scenarios.first_mut().filter(|_| recorded) {
            self.repeat(step, first, 1)?;
        }
        Ok(grade)
    }

    /// Grades all scenarios of a step under these seeds, with the values of a student, if one is
    /// given; writes no pages.
    ///
    /// # Errors
    /// When a scenario cannot be loaded, the program is no learner's, or the reference passes with no
    /// values of the student's.
    pub fn grade_all(
        &self,
        step: &Step,
        seeds: &[u64],
        student: Option<Student<'_>>,
    ) -> anyhow::Result<StepGrade> {
        let mut scenarios = ungraded(step, seeds.len() as u64);
        for scenario in &mut scenarios {
            let mut case = self.case(step, &scenario.name)?;
            if let Some(student) = student {
                case.drawn = drawn::values(self.catalog, &case.experiment, step, student, seeds)?;
            }
            scenario.runs = self.runs(step, &case, seeds)?;
            if let Some(run) = scenario.runs.iter_mut().find(|run| run.failure.is_some()) {
                self.compare(&case, run)?;
            }
        }
        if let Some(first) = scenarios.first_mut().filter(|scenario| scenario.passed()) {
            self.repeat(step, first, seeds[0])?;
        }
        Ok(StepGrade { step: step.clone(), scenarios })
    }

    fn judged(&self, step: &Step, failed: Option<(String, u64)>) -> anyhow::Result<StepGrade> {
        let mut scenarios = ungraded(step, step.seeds);
        let seeds = step.known_seeds();
        let known =
            |(name, seed): &(String, u64)| step.scenarios.contains(name) && seeds.contains(seed);
        let failed = failed.filter(known);
        if let Some((name, seed)) = &failed {
            let scenario = scenarios.iter_mut().find(|scenario| scenario.name == *name);
            let scenario = scenario.expect("it is one of the step's");
            let case = self.case(step, name)?;
            scenario.runs = self.runs(step, &case, &[*seed])?;
            self.explain(&case, &mut scenario.runs)?;
            if scenario.failed().is_some() {
                return Ok(StepGrade { step: step.clone(), scenarios });
            }
        }
        for scenario in &mut scenarios {
            let done = |seed: &u64| scenario.runs.iter().any(|run| run.seed == *seed);
            let left: Vec<_> = seeds.iter().copied().filter(|seed| !done(seed)).collect();
            let case = self.case(step, &scenario.name)?;
            scenario.runs.extend(self.runs(step, &case, &left)?);
            self.explain(&case, &mut scenario.runs)?;
            if scenario.failed().is_some() {
                break;
            }
        }
        Ok(StepGrade { step: step.clone(), scenarios })
    }

    /// Does the run of a seed in two more processes: both must be the same run.
    fn repeat(&self, step: &Step, scenario: &mut ScenarioGrade, seed: u64) -> anyhow::Result<()> {
        let case = self.case(step, &scenario.name)?;
        let once = |_| self.run(case.request(seed));
        let runs = parallel::map(2, NonZeroUsize::new(2), once, |_| ()).into_iter();
        let runs = runs.collect::<anyhow::Result<Vec<_>>>()?;
        if let [Ok(one), Ok(other)] = &runs[..]
            && one.fingerprint == other.fingerprint
        {
            return Ok(());
        }
        let suspects = suspects(self.source);
        let why =
            if suspects.is_empty() { String::new() } else { format!(": {}", suspects.join("; ")) };
        let (lab, name, variant) = (step.lab, &case.experiment.name, &case.variant);
        let command =
            format!("cargo {lab} verify {name} --seeds 1 --determinism --variant {variant}");
        let happened = format!(
            "two runs of seed {seed} differ, so the code depends on more than the seed{why}"
        );
        let failure = Failure::without_record(happened, command);
        scenario.runs = vec![RunGrade { seed, failure: Some(failure) }];
        Ok(())
    }

    fn case(&self, step: &Step, name: &str) -> anyhow::Result<Case> {
        let source = self.catalog.source(&format!("{}/{name}", step.lab))?;
        let experiment = crate::load(self.catalog, &source, &[])?;
        let variant = step.variant(&experiment.scenario.variant);
        Ok(Case { experiment, variant, drawn: None })
    }

    /// Does runs until one fails.
    fn runs(&self, step: &Step, case: &Case, seeds: &[u64]) -> anyhow::Result<Vec<RunGrade>> {
        let failed = AtomicBool::new(false);
        let work = |index: usize| {
            let grade = self.judge(step, case, seeds[index]);
            let passed = grade.as_ref().is_ok_and(|grade| grade.failure.is_none());
            failed.fetch_or(!passed, Ordering::Relaxed);
            grade
        };
        let go_on = || !failed.load(Ordering::Relaxed);
        let runs = parallel::map_while(seeds.len(), None, go_on, work, |_| ());
        runs.into_iter().flatten().collect()
    }

    /// Has the learner's program do one run; returns its record, or why there is none.
    fn run(&self, run: SimulatedRun) -> anyhow::Result<Result<Box<Run>, String>> {
        let lost = match self.pool.ask(&Request::Simulate(Box::new(run.clone())))? {
            Ok(Answer::Ran(run)) => return Ok(run),
            Ok(other) => unreachable!("a run is not answered by {other:?}"),
            Err(lost) => lost,
        };
        let request = SimulatedRun { places: true, ..run };
        let place = self.pool.place(&Request::Simulate(Box::new(request)));
        let place = place.map_or_else(String::new, |place| format!(", in code of {place}"));
        Ok(Err(format!("the run was lost: {lost}{place}")))
    }

    fn judge(&self, step: &Step, case: &Case, seed: u64) -> anyhow::Result<RunGrade> {
        let command = case.command(step.lab, seed);
        let failure = match self.run(case.request(seed))? {
            Ok(run) => Failure::of(&case.judge(seed).judge(&run), command),
            Err(why) => Some(Failure::without_record(why, command)),
        };
        Ok(RunGrade { seed, failure })
    }

    /// Finds the first call that the reference answers differently. Returns whether the run has a
    /// record.
    fn compare(&self, case: &Case, run: &mut RunGrade) -> anyhow::Result<bool> {
        let Some(failure) = &mut run.failure else { return Ok(false) };
        let request = SimulatedRun { compare: true, ..case.request(run.seed) };
        let Ok(compared) = self.run(request)? else { return Ok(false) };
        failure.difference = compared.first_difference.map(|difference| difference.to_string());
        Ok(true)
    }

    /// Compares the first run that failed with the reference, and has its page written.
    fn explain(&self, case: &Case, runs: &mut [RunGrade]) -> anyhow::Result<()> {
        let Some(run) = runs.iter_mut().find(|run| run.failure.is_some()) else { return Ok(()) };
        if !self.compare(case, run)? {
            return Ok(());
        }
        let (name, seed) = (&case.experiment.name, run.seed.to_string());
        let args = ["run", name, "--variant", &case.variant, "--seed", &seed];
        let written = self.pool.silently(&args)?.is_ok();
        if let Some(failure) = run.failure.as_mut().filter(|_| written) {
            let variant = &case.variant;
            failure.page = Some(format!("netsplit-out/{name}/{variant}/seed-{seed}/page.html"));
        }
        Ok(())
    }
}

/// The scenarios of a step, without runs.
fn ungraded(step: &Step, seeds: u64) -> Vec<ScenarioGrade> {
    let names = step.scenarios.iter();
    names.map(|name| ScenarioGrade { name: name.clone(), seeds, runs: Vec::new() }).collect()
}

impl Case {
    /// The experiment that judges the run of a seed.
    fn judge(&self, seed: u64) -> Cow<'_, Experiment> {
        match &self.drawn {
            Some(drawn) => Cow::Owned(drawn.judge(&self.experiment, seed)),
            None => Cow::Borrowed(&self.experiment),
        }
    }

    /// What a student's own values override.
    fn overrides(&self) -> &[String] {
        self.drawn.as_ref().map_or(&[], |drawn| &drawn.overrides)
    }

    fn request(&self, seed: u64) -> SimulatedRun {
        let source = self.experiment.source();
        let variant = format!("variant={}", self.variant);
        SimulatedRun {
            source: (source.name.clone(), source.file.clone()),
            text: source.text.clone(),
            overrides: [self.overrides(), &[variant]].concat(),
            seed,
            compare: false,
            places: false,
        }
    }

    fn command(&self, lab: &str, seed: u64) -> String {
        let (name, variant) = (&self.experiment.name, &self.variant);
        let fitted = self.drawn.iter().map(|drawn| drawn.expect_override(seed));
        let sets = self.overrides().iter().cloned().chain(fitted);
        let sets: String = sets.map(|set| format!(" --set {}", quoted(&set))).collect();
        format!("cargo {lab} run {name} --variant {variant} --seed {seed}{sets}")
    }
}

/// Does a run, in a worker; its record goes to the parent.
///
/// # Errors
/// When the scenario is not valid here, or the lab cannot be built from its parameters.
pub fn simulated_run(catalog: Catalog<'_>, request: &SimulatedRun) -> Result<Run, String> {
    let SimulatedRun { source: (name, file), text, overrides, seed, compare, .. } = request;
    let source = Source { name: name.clone(), file: file.clone(), text: text.clone() };
    let experiment = catalog.load(&source, overrides).map_err(|error| error.to_string())?;
    let options = Options { seed: *seed, compare: *compare, ..Options::default() };
    watched(&experiment, &options, &mut |_| ()).map_err(|refusal| refusal.to_string())
}
