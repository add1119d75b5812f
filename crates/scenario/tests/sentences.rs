//! Sentences read back as what was written, whatever they say.

mod common;

use common::{LABS, least};
use netsplit_history::Time;
use netsplit_scenario::{
    Comparison, Ended, Metric, Over, Population, Property, Quantity, Requests, SeedAggregate,
    Sentence, Statistic, WindowName, parse,
};
use proptest::prelude::*;

const FAULT: &str = "[[fault]]\nname = \"cut\"\nat = \"20s\"\nfor = \"5s\"\ncrash = \"n1\"\n";
const LOAD: &str = "[[load]]\nname = \"clients\"\nrate = \"1/s\"\nregion = \"eu\"\n";

/// The sentence that a scenario with this text reads.
fn read(text: &str, sweep: bool) -> Sentence {
    let key = if sweep { "sweep" } else { "expect" };
    let file = least(&format!("{FAULT}{LOAD}[verdict]\n{key} = [\"{text}\"]"));
    match parse(&file, "test.toml", &[], &LABS) {
        Ok(parsed) => {
            let verdict = parsed.scenario.verdict;
            let read = verdict.expect.into_iter().chain(verdict.sweep).next();
            read.expect("one sentence").sentence
        }
        Err(found) => panic!("{found}"),
    }
}

fn name(of: &'static str) -> impl Strategy<Value = Option<String>> {
    prop_oneof![Just(None), Just(Some(of.to_owned()))]
}

fn requests(special: Ended) -> impl Strategy<Value = Requests> {
    let ended = prop_oneof![Just(Ended::Successful), Just(special)];
    (ended, name("get"), name("clients"), name("eu"))
        .prop_map(|(ended, operation, load, region)| Requests { ended, operation, load, region })
}

fn population() -> impl Strategy<Value = Population> {
    let observed = |node| Population::Observed { name: "visibility".into(), node };
    prop_oneof![requests(Ended::All).prop_map(Population::Requests), name("n1").prop_map(observed),]
}

fn statistic() -> impl Strategy<Value = Statistic> {
    let percentile = (1..10_000u32).prop_map(|n| Statistic::Percentile(f64::from(n) / 100.0));
    prop_oneof![Just(Statistic::Mean), Just(Statistic::Max), percentile]
}

fn share() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(1.0), 0.0001..1.0, (0..=1000u32).prop_map(|n| f64::from(n) / 1e3)]
}

fn nanos() -> impl Strategy<Value = Quantity> {
    (0..86_400_000_000_000u64).prop_map(|ns| Quantity::Nanos(ns as f64))
}

/// A metric with a value of its unit.
fn measured() -> BoxedStrategy<(Metric, Quantity)> {
    let latency = (statistic(), population());
    let slower = (0..86_400_000_000_000u64, population());
    let lab_value =
        prop_oneof![share().prop_map(Quantity::Share), (-1e6..1e6).prop_map(Quantity::Number),];
    let lab = name("n1").prop_map(|node| Metric::Lab { name: "stale_reads".into(), node });
    let shares = |metric: fn(Requests) -> Metric, special| {
        (requests(special).prop_map(metric), share().prop_map(Quantity::Share))
    };
    let throughput = requests(Ended::All).prop_map(Metric::Throughput);
    prop_oneof![
        shares(Metric::Availability, Ended::Admitted),
        shares(Metric::RejectedRate, Ended::All),
        (latency.prop_map(|(of, whose)| Metric::Latency(of, whose)), nanos()),
        (
            slower.prop_map(|(than, of)| Metric::Slower(Time::from_nanos(than), of)),
            share().prop_map(Quantity::Share)
        ),
        (throughput, (0.0..1e7).prop_map(Quantity::PerSecond)),
        (lab, lab_value),
    ]
    .boxed()
}

fn comparison() -> impl Strategy<Value = Comparison> {
    prop_oneof![
        Just(Comparison::Less),
        Just(Comparison::AtMost),
        Just(Comparison::Greater),
        Just(Comparison::AtLeast),
        Just(Comparison::Equal),
        share().prop_map(Comparison::Within),
    ]
}

fn window() -> impl Strategy<Value = WindowName> {
    let span = (0..30_000_000_000u64, 1..30_000_000_000u64);
    prop_oneof![
        Just(WindowName::Overall),
        Just(WindowName::OutsideFaults),
        Just(WindowName::Before("cut".into())),
        Just(WindowName::During("cut".into())),
        Just(WindowName::After("cut".into())),
        span.prop_map(|(from, length)| {
            WindowName::Span(Time::from_nanos(from), Time::from_nanos(from + length))
        }),
    ]
}

fn property() -> impl Strategy<Value = Property> {
    prop_oneof![
        Just(Property::Linearizable),
        Just(Property::SequentiallyConsistent),
        Just(Property::ReadYourWrites),
        Just(Property::MonotonicReads),
        Just(Property::NoLostWrites),
        Just(Property::Invariant("election-safety".into())),
        (0..86_400_000_000_000u64).prop_map(|ns| Property::Serves(Time::from_nanos(ns))),
    ]
}

fn over() -> impl Strategy<Value = Over> {
    prop_oneof![Just(Over::default()), (1..=Over::MAX).prop_map(Over)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_metrics((metric, value) in measured(), comparison in comparison(), window in window()) {
        let sentence = Sentence::Metric { metric, comparison, value, window };
        prop_assert_eq!(read(&sentence.to_string(), false), sentence);
    }

    #[test]
    fn of_properties(property in property(), negated: bool) {
        let sentence = Sentence::Property { property, negated };
        prop_assert_eq!(read(&sentence.to_string(), false), sentence);
    }

    #[test]
    fn of_violations(
        property in property(),
        comparison in comparison(),
        share in share(),
        over in over(),
    ) {
        let sentence = Sentence::Violates { property, comparison, share, over };
        prop_assert_eq!(read(&sentence.to_string(), true), sentence);
    }

    #[test]
    fn of_aggregates(
        aggregate in prop::sample::select(vec![SeedAggregate::Mean, SeedAggregate::Min, SeedAggregate::Max]),
        (metric, value) in measured(),
        comparison in comparison(),
        window in window(),
        over in over(),
    ) {
        let sentence = Sentence::Aggregate { aggregate, metric, comparison, value, window, over };
        prop_assert_eq!(read(&sentence.to_string(), true), sentence);
    }
}

#[test]
fn recovery_is_after_a_fault() {
    let sentence = read("recovery < 2s after cut", false);
    assert_eq!(sentence.to_string(), "recovery < 2s after cut");
    assert!(matches!(sentence, Sentence::Metric { metric: Metric::Recovery, .. }));
}

/// `mean(x)` is about one run where x is an operation, and about seeds where it is a metric.
#[test]
fn the_lab_decides_what_a_mean_is_over() {
    let of_run = read("mean(get) < 5ms", false);
    assert!(matches!(of_run, Sentence::Metric { metric: Metric::Latency(Statistic::Mean, _), .. }));
    let of_seeds = read("mean(stale_reads) < 5", true);
    assert!(matches!(of_seeds, Sentence::Aggregate { aggregate: SeedAggregate::Mean, .. }));
}

#[test]
fn spaces_do_not_matter() {
    assert_eq!(read("p99( get )<40ms", false), read("p99(get) < 40ms", false));
}
