//! The shell does what the plain structs decide.

mod support;

use std::time::Duration;

use netsplit_history::{Run, Status};
use support::{measured, number, run, scenario};

fn total(run: &Run, name: &str) -> f64 {
    run.series[name].points.iter().map(|(_, by)| by).sum()
}

/// 3 layers of 4 tries, each of which fails: 64 tries, and not one more.
#[test]
fn three_layers_of_four_tries_are_64() {
    let set = ["nodes.proxies.count=2", "params.tries=4", "params.failure_rate=1", "duration=1s"];
    let layered = run(&scenario("amplification-law", &set), 1);
    let requests = layered.operations.len() as f64;
    assert!(requests > 400.0);
    assert_eq!(total(&layered, "tries"), 64.0 * requests);
    let only_the_client = [&set[..], &["params.proxies_retry=false"]].concat();
    let single = run(&scenario("amplification-law", &only_the_client), 1);
    assert_eq!(total(&single, "tries"), 4.0 * requests);
}

/// What clients were told, what the server's ledger says, and what the keys saved.
#[test]
fn with_keys_the_bill_is_right_and_without_them_users_pay_for_lost_answers() {
    let with = run(&scenario("double-charge", &[]), 1);
    let charges = with.operations.len();
    assert_eq!(with.events.len(), charges, "one charge per purchase");
    assert!(total(&with, "duplicates") > 0.0);
    let without = run(&scenario("double-charge", &["variant=no-keys"]), 1);
    let double = without.measured["double_charges"];
    assert_eq!(without.events.len() as f64, charges as f64 + double);
    assert_eq!(double, total(&with, "duplicates"), "what keys saved");
}

#[test]
fn an_answer_that_is_lost_leaves_the_outcome_unknown() {
    let set = ["variant=no-retry", "duration=10s"];
    let run = run(&scenario("double-charge", &set), 1);
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
        let scenario = scenario("hedging", &[&set[..], more].concat());
        let run = run(&scenario, 1);
        number(&scenario, &run, "max", "1s") / 1e9
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
    let scenario = scenario("calm", &[&set[..], &[asks]].concat());
    let run = run(&scenario, 1);
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
    let scenario = scenario("calm", &set);
    let run = run(&scenario, 1);
    let share = number(&scenario, &run, "availability from 6s to 9s", "1%");
    assert!((0.45..0.55).contains(&share), "{share}");
}

/// The deadline that a client gives travels through the proxy: what the server drops has waited
/// less than the client did.
#[test]
fn a_deadline_travels_through_a_proxy() {
    let expired = |set: &[&str]| {
        let run = run(&scenario("metastable-deadlines", set), 1);
        let waits = run.observed["wait"].iter().map(|(_, wait)| *wait);
        let after_hang = waits.filter(|wait| *wait > Duration::from_secs(1)).count();
        (total(&run, "expired"), after_hang)
    };
    let (dropped, served_late) = expired(&[]);
    assert!(dropped > 4000.0 && served_late == 0, "{dropped} {served_late}");
    let (dropped, served_late) = expired(&["params.deadlines=none"]);
    assert!(dropped == 0.0 && served_late > 5000, "{dropped} {served_late}");
}

/// "None" is the soonest done, has by far the most calls; exponential loses on both to jitter.
#[test]
fn the_order_of_the_aws_table_holds_in_one_trial() {
    let of = |backoff: &str| {
        let scenario = scenario("contention", &[&format!("variant=backoff={backoff}")]);
        let run = run(&scenario, 1);
        let ms = measured(&scenario, &run, "makespan_ms", "1");
        let calls = measured(&scenario, &run, "write_calls", "1");
        (ms.value.number(), calls.value.number())
    };
    let (none, full, exponential) = (of("immediate"), of("full-jitter"), of("exponential"));
    assert!(none.0 < full.0 && full.0 < exponential.0 / 5.0);
    assert!(full.1 < none.1 / 2.0 && full.1 < exponential.1 / 2.0);
}
