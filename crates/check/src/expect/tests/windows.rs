use std::time::Duration;

use netsplit_history::{ActionRecord, Series, Status};
use netsplit_scenario::{Comparison::Equal, Ended, Metric, Quantity, WindowName};

use super::super::testing::{at, fault, request, sentence, steady, steady_but};
use super::super::*;
use super::*;

#[test]
fn requests_of_the_warm_up_are_not_measured() {
    let run = steady_but(0.0, 5.0, Status::Failed);
    assert_eq!(finding(&run, availability(1.0, WindowName::Overall)).verdict, Verdict::Pass);
    let span = WindowName::Span(at(0.0), at(6.0));
    assert_eq!(finding(&run, availability(1.0, span)).verdict, Verdict::Pass);
}

#[test]
fn an_empty_window_is_inconclusive_and_says_why() {
    let run = steady();
    let found = finding(&run, availability(0.5, WindowName::Span(at(0.0), at(4.0))));
    assert_eq!((found.verdict, found.observed), (Verdict::Inconclusive, None));
    assert_eq!(found.why, "the window has no measured time");
    let found = finding(&run, availability(0.5, during("ghost")));
    assert_eq!(found.why, "fault `ghost` never struck");
    assert_eq!(found.verdict, Verdict::Inconclusive);
}

#[test]
fn a_window_without_requests_is_inconclusive() {
    let mut run = steady();
    run.operations.retain(|op| op.intended < at(10.0) || op.intended >= at(20.0));
    let silent = WindowName::Span(at(11.0), at(19.0));
    let zero_rate = sentence(
        Metric::RejectedRate(Ended::All.into()),
        Equal,
        Quantity::Share(0.0),
        silent.clone(),
    );
    let found = finding(&run, zero_rate);
    assert_eq!(found.verdict, Verdict::Inconclusive);
    assert_eq!(found.why, "no request in this window");
    let mut counted = run.clone();
    counted.series.insert("stale".into(), Series::default());
    let stale = sentence(Metric::lab("stale"), Equal, Quantity::Number(0.0), silent);
    assert_eq!(finding(&counted, stale).verdict, Verdict::Inconclusive);
}

#[test]
fn windows_mean_what_the_design_says() {
    let mut run = steady();
    run.faults = vec![
        fault("cut", &[(10.0, 12.0), (14.0, 16.0)]),
        fault("crash", &[(20.0, 21.0)]),
        fault("last", &[(30.0, 36.0)]),
    ];
    let spans = |name: WindowName| -> Vec<(f64, f64)> {
        let window = resolve(&name, &run, Duration::from_secs(2));
        let seconds = |(from, to): &(netsplit_history::Time, netsplit_history::Time)| {
            (from.as_secs_f64(), to.as_secs_f64())
        };
        window.spans().iter().map(seconds).collect()
    };
    let before = |name: &str| WindowName::Before(name.into());
    assert_eq!(spans(WindowName::Overall), [(5.0, 35.0)]);
    assert_eq!(spans(before("cut")), [(5.0, 10.0)]);
    assert_eq!(spans(before("crash")), [(5.0, 20.0)]);
    assert_eq!(spans(during("cut")), [(10.0, 12.0), (14.0, 16.0)]);
    assert_eq!(spans(during("last")), [(30.0, 35.0)]);
    assert_eq!(spans(after("cut")), [(16.0, 20.0)]);
    assert_eq!(spans(after("crash")), [(21.0, 30.0)]);
    assert_eq!(spans(after("last")), []);
    assert_eq!(spans(after("ghost")), []);
    assert_eq!(spans(WindowName::OutsideFaults), [(5.0, 10.0), (18.0, 20.0), (23.0, 30.0)]);
    assert_eq!(spans(WindowName::Span(at(1.0), at(7.0))), [(5.0, 7.0)]);
}

#[test]
fn windows_of_an_action_follow_when_it_was_asked_and_obeyed() {
    let mut run = steady();
    let action = |name: &str, asked, obeyed| ActionRecord {
        name: name.into(),
        what: "join 2".into(),
        asked,
        obeyed,
        why: String::new(),
    };
    run.actions = vec![
        action("join", Some(at(10.0)), Some(at(12.0))),
        action("again", Some(at(15.0)), None),
        action("never", None, None),
    ];
    run.faults = vec![fault("cut", &[(20.0, 21.0)])];
    let window = |name: WindowName| resolve(&name, &run, Duration::ZERO);
    let span = |from, to| netsplit_history::Window::span(at(from), at(to));
    let before = |name: &str| WindowName::Before(name.into());
    assert_eq!(window(before("join")), span(5.0, 10.0));
    assert_eq!(window(during("join")), span(10.0, 12.0));
    assert_eq!(window(after("join")), span(12.0, 20.0));
    assert_eq!(window(during("again")), span(15.0, 35.0));
    assert!(window(after("again")).is_empty() && window(before("never")).is_empty());
    let found = finding(&run, availability(0.5, during("never")));
    assert_eq!(found.why, "action `never` was never asked");
    let findings = evaluate(&scenario(Vec::new()), &run, &|_, _| None);
    assert_eq!(
        (findings.verdict, findings.reasons),
        (
            Verdict::Inconclusive,
            vec![
                "action `again` (join 2) was asked at 15s and never obeyed".to_owned(),
                "action `never` (join 2) was never asked".to_owned(),
            ]
        )
    );
}

#[test]
fn a_request_belongs_to_the_window_of_its_intended_time() {
    let mut run = steady();
    run.operations =
        vec![request("get", at(9.99), Status::Failed), request("get", at(10.0), Status::Ok)];
    run.operations[0].finished = at(10.5);
    run.faults = vec![fault("cut", &[(10.0, 12.0)])];
    assert_eq!(finding(&run, availability(1.0, during("cut"))).verdict, Verdict::Pass);
}
