use std::time::Duration;

use netsplit_history::{Aggregate, Sample, Series, Status};
use netsplit_scenario::{
    Comparison::{AtMost, Equal, Greater, Less},
    Ended, Metric, Population, Quantity, Requests, Statistic, WindowName,
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
    let found = finding(&run, percentile(99.0, Ended::Successful, 40.0));
    assert_eq!(found.verdict, Verdict::Inconclusive);
    assert_eq!(found.why, "no successful request in this window");
    let found = finding(&run, percentile(99.0, Ended::All, 40.0));
    assert_eq!(found.verdict, Verdict::Pass);
    let found = finding(&run, percentile(99.0, Population::observed("lag"), 40.0));
    assert_eq!(found.why, "no `lag` in this window");
}

#[test]
fn an_operation_that_nobody_asked_for_is_inconclusive() {
    let mut run = steady();
    run.operations[3000..3002].iter_mut().for_each(|operation| operation.op = "put".into());
    let put = percentile(50.0, operation("put"), 40.0);
    assert_eq!(finding(&run, put).verdict, Verdict::Pass);
    let cas = finding(&run, percentile(50.0, operation("cas"), 40.0));
    assert_eq!(
        (cas.verdict, cas.why.as_str()),
        (Verdict::Inconclusive, "no `cas` request in this window")
    );
}

#[test]
fn few_samples_beyond_a_percentile_are_told_but_still_decided() {
    let run = steady();
    let p99 = finding(&run, percentile(99.0, Ended::Successful, 40.0));
    assert_eq!((p99.verdict, p99.why.as_str()), (Verdict::Pass, ""));
    let p999 = finding(&run, percentile(99.9, Ended::Successful, 5.0));
    assert_eq!(p999.verdict, Verdict::Fail);
    assert_eq!(p999.why, "few samples: 3 of 3000 lie beyond it");
}

#[test]
fn a_percentile_passes_with_enough_samples_only() {
    // The last samples of the run, the latest of which took a second.
    let verdict = |p, comparison, bound_ms: f64, samples: usize| {
        let mut run = steady();
        run.operations.drain(..3500 - samples);
        let last = run.operations.last_mut().unwrap();
        last.finished = last.intended + Duration::from_secs(1);
        let metric = Metric::Latency(p, Ended::Successful.into());
        let bound = Quantity::Nanos(bound_ms * 1e6);
        finding(&run, sentence(metric, comparison, bound, WindowName::Overall))
    };
    let of = Statistic::Percentile;
    for (p, enough) in [(50.0, 2), (90.0, 10), (99.0, 100), (99.9, 1000), (1.0, 100), (25.0, 4)] {
        let less = |bound, samples| verdict(of(p), Less, bound, samples).verdict;
        let more = |bound, samples| verdict(of(p), Greater, bound, samples).verdict;
        assert_eq!(less(2000.0, enough), Verdict::Pass, "p{p}");
        assert_eq!(more(2000.0, enough), Verdict::Fail, "p{p}");
        assert_eq!(more(5.0, enough), Verdict::Pass, "p{p}");
        assert_eq!(less(5.0, enough), Verdict::Fail, "p{p}");
        assert_eq!(less(2000.0, enough - 1), Verdict::Inconclusive, "p{p}");
        assert_eq!(more(5.0, enough - 1), Verdict::Inconclusive, "p{p}");
        // What lies beyond the bound refutes it, however few there are.
        let refuted = if p < 50.0 { more(2000.0, enough - 1) } else { less(5.0, enough - 1) };
        assert_eq!(refuted, Verdict::Fail, "p{p}");
        let open = if p < 50.0 { less(5.0, enough - 1) } else { more(2000.0, enough - 1) };
        assert_eq!(open, Verdict::Inconclusive, "p{p}");
    }
    let few = verdict(of(99.0), Less, 2000.0, 30);
    assert_eq!(few.why, "30 samples cannot show a p99: that takes 100");
    assert_eq!(few.shown.as_deref(), Some("1.00s"));
    for statistic in [Statistic::Mean, Statistic::Max] {
        assert_eq!(verdict(statistic, Less, 2000.0, 1).verdict, Verdict::Pass);
    }
}

#[test]
fn a_share_of_slow_requests_takes_as_many_as_show_it() {
    // The last samples of the run, `slow` of which took a second.
    let verdict = |comparison, share, slow: usize, samples: usize| {
        let mut run = steady();
        run.operations.drain(..3500 - samples);
        let late = run.operations.iter_mut().rev().take(slow);
        late.for_each(|op| op.finished = op.intended + Duration::from_secs(1));
        let metric = Metric::Slower(at(0.1), Ended::Successful.into());
        finding(&run, sentence(metric, comparison, Quantity::Share(share), WindowName::Overall))
    };
    for (comparison, share, slow, samples, expected) in [
        (Less, 0.01, 0, 100, Verdict::Pass),
        (Less, 0.01, 0, 99, Verdict::Inconclusive),
        (Less, 0.01, 1, 50, Verdict::Fail),
        (Greater, 0.01, 0, 100, Verdict::Fail),
        (Greater, 0.01, 0, 99, Verdict::Inconclusive),
        (Greater, 0.99, 100, 100, Verdict::Pass),
        (Greater, 0.99, 99, 99, Verdict::Inconclusive),
        (Equal, 0.0, 0, 1, Verdict::Pass),
        (Equal, 1.0, 1, 1, Verdict::Pass),
    ] {
        let found = verdict(comparison, share, slow, samples);
        assert_eq!(found.verdict, expected, "{share} of {samples}, {slow} of them slow");
    }
    let few = verdict(Less, 0.01, 0, 50);
    assert_eq!(few.why, "50 samples cannot show a share of 1.00%: that takes 100");
}

#[test]
fn latency_of_all_counts_a_time_out_at_its_time_out() {
    let mut run = steady_but(10.0, 11.0, Status::TimedOut);
    let late = run.operations.iter_mut().filter(|op| op.status == Status::TimedOut);
    late.for_each(|op| op.finished = op.intended + Duration::from_secs(1));
    assert_eq!(finding(&run, percentile(99.0, Ended::Successful, 40.0)).verdict, Verdict::Pass);
    let all = finding(&run, percentile(99.0, Ended::All, 40.0));
    assert_eq!((all.verdict, all.observed), (Verdict::Fail, Some(Quantity::Nanos(1e9))));
}

#[test]
fn rejections_leave_the_admitted_alone() {
    let run = steady_but(5.0, 20.0, Status::Rejected);
    let of = |ended: Ended| {
        let metric = Metric::Availability(ended.into());
        sentence(metric, Equal, Quantity::Share(1.0), WindowName::Overall)
    };
    assert_eq!(finding(&run, of(Ended::Admitted)).verdict, Verdict::Pass);
    assert_eq!(finding(&run, of(Ended::All)).verdict, Verdict::Fail);
    let rate = Metric::RejectedRate(Ended::All.into());
    let rate = finding(&run, sentence(rate, Equal, Quantity::Share(0.5), WindowName::Overall));
    assert_eq!(rate.verdict, Verdict::Pass);
}

#[test]
fn throughput_counts_successes_per_second_of_the_window() {
    let run = steady_but(5.0, 20.0, Status::Failed);
    let rate = sentence(
        Metric::Throughput(Ended::All.into()),
        Equal,
        Quantity::PerSecond(50.0),
        WindowName::Overall,
    );
    assert_eq!(finding(&run, rate).observed, Some(Quantity::PerSecond(50.0)));
}

#[test]
fn observed_distributions_are_measured_in_their_window() {
    let mut run = steady();
    let sample = |at, host, value| Sample { at, host, value };
    let lag = (1..=100).map(|i| sample(at(10.0), (i % 2) as u32, Duration::from_millis(i)));
    let warm = [sample(at(1.0), 0, Duration::from_secs(9))];
    run.observed.insert("lag".into(), lag.chain(warm).collect());
    let metric = Metric::Latency(Statistic::Max, Population::observed("lag"));
    let max = sentence(metric, AtMost, Quantity::Nanos(100e6), WindowName::Overall);
    assert_eq!(finding(&run, max).verdict, Verdict::Pass);
    run.hosts = vec!["n1".into(), "n2".into()];
    for (node, longest) in [("n1", 100e6), ("n2", 99e6)] {
        let lag = Population::Observed { name: "lag".into(), node: Some(node.into()) };
        let metric = Metric::Latency(Statistic::Max, lag);
        let max = sentence(metric, Equal, Quantity::Nanos(longest), WindowName::Overall);
        assert_eq!(finding(&run, max).verdict, Verdict::Pass, "{node}");
    }
    let slower = Metric::Slower(at(0.040), Population::observed("lag"));
    let slower = sentence(slower, Equal, Quantity::Share(0.6), WindowName::Overall);
    assert_eq!(finding(&run, slower).verdict, Verdict::Pass, "exactly 40 ms is not slower");
}

#[test]
fn requests_are_told_apart_by_operation_load_and_region() {
    let mut run = steady();
    for (i, operation) in run.operations.iter_mut().enumerate() {
        let load = if i % 4 == 0 { "writers" } else { "readers" };
        operation.load = load.into();
        operation.op = if i % 4 == 0 { "put" } else { "get" }.into();
        if i % 4 == 0 {
            operation.status = Status::Failed;
        }
    }
    let none = Requests::default();
    let put = Requests { operation: Some("put".into()), ..none.clone() };
    let writers = Requests { load: Some("writers".into()), ..none.clone() };
    let both = Requests { load: Some("readers".into()), ..put.clone() };
    let regions = Requests { region: Some("eu".into()), ..none };
    let of = |requests: &Requests| {
        let metric = Metric::Availability(requests.clone());
        finding(&run, sentence(metric, Equal, Quantity::Share(0.0), WindowName::Overall))
    };
    assert_eq!(of(&put).verdict, Verdict::Pass);
    assert_eq!(of(&writers).verdict, Verdict::Pass);
    assert_eq!(of(&both).why, "no `put` request of load readers in this window");
    assert_eq!(of(&regions).why, "no request of region eu in this window");
}

#[test]
fn lab_numbers_come_from_series_and_measures() {
    let mut run = steady();
    let points = [(1.0, 0, 5.0), (12.0, 1, 2.0), (20.0, 0, 1.0)];
    let points = points.map(|(when, host, value)| Sample { at: at(when), host, value }).into();
    let counter = Series { aggregate: Aggregate::Sum, points };
    run.series.insert("stale".into(), counter);
    run.measured.insert("share".into(), 0.25);
    run.hosts = vec!["n1".into(), "n2".into(), "n3".into()];
    let of = |metric, value, window| {
        finding(&run, sentence(metric, Equal, Quantity::Number(value), window))
    };
    let lab = |name: &str, value, window| of(Metric::lab(name), value, window);
    for (node, count) in [("n1", 1.0), ("n2", 2.0), ("n3", 0.0)] {
        let metric = Metric::Lab { name: "stale".into(), node: Some(node.into()) };
        assert_eq!(of(metric, count, WindowName::Overall).verdict, Verdict::Pass, "{node}");
    }
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
    let metric = Metric::Latency(Statistic::Percentile(25.0), Ended::All.into());
    let p25 = sentence(metric, Equal, Quantity::Nanos(40e6), WindowName::Overall);
    assert_eq!(finding(&run, p25).verdict, Verdict::Pass);
}

fn operation(name: &str) -> Population {
    Population::Requests(Requests { operation: Some(name.into()), ..Requests::default() })
}
