//! A sweep as a Markdown page, for the summary of a CI job.

use std::fmt::Write;

use netsplit_check::{Verdict, show};
use netsplit_scenario::{Quantity, visible_lines};

use super::criterion::CriterionKind;
use super::expectations::ExpectationTally;
use super::terminal::{conclusion, interval};
use super::{ScenarioSummary, Summary};

/// Commands per criterion; the JSON has all.
const COMMANDS: usize = 20;

/// The summary as Markdown.
pub fn sweep_to_markdown(summary: &Summary) -> String {
    let mut page = format!("## netsplit verify: {}\n\n", conclusion(summary));
    if let Some(why) = &summary.cut_short {
        page += &format!(
            "Cut short ({}): {} of {} runs were done.\n\n",
            cell(why),
            summary.run,
            summary.planned
        );
    }
    page += "| scenario | verdict | passed | 95% interval | p99 |\n|---|---|---|---|---|\n";
    for scenario in &summary.scenarios {
        page += &row(scenario);
    }
    let open = |scenario: &&ScenarioSummary| scenario.verdict != Verdict::Pass;
    for scenario in summary.scenarios.iter().filter(open) {
        detail(scenario, &mut page);
    }
    visible_lines(&page).into_owned()
}

fn row(scenario: &ScenarioSummary) -> String {
    let rate = &scenario.pass_rate;
    let p99 = scenario.latency_ms.p99;
    format!(
        "| {} | {} | {} of {} | {} | {} |\n",
        cell(&scenario.scenario),
        word(scenario.verdict),
        rate.passed,
        rate.run(),
        interval(rate),
        p99.map_or(String::new(), |p99| show(Quantity::Nanos(p99 * 1e6))),
    )
}

fn detail(scenario: &ScenarioSummary, page: &mut String) {
    let mut line = |text: &str| writeln!(page, "{text}").expect("a string takes it");
    line(&format!("\n### {}\n", cell(&scenario.scenario)));
    let criteria = scenario.criteria.iter();
    for criterion in criteria.filter(|criterion| criterion.verdict != Verdict::Pass) {
        let why = [criterion.observed.as_str(), criterion.why.as_str()];
        let why: Vec<_> = why.into_iter().filter(|why| !why.is_empty()).map(cell).collect();
        line(&format!(
            "- {} {}: {}",
            word(criterion.verdict),
            cell(&criterion.text),
            why.join("; ")
        ));
        if criterion.kind == CriterionKind::PassRate {
            let expectations = scenario.expectations.iter();
            for failure in expectations.filter_map(ExpectationTally::describe) {
                line(&format!("  - {}", cell(&failure)));
            }
        }
    }
    let mut commands: Vec<&String> = Vec::new();
    for criterion in scenario.criteria.iter().filter(|criterion| criterion.verdict != Verdict::Pass)
    {
        commands.extend(criterion.commands.iter());
    }
    commands.dedup();
    if !commands.is_empty() {
        line("\n```sh");
        commands.iter().take(COMMANDS).for_each(|command| line(command));
        if commands.len() > COMMANDS {
            line(&format!("# and {} more", commands.len() - COMMANDS));
        }
        line("```");
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✅ pass",
        Verdict::Fail => "❌ fail",
        Verdict::Inconclusive => "❔ inconclusive",
    }
}

/// Text escaped for a table or a list.
fn cell(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            '\n' | '\r' => plain.push(' '),
            '|' | '*' | '_' | '`' | '<' | '&' | '~' | '[' | ']' | '!' | '\\' => {
                plain.push('\\');
                plain.push(c);
            }
            _ => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::testing::{entries, fails, passes, plan, planned};

    #[test]
    fn a_page() {
        let plan = plan(3, vec![planned("lab/a"), planned("lab/b|c")]);
        let runs = vec![passes(), passes(), passes(), passes(), fails()];
        let all = entries(&plan, runs);
        let summary = Summary::of(&plan, &all, Some("time limit of 10m")).unwrap();
        insta::assert_snapshot!(sweep_to_markdown(&summary));
    }
}
