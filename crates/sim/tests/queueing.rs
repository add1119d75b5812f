//! `work` is a queue with servers: the laws of M/M/1 and M/M/2 hold, and Little's law.

mod support;

use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{Run, Status};
use netsplit_scenario::{Arrivals, Dist, Scenario};
use netsplit_sim::random::Sampler;
use netsplit_sim::{Client, Host, Performing, Reply, Request, Task};
use support::{MS, Ping, Pong, TestLab, fault, millis, node, open_load, run, run_untraced};

/// Works an exponential time of mean 1 ms for each ping.
fn server(host: Host) -> Task {
    Box::pin(async move {
        let service = Rc::new(Sampler::new(&Dist::Exponential { mean: MS, shift: 0 }));
        let worker = host.clone();
        let handler = move |_, Ping(number)| {
            let (host, service) = (worker.clone(), service.clone());
            async move {
                let amount = service.draw(&mut host.rng());
                host.work(amount).await;
                Pong(number)
            }
        };
        host.serve(handler).await;
    })
}

/// Sends requests to n1, with a timeout that is never reached.
struct Patient(Host);

impl Client for Patient {
    fn perform(&self, request: Request) -> Performing {
        let host = self.0.clone();
        Box::pin(async move {
            let server = host.nodes("nodes")[0];
            match host.call(server, &Ping(request.id), Duration::from_mins(1)).await {
                Ok(Pong(_)) => Reply::ok(()),
                Err(error) => Reply::timed_out(error.to_string()),
            }
        })
    }
}

type Queues = TestLab<fn(Host) -> Task, fn(Host) -> Rc<dyn Client>>;

const LAB: Queues = TestLab { node: server, client: |host| Rc::new(Patient(host)) };

/// Requests per run, and runs.
const REQUESTS: f64 = 200_000.0;
const SEEDS: u64 = 5;

/// `workers` of 1000 requests a second each, loaded to `rho`.
fn queue(workers: u32, rho: f64) -> Scenario {
    let rate = rho * f64::from(workers) * 1000.0;
    let mut scenario = support::scenario(1);
    scenario.duration = Duration::from_secs_f64(5.0 + REQUESTS / rate);
    scenario.warmup = Duration::from_secs(5);
    scenario.nodes[0].workers = Some(workers);
    scenario.loads = vec![open_load(rate)];
    scenario.loads[0].timeout = Duration::from_mins(1);
    scenario
}

/// The measured latencies of a run in milliseconds, sorted.
fn latencies(run: &Run) -> Vec<f64> {
    let measured = run.operations.iter().filter(|op| op.intended >= run.warmup);
    let mut sorted: Vec<_> =
        measured.map(|op| op.latency().as_nanos() as f64 / MS as f64).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

fn assert_near(what: &str, measured: f64, law: f64, tolerance: f64) {
    let error = measured / law - 1.0;
    assert!(error.abs() < tolerance, "{what}: {measured}, but the law says {law} ({error:+.4})");
}

/// Runs a queue over all seeds: its mean and p99 follow the law within 3% and 6%, and
/// L = lambda W within 1% in each run. The
/// recorded queue is the jobs in the system without those at work, within 5%.
fn assert_law(workers: u32, rho: f64, mean: f64, p99: f64) {
    let (mut sums, mut tails) = (0.0, 0.0);
    for seed in 1..=SEEDS {
        let run = run_untraced(&LAB, &queue(workers, rho), seed);
        let sorted = latencies(&run);
        let mean_ms = sorted.iter().sum::<f64>() / sorted.len() as f64;
        sums += mean_ms;
        tails += sorted[(sorted.len() as f64 * 0.99) as usize];
        let seconds = run.duration.since(run.warmup).as_secs_f64();
        let in_system = run.littles_law.integral_ns as f64 / 1e9 / seconds;
        let lambda = sorted.len() as f64 / seconds;
        assert_near("L = lambda W", in_system, lambda * mean_ms / 1e3, 0.01);
        let queue = &run.over_time.queues["n1"];
        let measured = queue.iter().skip(run.over_time.slices.index(run.warmup).unwrap());
        let queue: f64 = measured.clone().map(|slice| slice.mean).sum();
        let waiting = in_system - rho * f64::from(workers);
        assert_near("the queue", queue / measured.count() as f64, waiting, 0.05);
        let attempts: u64 = run.over_time.attempts.iter().sum();
        assert_eq!(attempts, run.operations.len() as u64, "one call per request");
    }
    assert_near("mean", sums / SEEDS as f64, mean, 0.03);
    assert_near("p99", tails / SEEDS as f64, p99, 0.06);
}

#[test]
fn one_worker_at_half_load_is_m_m_1() {
    assert_law(1, 0.5, 2.0, 100f64.ln() / 0.5);
}

#[test]
fn one_worker_at_four_fifths_is_m_m_1() {
    assert_law(1, 0.8, 5.0, 100f64.ln() / 0.2);
}

#[test]
fn two_workers_at_four_fifths_are_m_m_2() {
    assert_law(2, 0.8, 2.778, 11.94);
}

#[test]
fn little_s_law_is_exact_whatever_breaks() {
    let mut scenario = queue(1, 0.7);
    scenario.duration = millis(4000);
    scenario.warmup = millis(1000);
    scenario.loads[0].timeout = millis(20);
    scenario.faults = vec![
        fault(1500, 1600, netsplit_scenario::NodeFault::Crash.of(node("n1"))),
        fault(2000, 2100, netsplit_scenario::NodeFault::Pause.of(node("n1"))),
        fault(2500, 2700, netsplit_scenario::NodeFault::Crash.of(node("c1"))),
    ];
    // `run` asserts that the two integer counts are equal.
    let run = run(&LAB, &scenario, 3);
    assert!(run.littles_law.integral_ns > 0);
    let count = |status| run.operations.iter().filter(|op| op.status == status).count();
    assert!(count(Status::TimedOut) > 100 && count(Status::Failed) > 100);
}

#[test]
fn a_closed_loop_keeps_so_many_sessions_and_no_more() {
    let mut scenario = support::scenario(1);
    scenario.loads[0].arrivals = Arrivals::Closed { clients: 3, think: Dist::Constant(9 * MS) };
    scenario.network.default.latency = Some(Dist::Constant(MS / 2));
    let lab = TestLab { node: support::pong_server, client: support::Asker::client };
    let run = run(&lab, &scenario, 1);
    assert_eq!(run.operations.len(), 3 * 1000, "each takes 1 ms and thinks for 9 ms");
    scenario.loads[0].arrivals = Arrivals::Once { clients: 7 };
    let once = support::run(&lab, &scenario, 1);
    assert_eq!(once.operations.len(), 7);
    assert!(once.operations.iter().all(|op| op.intended.as_nanos() == 0));
}

#[test]
fn a_closed_loop_that_is_turned_away_at_once_lets_time_pass() {
    struct Refuses;
    impl Client for Refuses {
        fn perform(&self, _: Request) -> Performing {
            Box::pin(async { Reply::rejected("no") })
        }
    }
    let mut scenario = support::scenario(1);
    scenario.loads[0].arrivals = Arrivals::Closed { clients: 2, think: Dist::Constant(0) };
    let lab =
        TestLab { node: support::pong_server, client: |_| -> Rc<dyn Client> { Rc::new(Refuses) } };
    let run = run(&lab, &scenario, 1);
    assert_eq!(run.problems, []);
    assert_eq!(run.operations.len(), 2 * 10_000);
}

#[test]
fn sessions_whose_outcome_is_unknown_retire_and_others_are_used_again() {
    let mut scenario = support::scenario(1);
    scenario.loads[0].hosts = 2;
    scenario.faults = vec![fault(3000, 4000, netsplit_scenario::NodeFault::Crash.of(node("n1")))];
    let lab = TestLab { node: support::pong_server, client: support::Asker::client };
    let run = run(&lab, &scenario, 1);
    let lost = run.operations.iter().filter(|op| op.status == Status::TimedOut);
    let mut retired: Vec<_> = lost.map(|op| op.client).collect();
    let unknown = retired.len();
    retired.dedup();
    assert!(unknown > 50 && retired.len() == unknown, "each retires at its first unknown");
    let mut busy = std::collections::BTreeMap::new();
    for op in &run.operations {
        let until = busy.insert(op.client, op.finished).unwrap_or_default();
        assert!(until <= op.intended, "one operation at a time");
    }
    assert!(busy.len() < 2 * unknown, "sessions are used again");
}
