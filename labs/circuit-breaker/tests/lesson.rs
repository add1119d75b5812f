//! The table of measurements in the lesson is what its commands measure.

mod support;

use std::collections::BTreeMap;

use netsplit_check::{measure, show};
use netsplit_lab_circuit_breaker::CircuitBreakerLab;
use netsplit_scenario::Sentence;
use netsplit_sim::Lab;
use support::{run, scenario};

/// `netsplit run circuit-breaker/NAME --variant V --set K=V` as (NAME, overrides).
fn command(text: &str) -> (String, Vec<String>) {
    let mut words = text.split_whitespace().skip(2);
    let name = words.next().and_then(|path| path.strip_prefix("circuit-breaker/"));
    let mut set = Vec::new();
    while let (Some(flag), Some(value)) = (words.next(), words.next()) {
        match flag {
            "--variant" => set.push(format!("variant={value}")),
            "--set" => set.push(value.to_owned()),
            _ => panic!("what is {flag} in `{text}`?"),
        }
    }
    (name.expect("a scenario of this lab").to_owned(), set)
}

/// Any sentence about `metric`, which may end in a window.
fn sentence_about(metric: &str, told: &str) -> String {
    let (metric, window) = metric.split_once(' ').unwrap_or((metric, ""));
    let bound = match told {
        _ if told.ends_with('s') => "1s",
        _ if told.ends_with('%') => "1%",
        _ => "1",
    };
    format!("{metric} > {bound} {window}")
}

#[test]
fn the_lesson_tells_what_its_commands_measure() {
    let mut runs = BTreeMap::new();
    let lesson = CircuitBreakerLab.lesson();
    for line in lesson.lines().filter(|line| line.starts_with("| `netsplit run")) {
        let cells: Vec<_> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [_, run_it, metric, told, _] = cells[..] else {
            panic!("not three cells: {line}");
        };
        let (name, mut set) = command(run_it);
        set.push(format!("verdict.expect=[{:?}]", sentence_about(metric, told)));
        let set: Vec<_> = set.iter().map(String::as_str).collect();
        let scenario = scenario(&name, &set);
        let run = runs.entry(run_it).or_insert_with(|| run(&scenario, 1));
        let Sentence::Metric { metric, window, .. } = &scenario.verdict.expect[0].sentence else {
            panic!("no metric: {line}");
        };
        let measured = measure(metric, window, &scenario, run).expect("something to measure");
        assert_eq!(show(measured.value), told, "{line}");
    }
    assert!(runs.len() >= 10, "only {} commands", runs.len());
}
