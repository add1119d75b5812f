//! The queues behave as queues do: quick versions of the laws, and what holds in every run.

use netsplit_harness::Experiment;
use netsplit_harness::testing::load;
use netsplit_history::{Run, Status};
use netsplit_lab_queueing::Queueing;

/// Runs a shipped scenario with overrides.
fn run(name: &str, set: &[&str], seed: u64) -> (Experiment, Run) {
    let experiment = load(&Queueing, name, set);
    let (run, _) = experiment.run(seed).unwrap();
    assert!(run.littles_law.holds(), "{:?}", run.littles_law);
    (experiment, run)
}

/// What `metric` is in a run: nanoseconds, a share, or a plain number.
fn number(experiment: &Experiment, run: &Run, metric: &str) -> f64 {
    experiment.measure(run, metric).unwrap().value.number()
}

fn close(measured: f64, expected: f64, tolerance: f64) {
    let off = measured / expected - 1.0;
    assert!(off.abs() < tolerance, "{measured} instead of {expected}: {off:+.3}");
}

#[test]
fn mm1_at_half_load_takes_two_services() {
    let (scenario, run) = run("mm1", &["load.clients.rate=500/s", "duration=105s"], 1);
    close(number(&scenario, &run, "mean"), 2e6, 0.05);
    close(number(&scenario, &run, "p99"), 9.21e6, 0.08);
    close(number(&scenario, &run, "utilisation"), 0.5, 0.03);
}

/// L = lambda W, with the number in the system integrated over the arrivals and departures of
/// the history, and lambda from the scenario.
#[test]
fn littles_law_holds_with_the_rate_of_the_scenario() {
    let (scenario, run) = run("mm1", &["duration=105s"], 2);
    let mut changes: Vec<(u64, i64)> = Vec::new();
    for op in &run.operations {
        changes.push((op.intended.as_nanos(), 1));
        changes.push((op.finished.as_nanos(), -1));
    }
    changes.sort_unstable();
    let (mut here, mut since, mut area) = (0i64, 0u64, 0.0);
    for (at, change) in changes {
        area += here as f64 * (at - since) as f64;
        (here, since) = (here + change, at);
    }
    let in_system = area / 105e9;
    close(in_system, 800.0 * number(&scenario, &run, "mean") / 1e9, 0.02);
}

#[test]
fn a_leaf_is_a_wait_and_a_service() {
    let (scenario, run) = run("mm1", &["duration=55s"], 1);
    let mean = |of: &str| number(&scenario, &run, &format!("mean({of})"));
    close(mean("wait") + mean("service"), mean("leaf"), 1e-3);
    close(mean("leaf"), number(&scenario, &run, "mean"), 1e-3);
}

#[test]
fn variants_meet_the_same_arrivals_and_the_same_jobs() {
    let jobs = |set: &[&str]| {
        let (_, run) = run("pooled-or-split", set, 3);
        let mut arrivals: Vec<_> = run.operations.iter().map(|op| op.intended).collect();
        let mut work: Vec<_> = run.observed["service"].iter().map(|sample| sample.value).collect();
        arrivals.sort_unstable();
        work.sort_unstable();
        (arrivals, work)
    };
    let reference = jobs(&[]);
    assert!(reference.0.len() > 30_000);
    assert_eq!(reference, jobs(&["variant=random"]));
    assert_eq!(reference, jobs(&["nodes.servers.count=1", "nodes.servers.workers=4"]));
}

#[test]
fn one_queue_beats_the_shortest_beats_two_choices_beats_turns_beats_chance() {
    let mean = |set: &[&str]| {
        let (scenario, run) = run("pooled-or-split", set, 1);
        number(&scenario, &run, "mean")
    };
    let pooled = mean(&["nodes.servers.count=1", "nodes.servers.workers=4"]);
    let two = mean(&["variant=two-choices"]);
    let means = [pooled, mean(&[]), two, mean(&["variant=round-robin"]), mean(&["variant=random"])];
    assert!(means.is_sorted(), "{means:?}");
}

#[test]
fn a_full_queue_rejects_and_says_so() {
    let (_, run) = run("bounded-queue", &["duration=40s"], 1);
    let rejected = run.operations.iter().filter(|op| op.status == Status::Rejected).count();
    let counted: f64 = run.series["rejections"].points.iter().map(|point| point.value).sum();
    assert!(rejected > 300, "{rejected}");
    assert_eq!(counted, rejected as f64);
    let longest = run.observed["wait"].iter().map(|sample| sample.value.as_millis()).max();
    assert!(longest < Some(400), "ten jobs of 10 ms were before it: {longest:?} ms");
}

#[test]
fn a_cancelled_loser_frees_its_worker() {
    let utilisation = |set: &[&str]| {
        let (scenario, run) = run("cancelled", set, 1);
        number(&scenario, &run, "utilisation")
    };
    // `utilisation` counts the work of served jobs only, so a stuck job shows when it is kept.
    let (cancelled, kept) = (utilisation(&[]), utilisation(&["params.cancel_losers=false"]));
    assert!(cancelled < 0.3 && kept > 0.9, "{cancelled} {kept}");
}

#[test]
fn a_crashed_replica_costs_its_jobs_only() {
    let crash = "fault=[{ at = \"20s\", for = \"10s\", crash = \"s1\" }]";
    let (_, run) = run("pooled-or-split", &[crash, "duration=60s", "variant=random"], 1);
    let inside =
        |op: &&netsplit_history::Operation| (20.0..29.0).contains(&op.intended.as_secs_f64());
    let during: Vec<_> = run.operations.iter().filter(inside).collect();
    let ok = during.iter().filter(|op| op.status == Status::Ok).count() as f64;
    close(ok / during.len() as f64, 0.75, 0.05);
    let after = run.operations.iter().filter(|op| op.intended.as_secs_f64() > 32.0);
    assert!(after.clone().count() > 5000);
    assert!(after.into_iter().all(|op| op.status == Status::Ok));
}

/// Erlang's loss system: nobody waits, and a fifth finds all five workers busy.
#[test]
fn without_places_to_wait_nobody_waits() {
    let five = ["nodes.servers.workers=5", "load.clients.rate=4000/s", "duration=25s"];
    let (scenario, run) = run("mmc", &[&five[..], &["params.queue_limit=0"]].concat(), 1);
    close(number(&scenario, &run, "rejected_rate"), 0.199, 0.03);
    assert_eq!(number(&scenario, &run, "max(wait)"), 0.0);
}

#[test]
fn a_hedge_goes_to_the_replica_that_does_not_hang() {
    let hang =
        "fault=[{ at = \"20s\", for = \"900ms\", every = \"2s\", times = 10, pause = \"s1\" }]";
    let shape = ["nodes.servers.count=2", "variant=random", "params.service=1ms"];
    let (scenario, run) = run("cancelled", &[&shape[..], &[hang, "duration=45s"]].concat(), 1);
    let slowest = number(&scenario, &run, "max");
    assert!(slowest < 50e6, "{slowest} ns, though the other replica takes 1 ms");
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let uneven = load(&Queueing, "hedged", &["nodes.servers.count=150", "duration=12s"]);
    let why = uneven.run(1).unwrap_err().to_string();
    assert!(why.contains("150 servers cannot be divided evenly among 100 leaves"), "{why}");
}
