//! The shell does what the seats decide.

use std::time::Duration;

use netsplit_harness::Experiment;
use netsplit_harness::testing::load;
use netsplit_history::{Run, Status};
use netsplit_lab_retry_jitter::RetryJitter;

fn experiment(name: &str, set: &[&str]) -> (Experiment, Run) {
    let experiment = load(&RetryJitter, name, set);
    let (run, _) = experiment.run(1).unwrap();
    assert!(run.littles_law.holds(), "{:?}", run.littles_law);
    (experiment, run)
}

fn run(name: &str, set: &[&str]) -> Run {
    experiment(name, set).1
}

/// What `metric` is in a run: nanoseconds, a share, or a plain number.
fn number(experiment: &Experiment, run: &Run, metric: &str) -> f64 {
    experiment.measure(run, metric).unwrap().value.number()
}

fn total(run: &Run, name: &str) -> f64 {
    run.series[name].points.iter().map(|point| point.value).sum()
}

/// 3 layers of 4 tries, each of which fails: 64 tries, and not one more.
#[test]
fn three_layers_of_four_tries_are_64() {
    let set = ["nodes.proxies.count=2", "params.tries=4", "params.failure_rate=1", "duration=1s"];
    let layered = run("amplification-law", &set);
    let requests = layered.operations.len() as f64;
    assert!(requests > 400.0);
    assert_eq!(total(&layered, "tries"), 64.0 * requests);
    let only_the_client = [&set[..], &["params.proxies_retry=false"]].concat();
    let single = run("amplification-law", &only_the_client);
    assert_eq!(total(&single, "tries"), 4.0 * requests);
}

/// What clients were told, what the server's ledger says, and what the keys saved.
#[test]
fn with_keys_the_bill_is_right_and_without_them_users_pay_for_lost_answers() {
    let with = run("double-charge", &[]);
    let charges = with.operations.len();
    assert_eq!(with.events.len(), charges, "one charge per purchase");
    assert!(total(&with, "duplicates") > 0.0);
    let without = run("double-charge", &["variant=no-keys"]);
    let double = without.measured["double_charges"];
    assert_eq!(without.events.len() as f64, charges as f64 + double);
    assert_eq!(double, total(&with, "duplicates"), "what keys saved");
}

#[test]
fn an_answer_that_is_lost_leaves_the_outcome_unknown() {
    let set = ["variant=no-retry", "duration=10s"];
    let run = run("double-charge", &set);
    let timed_out = run.operations.iter().filter(|op| op.status == Status::TimedOut);
    let charged = |id: Option<u64>| {
        let same = |event: &&netsplit_history::LabEvent| event.detail.as_u64() == id;
        run.events.iter().any(|event| same(&event))
    };
    let paid = timed_out.filter(|op| charged(op.input.as_u64())).count();
    assert!(paid > 20, "only answers are lost: {paid} were charged");
}

#[test]
fn a_hedged_read_does_not_wait_for_a_server_that_hangs() {
    let hang = "fault=[{ at = \"5s\", for = \"2s\", pause = \"s1\" }]";
    let set = [
        "nodes.servers.count=2",
        "nodes.servers.workers=10",
        "params.fan_out=1",
        "params.service=5ms",
        "duration=10s",
        hang,
    ];
    let slowest = |more: &[&str]| {
        let (scenario, run) = experiment("hedging", &[&set[..], more].concat());
        number(&scenario, &run, "max") / 1e9
    };
    assert!(slowest(&[]) < 0.1);
    assert!(slowest(&["params.hedge_after=never"]) > 1.0);
}

/// A try that times out is tried at another replica.
#[test]
fn a_retry_goes_to_another_replica() {
    let down = "fault=[{ at = \"5s\", for = \"5s\", crash = \"s1\" }]";
    let set = [
        "nodes.servers.count=2",
        down,
        "params.retry_ratio=1",
        "params.try_timeout=100ms",
        "duration=12s",
    ];
    let asks = "load.clients.mix={ ask = 1 }";
    let run = run("calm", &[&set[..], &[asks]].concat());
    let failed = run.operations.iter().filter(|op| op.status != Status::Ok);
    assert_eq!(failed.count(), 0);
}

/// A charge is known by one server only, so it waits for that one.
#[test]
fn a_charge_stays_with_its_server() {
    let down = "fault=[{ at = \"5s\", for = \"5s\", crash = \"s1\" }]";
    let set = [
        "nodes.servers.count=2",
        "load.clients.mix={ charge = 1 }",
        "params.try_timeout=100ms",
        "duration=10s",
        down,
    ];
    let (scenario, run) = experiment("calm", &set);
    let share = number(&scenario, &run, "availability from 6s to 9s");
    assert!((0.45..0.55).contains(&share), "{share}");
}

/// The deadline that a client gives travels through the proxy: what the server drops has waited
/// less than the client did.
#[test]
fn a_deadline_travels_through_a_proxy() {
    let expired = |set: &[&str]| {
        let run = run("metastable-deadlines", set);
        let waits = run.observed["wait"].iter().map(|sample| sample.value);
        let after_hang = waits.filter(|wait| *wait > Duration::from_secs(1)).count();
        (total(&run, "expired"), after_hang)
    };
    let (dropped, served_late) = expired(&[]);
    assert!(dropped > 4000.0 && served_late == 0, "{dropped} {served_late}");
    let (dropped, served_late) = expired(&["params.deadlines=none"]);
    assert!(dropped == 0.0 && served_late > 5000, "{dropped} {served_late}");
}

/// No backoff finishes first, with by far the most calls; exponential loses on both to jitter.
#[test]
fn the_order_of_the_aws_table_holds_in_one_trial() {
    let of = |backoff: &str| {
        let variant = format!("variant=backoff={backoff}");
        let (scenario, run) = experiment("contention", &[&variant]);
        ["makespan_ms", "write_calls"].map(|metric| number(&scenario, &run, metric))
    };
    let (none, full, exponential) = (of("immediate"), of("full-jitter"), of("exponential"));
    assert!(none[0] < full[0] && full[0] < exponential[0] / 5.0);
    assert!(full[1] < none[1] / 2.0 && full[1] < exponential[1] / 2.0);
}
