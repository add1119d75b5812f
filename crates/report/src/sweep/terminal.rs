//! A sweep in a terminal, at 40 columns or more. Commands are never wrapped, so that they can be copied.

use netsplit_check::{Verdict, show};
use netsplit_scenario::{Quantity, visible};

use super::criterion::{Criterion, CriterionKind};
use super::pass_rate::PassRate;
use super::{NotRun, ScenarioSummary, Summary};
use crate::terminal::LEAST_WIDTH;
use crate::terminal::paint::Paint;
use crate::terminal::text::{table, wrap};

/// Commands per scenario; further seeds are listed after them.
const COMMANDS: usize = 5;

/// The summary as text, in lines of at most `width` columns (at least 40) except for commands.
pub fn render_sweep(summary: &Summary, width: usize, colour: bool) -> String {
    let mut page =
        Page { text: String::new(), width: width.max(LEAST_WIDTH), paint: Paint { colour } };
    let scenarios = plural(summary.scenarios.len(), "scenario");
    let runs = plural(summary.planned, "run");
    page.hang("", &format!("{scenarios}, seeds {}: {runs}", summary.seeds));
    page.line("");
    let mut rows =
        vec![["scenario", "verdict", "passed", "95% interval", "p99"].map(String::from).to_vec()];
    rows.extend(summary.scenarios.iter().map(row));
    let lines = table(&rows, page.width);
    for line in lines {
        page.line(&line);
    }
    for scenario in &summary.scenarios {
        page.scenario(scenario);
    }
    page.cut_short(summary);
    for bug in &summary.bugs {
        page.line("");
        page.hang("! ", &format!("a bug of netsplit; please report it: {bug}"));
    }
    page.line("");
    let verdict = page.word(summary.verdict, &summary.verdict.to_string().to_uppercase());
    page.line(&format!("{verdict}: {}", conclusion(summary)));
    page.text
}

/// The outcomes of the scenarios, in a sentence.
pub fn conclusion(summary: &Summary) -> String {
    let all = summary.scenarios.len();
    let counts = [
        (Verdict::Fail, "failed"),
        (Verdict::Inconclusive, "inconclusive"),
        (Verdict::Pass, "passed"),
    ];
    let parts: Vec<_> = counts
        .iter()
        .map(|(verdict, word)| (summary.count(*verdict), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    format!("of {}, {}", plural(all, "scenario"), parts.join(", "))
}

/// The 95% interval of a pass rate.
pub fn interval(rate: &PassRate) -> String {
    let percent = |share: f64| match share {
        0.0 | 1.0 => format!("{:.0}%", share * 100.0),
        _ => format!("{:.1}%", share * 100.0),
    };
    rate.interval
        .map_or(String::new(), |(low, high)| format!("{} to {}", percent(low), percent(high)))
}

fn row(scenario: &ScenarioSummary) -> Vec<String> {
    let p99 = scenario.latency_ms.p99;
    vec![
        scenario.scenario.clone(),
        scenario.verdict.to_string(),
        format!("{}/{}", scenario.pass_rate.passed, scenario.pass_rate.run()),
        interval(&scenario.pass_rate),
        p99.map_or(String::new(), |p99| show(Quantity::Nanos(p99 * 1e6))),
    ]
}

fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

struct Page {
    text: String,
    width: usize,
    paint: Paint,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text += line.trim_end();
        self.text.push('\n');
    }

    /// `text` wrapped behind `mark`, its further lines indented as far.
    fn hang(&mut self, mark: &str, text: &str) {
        let indent = mark.chars().count();
        for (index, line) in wrap(text, self.width - indent).into_iter().enumerate() {
            let before = if index == 0 { mark } else { "" };
            self.line(&format!("{before:indent$}{line}"));
        }
    }

    fn word(&self, verdict: Verdict, text: &str) -> String {
        match verdict {
            Verdict::Pass => self.paint.good(text),
            Verdict::Fail => self.paint.bad(text),
            Verdict::Inconclusive => self.paint.open(text),
        }
    }

    /// Details about a scenario; none for one that simply passes.
    fn scenario(&mut self, scenario: &ScenarioSummary) {
        let simple = |criterion: &&Criterion| {
            let rate = criterion.kind == CriterionKind::PassRate;
            rate && criterion.verdict == Verdict::Pass && scenario.not_passed.is_empty()
        };
        let mut criteria =
            scenario.criteria.iter().filter(|criterion| !simple(criterion)).peekable();
        if criteria.peek().is_none() {
            return;
        }
        self.line("");
        let heading = self.paint.heading(&visible(&scenario.scenario));
        self.line(&heading);
        for criterion in criteria {
            self.criterion(criterion);
            if criterion.kind == CriterionKind::PassRate {
                self.expectations(scenario);
                self.not_passed(scenario);
            }
        }
    }

    /// The expectations that did not hold.
    fn expectations(&mut self, scenario: &ScenarioSummary) {
        for tally in &scenario.expectations {
            let Some(mut line) = tally.describe() else {
                continue;
            };
            if let Some(worst) = &tally.worst {
                let shown = if worst.shown.is_empty() { &worst.why } else { &worst.shown };
                let shown = shown.lines().next().unwrap_or_default();
                let colon = if shown.is_empty() { "" } else { ": " };
                line += &format!("; worst at seed {}{colon}{shown}", worst.seed);
            }
            self.hang("    - ", &line);
        }
    }

    fn criterion(&mut self, criterion: &Criterion) {
        let mut line = format!("{}: {}", criterion.text, criterion.observed);
        if !criterion.why.is_empty() {
            line += &format!("; {}", criterion.why.trim());
        }
        let mark = match criterion.verdict {
            Verdict::Pass => "  ✓ ",
            Verdict::Fail => "  ✗ ",
            Verdict::Inconclusive => "  ? ",
        };
        let painted = self.word(criterion.verdict, mark);
        let from = self.text.len();
        self.hang(mark, &line);
        self.text.replace_range(from..from + mark.len(), &painted);
        let own_runs =
            matches!(criterion.kind, CriterionKind::PassRate | CriterionKind::Regression);
        if criterion.verdict != Verdict::Pass && !own_runs {
            criterion
                .commands
                .iter()
                .take(1)
                .for_each(|command| self.line(&format!("    {command}")));
        }
    }

    /// The runs that did not pass: reasons other than expectations, and commands.
    fn not_passed(&mut self, scenario: &ScenarioSummary) {
        let mut reasons: Vec<(&str, usize)> = Vec::new();
        let texts: Vec<&str> =
            scenario.expectations.iter().map(|tally| tally.text.as_str()).collect();
        let whys = scenario.not_passed.iter().flat_map(|run| &run.why);
        for why in whys.filter(|why| !texts.iter().any(|text| why.starts_with(text))) {
            match reasons.iter_mut().find(|(known, _)| known == why) {
                Some((_, count)) => *count += 1,
                None => reasons.push((why, 1)),
            }
        }
        for (why, count) in reasons.iter().take(COMMANDS) {
            let times = if *count == 1 { String::new() } else { format!(" ({count} runs)") };
            self.hang("    - ", &format!("{why}{times}"));
        }
        let worst = |seed: &u64| scenario.worst_seeds.iter().position(|worst| worst == seed);
        let mut runs: Vec<_> = scenario.not_passed.iter().collect();
        runs.sort_by_key(|run| worst(&run.seed).unwrap_or(usize::MAX));
        for run in runs.iter().take(COMMANDS) {
            self.line(&format!("    {}", run.command));
        }
        let more: Vec<_> = runs.iter().skip(COMMANDS).map(|run| run.seed.to_string()).collect();
        if !more.is_empty() {
            self.hang("    ", &format!("and likewise with --seed {}", more.join(", ")));
        }
    }

    fn cut_short(&mut self, summary: &Summary) {
        let Some(why) = &summary.cut_short else {
            return;
        };
        self.line("");
        let missing = summary.planned - summary.run;
        self.hang(
            "",
            &format!("Cut short ({why}): {missing} of {} runs were not done:", summary.planned),
        );
        for scenario in &summary.scenarios {
            for not_run in &scenario.not_run {
                self.hang("  ", &format!("{} {}", scenario.scenario, describe(not_run)));
            }
        }
    }
}

/// `reference: seeds 3 to 17, 20`.
fn describe(not_run: &NotRun) -> String {
    let mut seeds = not_run.seeds.clone();
    seeds.sort_unstable();
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for seed in seeds {
        match spans.last_mut() {
            Some(span) if span.1.checked_add(1) == Some(seed) => span.1 = seed,
            _ => spans.push((seed, seed)),
        }
    }
    let spans = spans.iter().map(|(from, to)| match to - from {
        0 => from.to_string(),
        _ => format!("{from} to {to}"),
    });
    let spans: Vec<_> = spans.collect();
    format!("({}): seeds {}", not_run.variant, spans.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::testing::{entries, fails, inconclusive, passes, plan, planned};

    #[test]
    fn a_sweep_at_eighty_columns() {
        let mut caught = planned("lab/a-scenario-with-a-name-that-is-rather-long");
        caught.catches = vec!["naive".into()];
        caught.regressions = vec![2];
        let plan = plan(3, vec![planned("lab/calm"), caught, planned("lab/c")]);
        let own = vec![passes(), fails(), inconclusive()];
        let naive = vec![passes(), fails(), passes()];
        let calm = vec![passes(), passes(), passes()];
        let runs = calm.into_iter().chain(own).chain(naive).chain([passes()]).collect();
        let all = entries(&plan, runs);
        let summary = Summary::of(&plan, &all, Some("--time-limit 10m")).unwrap();
        let text = render_sweep(&summary, 80, false);
        let prose = text.lines().filter(|line| !line.contains("netsplit run"));
        let widest = prose.map(|line| line.chars().count()).max();
        assert!(widest <= Some(80), "{text}");
        insta::assert_snapshot!(text);
        let plain = render_sweep(&summary, 80, true).replace("\x1b[0m", "");
        let codes = ["\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[1;31m", "\x1b[33m"];
        let plain = codes.iter().fold(plain, |text, code| text.replace(code, ""));
        assert_eq!(plain, text, "colour adds nothing but colour");
    }
}
