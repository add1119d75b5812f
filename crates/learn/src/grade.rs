//! Grades: what the runs of a step gave.

use netsplit_check::{Finding, Findings, Verdict};

use crate::Step;

/// The grade of a step.
#[derive(Clone, Debug)]
pub struct StepGrade {
    /// The step.
    pub step: Step,
    /// Its scenarios, in its order. Those after a failed one may have no runs.
    pub scenarios: Vec<ScenarioGrade>,
}

/// The runs of one scenario.
#[derive(Clone, Debug)]
pub struct ScenarioGrade {
    /// The scenario's name, without the lab.
    pub name: String,
    /// The number of seeds that it is graded under.
    pub seeds: u64,
    /// The runs.
    pub runs: Vec<RunGrade>,
}

/// One run.
#[derive(Clone, Debug)]
pub struct RunGrade {
    /// Its seed.
    pub seed: u64,
    /// Its failure, unless it passed.
    pub failure: Option<Failure>,
}

/// A run that did not pass, and how to see it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The first invariant that was broken, or else the first expectation that was not met; empty when
    /// something else was wrong.
    pub expected: String,
    /// What happened instead.
    pub happened: String,
    /// The first call that the reference answers differently.
    pub difference: Option<String>,
    /// The command that repeats the run.
    pub command: String,
    /// The page of the run, if it has one.
    pub page: Option<String>,
}

impl Failure {
    /// The failure of a run with these findings; `None` when it passed.
    ///
    /// A crash comes before what it brought about.
    pub fn of(findings: &Findings, command: String) -> Option<Failure> {
        if findings.verdict == Verdict::Pass {
            return None;
        }
        let mut failure = Failure {
            expected: String::new(),
            happened: findings.reasons.first().cloned().unwrap_or_default(),
            difference: None,
            command,
            page: None,
        };
        let unmet = findings.expectations.iter().filter(|finding| finding.verdict != Verdict::Pass);
        // An invariant says when and where it broke. Of equals, `max_by_key` takes the last.
        let is_invariant = |finding: &Finding| finding.text.starts_with("invariant ");
        let worst = unmet.rev().max_by_key(|finding| (finding.verdict, is_invariant(finding)));
        if let Some(finding) = worst {
            failure.expected.clone_from(&finding.text);
            if failure.happened.is_empty() {
                let shown = finding.shown.as_deref().map(|shown| format!("it was {shown}"));
                let why = Some(finding.why.clone()).filter(|why| !why.is_empty());
                let parts: Vec<_> = shown.into_iter().chain(why).collect();
                failure.happened = parts.join("; ");
            }
        }
        Some(failure)
    }

    /// A run that gave no record to judge: why, and the command that repeats it.
    pub fn without_record(happened: String, command: String) -> Failure {
        Failure { expected: String::new(), happened, difference: None, command, page: None }
    }
}

impl ScenarioGrade {
    /// The number of runs that passed.
    pub fn passes(&self) -> usize {
        self.runs.iter().filter(|run| run.failure.is_none()).count()
    }

    /// Whether it passed under all its seeds.
    pub fn passed(&self) -> bool {
        self.passes() as u64 == self.seeds
    }

    /// The first run that did not pass.
    pub fn failed(&self) -> Option<(u64, &Failure)> {
        self.runs.iter().find_map(|run| Some((run.seed, run.failure.as_ref()?)))
    }
}

impl StepGrade {
    /// Whether all its scenarios passed.
    pub fn passed(&self) -> bool {
        self.scenarios.iter().all(ScenarioGrade::passed)
    }

    /// The number of scenarios that passed.
    pub fn passes(&self) -> usize {
        self.scenarios.iter().filter(|scenario| scenario.passed()).count()
    }

    /// The points that it earns: for each scenario that passed, its share.
    pub fn score(&self) -> u32 {
        self.score_of(self.step.points)
    }

    /// The share of `points` that it earns.
    pub(crate) fn score_of(&self, points: u32) -> u32 {
        let shares = self.step.shares(points).into_iter().zip(&self.scenarios);
        shares.filter(|(_, scenario)| scenario.passed()).map(|(share, _)| share).sum()
    }

    /// The first scenario that did not pass, its seed and its failure.
    pub fn failed(&self) -> Option<(&str, u64, &Failure)> {
        self.scenarios.iter().find_map(|scenario| {
            let (seed, failure) = scenario.failed()?;
            Some((scenario.name.as_str(), seed, failure))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_broken_invariant_is_told_and_else_the_first_that_failed() {
        let finding = |text: &str, verdict| Finding {
            text: text.into(),
            line: None,
            verdict,
            observed: None,
            shown: None,
            why: String::new(),
            witness: None,
        };
        let told = |expectations: &[(&str, Verdict)]| {
            let expectations = expectations.iter().map(|(text, verdict)| finding(text, *verdict));
            let expectations = expectations.collect();
            let findings = Findings { verdict: Verdict::Fail, expectations, ..Findings::default() };
            Failure::of(&findings, String::new()).expect("it failed").expected
        };
        let (pass, open, fail) = (Verdict::Pass, Verdict::Inconclusive, Verdict::Fail);
        assert_eq!(told(&[("a", pass), ("b", open), ("c", fail), ("d", fail)]), "c");
        assert_eq!(
            told(&[("a", fail), ("invariant b", fail), ("invariant c", fail)]),
            "invariant b"
        );
        assert_eq!(told(&[("a", fail), ("invariant b", open)]), "a");
    }
}
