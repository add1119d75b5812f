use std::sync::Arc;

use netsplit_history::{ActionRecord, Crash, Run, Sample, Touched};
use netsplit_scenario::Scenario;

use super::*;
use crate::testing::{at, cut, report_of};

fn rendered(scenario: &Scenario, run: &Run, width: usize, colour: bool) -> String {
    let timeline = Timeline::new(run, timeline_columns(width));
    render(&report_of(scenario, run), &timeline, width, colour)
}

#[test]
fn a_run_at_eighty_columns() {
    let (scenario, run) = cut();
    insta::assert_snapshot!(rendered(&scenario, &run, 80, false));
}

#[test]
fn a_crash_and_an_idle_fault_are_told_before_the_verdict() {
    let (mut scenario, mut run) = cut();
    scenario.verdict.expect.clear();
    scenario.verdict.sweep.clear();
    run.faults[0].touched = Touched::default();
    run.faults[0].affected_nodes.clear();
    run.crashes.push(Crash {
        at: at(12.0),
        node: "n2".into(),
        message: "index out of bounds: the len is 3 but the index is 3".into(),
        place: "labs/quorum-kv/src/replica.rs:112:9".into(),
    });
    let text = rendered(&scenario, &run, 80, false);
    let end = text.find("Besides").unwrap();
    insta::assert_snapshot!(&text[end..]);
}

#[test]
fn actions_are_told_with_the_times_at_which_they_were_asked_and_obeyed() {
    let (scenario, mut run) = cut();
    let action = |name: &str, asked, obeyed, why: &str| ActionRecord {
        name: name.into(),
        what: "leave n3".into(),
        asked,
        obeyed,
        why: why.into(),
    };
    run.actions = vec![
        action("bye", Some(at(12.0)), Some(at(15.25)), ""),
        action("again", Some(at(40.0)), None, ""),
        action("refused", Some(at(41.0)), None, "n3 is no member"),
        action("never", None, None, "the event moved never came"),
    ];
    let text = rendered(&scenario, &run, 80, false);
    let part = |from: &str, to: &str| &text[text.find(from).unwrap()..text.find(to).unwrap()];
    insta::assert_snapshot!(
        [part("\nOver time", "\nFaults"), part("\nActions", "\nNetwork")].concat()
    );
}

#[test]
fn an_empty_run_has_no_numbers() {
    let (scenario, run) = cut();
    let empty = Run { warmup: run.warmup, duration: run.duration, ..Run::default() };
    insta::assert_snapshot!(rendered(&scenario, &empty, 80, false));
}

#[test]
fn long_names_stay_inside_the_page() {
    let (mut scenario, mut run) = cut();
    let long = "a-name-that-somebody-thought-was-a-good-idea-".repeat(4);
    scenario.title = long.clone();
    scenario.variant = long.clone();
    scenario.overrides = vec![long.clone(); 3];
    for expectation in &mut scenario.verdict.expect {
        expectation.text = long.clone();
    }
    scenario.verdict.sweep[0].text = long.clone();
    run.faults[0].name = long.clone();
    run.faults[0].affected_nodes = (0..100).map(|n| format!("n{n}")).collect();
    run.operations[5000].op = long.as_str().into();
    run.measured.insert(long.clone(), 1e300);
    let name: Arc<str> = long.as_str().into();
    run.observed
        .insert(name, vec![Sample { at: at(10.0), host: 0, value: run.operations[0].latency() }]);
    for width in [20, 80, 81, 132] {
        for line in rendered(&scenario, &run, width, false).lines() {
            assert!(text::width(line) <= width.max(80), "{width}: {line}");
        }
    }
}

#[test]
fn colour_changes_nothing_but_the_colour() {
    let (scenario, run) = cut();
    let plain = rendered(&scenario, &run, 80, false);
    let coloured = rendered(&scenario, &run, 80, true);
    assert!(!plain.contains('\x1b'));
    assert!(coloured.contains("\x1b[1;31m"));
    let mut bleached = String::new();
    let mut parts = coloured.split('\x1b');
    bleached += parts.next().unwrap();
    for part in parts {
        bleached += part.split_once('m').unwrap().1;
    }
    assert_eq!(bleached, plain);
}

#[test]
fn the_verdict_is_the_last_line() {
    let (scenario, run) = cut();
    let text = rendered(&scenario, &run, 80, false);
    let last = text.lines().last().unwrap();
    assert_eq!(last, "FAIL: 1 of 5 expectations not met, 1 of 5 expectations undecided");
}

#[test]
fn the_timeline_of_a_witness_keeps_its_lines() {
    let (scenario, run) = cut();
    let mut report = report_of(&scenario, &run);
    report.expectations[0].why =
        "a read came late\n  client 1  |-write-|\n  client 2    |-read-|".into();
    let text = render(&report, &Timeline::new(&run, timeline_columns(80)), 80, false);
    let lines: Vec<_> = text.lines().collect();
    let first = lines.iter().position(|line| line.contains("client 1  |-write-|"));
    let first = first.expect("the witness is shown");
    assert!(lines[first - 1].ends_with("a read came late"), "{text}");
    assert!(lines[first + 1].contains("  client 2    |-read-|"), "{text}");
}
