//! The grade of a scenario: the mutants of its lab that it kills.
//!
//! A mutant is killed when it violates an expectation under some seed. A panic, an endless loop or
//! an undecided run kills nothing, and neither does a scenario that its own variant does not pass
//! under every seed: expectations that nobody meets are worth nothing.

use std::fmt::Write;

use netsplit_check::Verdict;
use netsplit_scenario::{Refusal, Variant};
use serde::Serialize;

use crate::sweep::Entry;
use crate::terminal::{LEAST_WIDTH, hang};

/// The grade of a scenario.
#[derive(Clone, Debug, Serialize)]
pub struct MutantsReport {
    /// The scenario, as it was named.
    pub scenario: String,
    /// The lab.
    pub lab: String,
    /// The seeds: `1..=10`, or `held out (1..=10)`.
    pub seeds: String,
    /// The runs of the scenario's own variant.
    pub own: OwnRuns,
    /// The number of mutants that it kills.
    pub killed: usize,
    /// The number of mutants of the lab.
    pub of: usize,
    /// The mutants; empty when the own variant does not pass, since none is run then.
    pub mutants: Vec<MutantResult>,
}

/// The runs of the scenario's own variant.
#[derive(Clone, Debug, Serialize)]
pub struct OwnRuns {
    /// The variant.
    pub variant: String,
    /// The number of runs that passed.
    pub passed: usize,
    /// The number of runs.
    pub of: usize,
    /// The first that did not pass.
    pub not_passed: Option<NotPassed>,
}

/// A run that did not pass.
#[derive(Clone, Debug, Serialize)]
pub struct NotPassed {
    /// Its seed.
    pub seed: u64,
    /// Its verdict.
    pub verdict: Verdict,
    /// The expectations that are not met, and other reasons.
    pub why: Vec<String>,
    /// The command that repeats it.
    pub command: String,
}

/// One mutant.
#[derive(Clone, Debug, Serialize)]
pub struct MutantResult {
    /// Its name.
    pub name: String,
    /// What it does wrong, in one line.
    pub summary: String,
    /// The invariant, property or metric that it violates.
    pub breaks: String,
    /// The run that kills it, if there is one.
    pub kill: Option<Kill>,
    /// Why it survives; empty when it does not.
    pub survives: String,
    /// The command that runs it, under the seed that kills it or the first.
    pub command: String,
}

/// The first run that kills a mutant.
#[derive(Clone, Debug, Serialize)]
pub struct Kill {
    /// Its seed.
    pub seed: u64,
    /// The expectation that is violated.
    pub expectation: String,
    /// What was measured; empty for a property.
    pub measured: String,
}

impl OwnRuns {
    /// The runs of `variant`; `command` repeats the one of a seed.
    pub fn of(variant: &str, entries: &[Entry], command: impl Fn(u64) -> String) -> OwnRuns {
        let passes = |entry: &&Entry| entry.verdict == Verdict::Pass;
        let failed = entries.iter().find(|entry| !passes(entry));
        OwnRuns {
            variant: variant.into(),
            passed: entries.iter().filter(passes).count(),
            of: entries.len(),
            not_passed: failed.map(|entry| NotPassed {
                seed: entry.seed,
                verdict: entry.verdict,
                why: reasons(entry),
                command: command(entry.seed),
            }),
        }
    }

    /// Whether all passed.
    pub fn passed(&self) -> bool {
        self.not_passed.is_none()
    }
}

fn reasons(entry: &Entry) -> Vec<String> {
    let unmet = entry.expectations.iter().filter(|unmet| unmet.verdict != Verdict::Pass);
    let unmet = unmet.map(|unmet| match unmet.shown.as_str() {
        "" => unmet.text.clone(),
        shown => format!("{}: it was {shown}", unmet.text),
    });
    entry.reasons.iter().cloned().chain(unmet).collect()
}

impl MutantResult {
    /// The result of a mutant with these runs, up to the first that kills it; `own` are those of
    /// the scenario's own variant, of the same seeds. `command` repeats the run of a seed.
    ///
    /// # Panics
    /// When the variant is no mutant.
    pub fn of(
        variant: &Variant,
        own: &[Entry],
        entries: &[Entry],
        command: impl Fn(u64) -> String,
    ) -> MutantResult {
        let mutant = variant.mutant.expect("the variant is a mutant");
        let killer = entries.iter().find(|entry| entry.violates());
        let violated = killer.and_then(|entry| Some((entry.seed, entry.violated().next()?)));
        let kill = violated.map(|(seed, violated)| Kill {
            seed,
            expectation: violated.text.clone(),
            measured: violated.shown.clone(),
        });
        let shown = kill.as_ref().map(|kill| kill.seed);
        let shown = shown.or_else(|| entries.first().map(|entry| entry.seed));
        MutantResult {
            name: variant.name.into(),
            summary: variant.summary.into(),
            breaks: mutant.breaks.into(),
            survives: if kill.is_some() { String::new() } else { survival(own, entries) },
            kill,
            command: command(shown.unwrap_or(1)),
        }
    }

    /// The result of a mutant that the lab cannot combine with the scenario's own variant.
    ///
    /// # Panics
    /// When the variant is no mutant.
    pub fn refused(variant: &Variant, why: &Refusal, command: &str) -> MutantResult {
        let survives = format!("it cannot be added to the scenario's own variant: {why}");
        MutantResult { survives, ..MutantResult::of(variant, &[], &[], |_| command.into()) }
    }
}

/// Why a mutant survives.
fn survival(own: &[Entry], entries: &[Entry]) -> String {
    let same = |(own, entry): (&Entry, &Entry)| own.fingerprint == entry.fingerprint;
    if own.iter().zip(entries).all(same) {
        return "its runs are the same, event for event: nothing here reaches what it changes"
            .into();
    }
    let count = |counts: fn(&Entry) -> bool| entries.iter().filter(|entry| counts(entry)).count();
    let broke_down = count(|entry| entry.verdict == Verdict::Fail && entry.broke_down());
    let undecided = count(|entry| entry.verdict == Verdict::Inconclusive);
    let no_kills =
        [(broke_down, "ended in a panic or an endless loop"), (undecided, "could not be decided")];
    let mut why = String::from("its runs differ, and no expectation notices");
    for (count, what) in no_kills.into_iter().filter(|(count, _)| *count > 0) {
        write!(why, "; {count} of them {what}, which is no kill").expect("a string takes it");
    }
    why
}

impl MutantsReport {
    /// Whether it earns anything: its own variant passes, and a mutant is killed. Inconclusive when
    /// the own variant is.
    pub fn verdict(&self) -> Verdict {
        match &self.own.not_passed {
            Some(run) => run.verdict,
            None if self.killed > 0 => Verdict::Pass,
            None => Verdict::Fail,
        }
    }
}

/// The grade, human-readable, in lines of at most `width` columns (at least 40); commands are whole.
pub fn render_mutants(report: &MutantsReport, width: usize) -> String {
    let MutantsReport { scenario, lab, seeds, own, killed, of, mutants } = report;
    let width = width.max(LEAST_WIDTH);
    let head = format!("{scenario} kills {killed} of {of} mutants of {lab} under seeds {seeds}");
    let mut lines = hang("", &head, width);
    let passed = format!("{} passes {} of {} seeds", own.variant, own.passed, own.of);
    lines.extend(hang("  ", &passed, width));
    if let Some(NotPassed { seed, verdict, why, command }) = &own.not_passed {
        let why = format!("seed {seed} is {verdict}: {}", why.join("; "));
        lines.extend(hang("  ", &why, width));
        lines.extend([format!("  {command}"), String::new()]);
        let nothing = "A scenario kills nothing unless its own variant passes under every seed.";
        lines.extend(hang("", nothing, width));
        return lines.join("\n") + "\n";
    }
    let longest = mutants.iter().map(|mutant| mutant.name.len()).max().unwrap_or(0);
    lines.push(String::new());
    for mutant in mutants {
        let (mark, what) = match &mutant.kill {
            Some(Kill { seed, expectation, measured }) => {
                let shown = if measured.is_empty() { "violated" } else { measured };
                ('✓', format!("seed {seed}: {expectation}: {shown}"))
            }
            None => ('✗', format!("survives: {}", mutant.survives)),
        };
        lines.extend(hang(&format!("  {mark} {:longest$}  ", mutant.name), &what, width));
        if mutant.kill.is_none() {
            let indent = format!("    {:longest$}  ", "");
            let does = format!("{}; it breaks {}", mutant.summary, mutant.breaks);
            lines.extend(hang(&indent, &does, width));
            lines.push(format!("{indent}{}", mutant.command));
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use netsplit_scenario::Mutant;

    use super::*;
    use crate::sweep::testing::{fails, inconclusive, panics, passes};

    const VARIANT: Variant = Variant {
        name: "no-fsync",
        summary: "Votes are not synced",
        fills: Vec::new(),
        params: &[],
        mutant: Some(Mutant { breaks: "linearizable", shown_by: "power-loss" }),
    };

    fn seeded(entries: Vec<Entry>) -> Vec<Entry> {
        (1..).zip(entries).map(|(seed, entry)| Entry { seed, ..entry }).collect()
    }

    fn result(entries: Vec<Entry>) -> MutantResult {
        let own = seeded(vec![passes(); entries.len()]);
        let command = |seed| format!("netsplit run my.toml --seed {seed}");
        MutantResult::of(&VARIANT, &own, &seeded(entries), command)
    }

    fn different(entry: Entry) -> Entry {
        Entry { fingerprint: "another".into(), ..entry }
    }

    #[test]
    fn a_violated_expectation_kills_and_nothing_else_does() {
        let killed = result(vec![passes(), different(fails())]);
        assert_eq!(killed.kill.map(|kill| kill.seed), Some(2));
        for (runs, why) in [
            (vec![passes(), passes()], "event for event"),
            (vec![passes(), different(passes())], "no expectation notices"),
            (vec![passes(), different(panics())], "1 of them ended in a panic"),
            (vec![different(inconclusive())], "1 of them could not be decided"),
        ] {
            let survivor = result(runs);
            assert!(survivor.kill.is_none(), "{why}");
            assert!(survivor.survives.contains(why), "{}", survivor.survives);
        }
    }

    fn report(own: &[Entry], mutants: Vec<MutantResult>) -> MutantsReport {
        let own = OwnRuns::of("reference", own, |seed| format!("netsplit run a --seed {seed}"));
        let killed = mutants.iter().filter(|mutant| mutant.kill.is_some()).count();
        let (scenario, lab, seeds) = ("my.toml".into(), "raft".into(), "1..=2".into());
        MutantsReport { scenario, lab, seeds, own, killed, of: mutants.len(), mutants }
    }

    #[test]
    fn a_report_names_survivors_and_how_they_differ() {
        let mutants = vec![result(vec![different(fails())]), result(vec![passes(), passes()])];
        let report = report(&seeded(vec![passes(), passes()]), mutants);
        assert_eq!(report.verdict(), Verdict::Pass);
        insta::assert_snapshot!(render_mutants(&report, 100));
    }

    #[test]
    fn a_scenario_that_right_code_fails_earns_nothing() {
        let failing = report(&seeded(vec![passes(), fails()]), Vec::new());
        assert_eq!(failing.verdict(), Verdict::Fail);
        insta::assert_snapshot!(render_mutants(&failing, 100));
        assert_eq!(report(&[inconclusive()], Vec::new()).verdict(), Verdict::Inconclusive);
        assert_eq!(report(&[passes()], Vec::new()).verdict(), Verdict::Fail, "none is killed");
    }
}
