use std::time::Duration;

use netsplit_history::{Aggregate, Series, Status};
use netsplit_scenario::{
    Comparison::{AtMost, Equal},
    Metric, Population, Quantity, Statistic, WindowName,
};

use super::super::testing::{at, sentence, steady, steady_but};
use super::super::*;
use super::*;

#[test]
fn availability_is_decided_and_tells_what_was_observed() {
    let run = steady_but(10.0, 13.0, Status::TimedOut);
    let good = finding(&run, availability(0.9, WindowName::Overall));
    assert_eq!((good.verdict, good.observed), (Verdict::Pass, Some(Quantity::Share(0.9))));
    assert_eq!(good.line, Some(1));
    let bad = finding(&run, availability(0.91, WindowName::Overall));
    assert_eq!((bad.verdict, bad.shown.as_deref()), (Verdict::Fail, Some("90.00%")));
}

#[test]
fn a_percentile_without_samples_is_inconclusive() {
    let run = steady_but(0.0, 35.0, Status::Failed);
    let found = finding(&run, percentile(99.0, Population::Successful, 40.0));
    assert_eq!(found.verdict, Verdict::Inconclusive);
    assert_eq!(found.why, "no successful request in this window");
    let found = finding(&run, percentile(99.0, Population::All, 40.0));
    assert_eq!(found.verdict, Verdict::Pass);
    let found = finding(&run, percentile(99.0, Population::Observed("lag".into()), 40.0));
    assert_eq!(found.why, "no `lag` in this window");
}

#[test]
fn an_operation_that_nobody_asked_for_is_inconclusive() {
    let mut run = steady();
    run.operations[3000].op = "put".into();
    let put = percentile(50.0, Population::Operation("put".into()), 40.0);
    assert_eq!(finding(&run, put).verdict, Verdict::Pass);
    let cas = finding(&run, percentile(50.0, Population::Operation("cas".into()), 40.0));
    assert_eq!(
        (cas.verdict, cas.why.as_str()),
        (Verdict::Inconclusive, "no `cas` request in this window")
    );
}

#[test]
fn few_samples_beyond_a_percentile_are_told_but_still_decided() {
    let run = steady();
    let p99 = finding(&run, percentile(99.0, Population::Successful, 40.0));
    assert_eq!((p99.verdict, p99.why.as_str()), (Verdict::Pass, ""));
    let p999 = finding(&run, percentile(99.9, Population::Successful, 5.0));
    assert_eq!(p999.verdict, Verdict::Fail);
    assert_eq!(p999.why, "few samples: 3 of 3000 lie beyond it");
}

#[test]
fn latency_of_all_counts_a_time_out_at_its_time_out() {
    let mut run = steady_but(10.0, 11.0, Status::TimedOut);
    let late = run.operations.iter_mut().filter(|op| op.status == Status::TimedOut);
    late.for_each(|op| op.finished = op.intended + Duration::from_secs(1));
    assert_eq!(
        finding(&run, percentile(99.0, Population::Successful, 40.0)).verdict,
        Verdict::Pass
    );
    let all = finding(&run, percentile(99.0, Population::All, 40.0));
    assert_eq!((all.verdict, all.observed), (Verdict::Fail, Some(Quantity::Nanos(1e9))));
}

#[test]
fn rejections_leave_the_admitted_alone() {
    let run = steady_but(5.0, 20.0, Status::Rejected);
    let of = |population| {
        sentence(Metric::Availability(population), Equal, Quantity::Share(1.0), WindowName::Overall)
    };
    assert_eq!(finding(&run, of(Population::Admitted)).verdict, Verdict::Pass);
    assert_eq!(finding(&run, of(Population::All)).verdict, Verdict::Fail);
    let rate = Metric::RejectedRate(Population::All);
    let rate = finding(&run, sentence(rate, Equal, Quantity::Share(0.5), WindowName::Overall));
    assert_eq!(rate.verdict, Verdict::Pass);
}

#[test]
fn throughput_counts_successes_per_second_of_the_window() {
    let run = steady_but(5.0, 20.0, Status::Failed);
    let rate = sentence(
        Metric::Throughput(Population::All),
        Equal,
        Quantity::PerSecond(50.0),
        WindowName::Overall,
    );
    assert_eq!(finding(&run, rate).observed, Some(Quantity::PerSecond(50.0)));
}

#[test]
fn observed_distributions_are_measured_in_their_window() {
    let mut run = steady();
    let lag = (1..=100).map(|i| (at(10.0), Duration::from_millis(i)));
    let warm = [(at(1.0), Duration::from_secs(9))];
    run.observed.insert("lag".into(), lag.chain(warm).collect());
    let metric = Metric::Latency(Statistic::Max, Population::Observed("lag".into()));
    let max = sentence(metric, AtMost, Quantity::Nanos(100e6), WindowName::Overall);
    assert_eq!(finding(&run, max).verdict, Verdict::Pass);
}

#[test]
fn lab_numbers_come_from_series_and_measures() {
    let mut run = steady();
    let points = vec![(at(1.0), 5.0), (at(12.0), 2.0), (at(20.0), 1.0)];
    let counter = Series { aggregate: Aggregate::Sum, points };
    run.series.insert("stale".into(), counter);
    run.measured.insert("share".into(), 0.25);
    let lab = |name: &str, value, window| {
        let value = Quantity::Number(value);
        finding(&run, sentence(Metric::Lab(name.into()), Equal, value, window))
    };
    assert_eq!(lab("stale", 3.0, WindowName::Overall).verdict, Verdict::Pass);
    let span = WindowName::Span(at(15.0), at(25.0));
    assert_eq!(lab("stale", 1.0, span.clone()).verdict, Verdict::Pass);
    assert_eq!(lab("share", 0.25, WindowName::Overall).verdict, Verdict::Pass);
    assert_eq!(lab("share", 0.25, span).verdict, Verdict::Inconclusive);
    let absent = lab("hints", 0.0, WindowName::Overall);
    assert_eq!(absent.verdict, Verdict::Inconclusive);
    assert_eq!(absent.why, "the lab recorded no `hints` in this run");
}

#[test]
fn a_percentile_is_compared_as_it_is_printed() {
    // The histogram gives 40.009 ms for 40 ms when longer ones follow.
    let mut run = steady();
    for (i, op) in run.operations.iter_mut().enumerate() {
        let millis = if i % 2 == 0 { 40 } else { 80 };
        op.finished = op.intended + Duration::from_millis(millis);
    }
    let metric = Metric::Latency(Statistic::Percentile(25.0), Population::All);
    let p25 = sentence(metric, Equal, Quantity::Nanos(40e6), WindowName::Overall);
    assert_eq!(finding(&run, p25).verdict, Verdict::Pass);
}
