//! A hand-made run: a minority of three replicas is cut off for ten of sixty seconds.

use std::sync::Arc;
use std::time::Duration;

use netsplit_check::evaluate;
use netsplit_history::{
    Aggregate, Content, FaultRecord, NetworkCounts, Operation, Outcome, Run, Sample, Series,
    Status, Time, Touch, Touched,
};
use netsplit_scenario::{
    Arrivals, CheckedParams, Comparison, Ended, Expectation, Expectations, Keys, LabSpec, Limits,
    LinkSettings, Load, Metric, Network, Over, Property, Quantity, Requests, Scenario, Sentence,
    Statistic, WindowName,
};

use crate::Report;

/// An instant, in seconds.
pub fn at(seconds: f64) -> Time {
    Time::from(Duration::from_secs_f64(seconds))
}

/// The report of a run, with no property checker.
pub fn report_of(scenario: &Scenario, run: &Run) -> Report {
    let findings = evaluate(scenario, run, &|_, _| None);
    Report::new("quorum-kv/minority-partition", scenario, run, &findings)
}

/// The scenario and its run: 200 requests a second, of which a quarter time out in the cut.
pub fn cut() -> (Scenario, Run) {
    let operations = (0..12_000).map(operation).collect();
    let lag = (0..500u64).map(|i| (at(10.0), Duration::from_micros(800 + i * 7)));
    let mut touched = Touched::default();
    touched[Touch::MessagesCut] = 4312;
    let stale = (0..40).map(|i| (at(20.0 + f64::from(i) * 0.2), 1.0));
    let run = Run {
        seed: 1,
        warmup: at(5.0),
        duration: at(60.0),
        end: at(61.0),
        operations,
        faults: vec![FaultRecord {
            name: "minority-cut".into(),
            kind: "partition".into(),
            spans: vec![(at(20.0), at(30.0))],
            touched,
            aims: vec![Touch::MessagesCut],
            affected_nodes: ["n1", "n2", "n3"].map(String::from).into(),
            may_miss: false,
        }],
        network: NetworkCounts {
            sent: 184_220,
            delivered: 179_908,
            dropped: 4312,
            duplicated: 0,
            in_flight: 0,
        },
        observed: [(Arc::from("visibility"), samples(lag).collect())].into(),
        series: [
            (Arc::from("stale_reads"), series(Aggregate::Sum, stale.collect())),
            (Arc::from("hints"), series(Aggregate::Last, vec![(at(25.0), 17.0)])),
        ]
        .into(),
        measured: [("p_consistent".to_owned(), 0.974_123_4)].into(),
        fingerprint: 0x0123_4567_89ab_cdef,
        ..Run::default()
    };
    (scenario(), run)
}

static LAB: LabSpec = LabSpec::new("quorum-kv", "For tests");

fn samples<T>(values: impl IntoIterator<Item = (Time, T)>) -> impl Iterator<Item = Sample<T>> {
    values.into_iter().map(|(at, value)| Sample { at, host: 0, value })
}

fn series(aggregate: Aggregate, points: Vec<(Time, f64)>) -> Series {
    Series { aggregate, points: samples(points).collect() }
}

/// Latencies vary between 2 and 8 ms, and are tenfold in the first second after the cut heals.
fn operation(i: u32) -> Operation {
    let intended = at(f64::from(i) / 200.0);
    let cut = intended >= at(20.0) && intended < at(30.0);
    let healing = intended >= at(30.0) && intended < at(31.0);
    let lost = cut && i.is_multiple_of(4);
    let micros = 2000 + u64::from(i * 7919 % 6007);
    let latency = match (lost, healing) {
        (true, _) => Duration::from_secs(1),
        (_, true) => Duration::from_micros(micros * 10),
        _ => Duration::from_micros(micros),
    };
    Operation {
        client: i % 10,
        load: "clients".into(),
        op: if i % 10 < 7 { "get" } else { "put" }.into(),
        key: Some("k1".into()),
        input: Content::default(),
        output: Content::default(),
        intended,
        invoke: intended,
        finished: intended + latency,
        status: if lost { Status::TimedOut } else { Status::Ok },
        outcome: if lost { Outcome::Unknown } else { Outcome::Ok },
        error: None,
    }
}

fn scenario() -> Scenario {
    Scenario {
        title: "A minority of three replicas is cut off".into(),
        about: String::new(),
        lab: &LAB,
        variant: "reference".into(),
        fillings: Vec::new(),
        duration: Duration::from_mins(1),
        warmup: Duration::from_secs(5),
        settle: Duration::from_secs(2),
        nodes: Vec::new(),
        network: Network { default: LinkSettings::default(), links: Vec::new() },
        loads: vec![load()],
        params: CheckedParams::new(()),
        faults: Vec::new(),
        actions: Vec::new(),
        questions: Vec::new(),
        verdict: Expectations {
            expect: expectations(),
            sweep: vec![Expectation {
                text: "violates linearizable in >= 20% of seeds".into(),
                line: Some(40),
                sentence: Sentence::Violates {
                    property: Property::Linearizable,
                    comparison: Comparison::AtLeast,
                    share: 0.2,
                    over: Over::default(),
                },
            }],
            ..Expectations::default()
        },
        limits: Limits::default(),
        hash: "00c0ffee00c0ffee".into(),
        overrides: vec!["params.r=1".into()],
    }
}

fn load() -> Load {
    Load {
        name: "clients".into(),
        prefix: "c".into(),
        hosts: 10,
        region: None,
        arrivals: Arrivals::Once { clients: 1 },
        from: Time::ZERO,
        until: None,
        timeout: Duration::from_secs(1),
        mix: vec![("get".into(), 1.0)],
        keys: Keys { count: 1, zipf: None },
    }
}

fn expectations() -> Vec<Expectation> {
    let availability = Metric::Availability(Requests::default());
    let percentile = |p| Metric::Latency(Statistic::Percentile(p), Ended::Successful.into());
    let during = WindowName::During("minority-cut".into());
    let metric =
        |metric, comparison, value, window| Sentence::Metric { metric, comparison, value, window };
    let sentences = [
        (
            "availability >= 99% outside faults",
            metric(
                availability.clone(),
                Comparison::AtLeast,
                Quantity::Share(0.99),
                WindowName::OutsideFaults,
            ),
        ),
        (
            "availability >= 80% during minority-cut",
            metric(availability, Comparison::AtLeast, Quantity::Share(0.8), during.clone()),
        ),
        (
            "p99.9 < 40ms during minority-cut",
            metric(percentile(99.9), Comparison::Less, Quantity::Nanos(40e6), during),
        ),
        (
            "recovery < 2s after minority-cut",
            metric(
                Metric::Recovery,
                Comparison::Less,
                Quantity::Nanos(2e9),
                WindowName::After("minority-cut".into()),
            ),
        ),
        ("linearizable", Sentence::Property { property: Property::Linearizable, negated: false }),
    ];
    let numbered = sentences.into_iter().zip(31..);
    numbered
        .map(|((text, sentence), line)| Expectation {
            text: text.into(),
            line: Some(line),
            sentence,
        })
        .collect()
}
