//! Messages per second that the engine delivers, compared with turmoil's own scheduler.
//!
//! Servers echo; clients ask 100 times a second each, at servers in turn; one way takes 2 to
//! 20 ms. Three workloads: `raw` sends datagrams from node code, `call` asks through a load,
//! [`Host::call`](netsplit_sim::Host::call) and the history of a real run, and `turmoil` is
//! `raw` on turmoil's UDP sockets under turmoil's scheduler. Rounds are interleaved, so that a
//! busy machine slows all alike; the fingerprint is on throughout.
//!
//! `cargo bench -p netsplit-sim --bench messages [-- ROUNDS]`

#[path = "messages/ours.rs"]
mod ours;
#[path = "../tests/support/mod.rs"]
mod support;
#[path = "messages/turmoils.rs"]
mod turmoils;

use std::time::Duration;

/// How long clients keep asking, in simulated seconds.
#[derive(Clone, Copy)]
struct Size {
    servers: u32,
    clients: u32,
    seconds: u64,
}

const SMALL: Size = Size { servers: 5, clients: 10, seconds: 60 };
const LARGE: Size = Size { servers: 50, clients: 200, seconds: 10 };

/// One round of one workload.
struct Round {
    messages: u64,
    simulated_s: f64,
    took: Duration,
}

type Workload = (&'static str, fn() -> Round);

const WORKLOADS: [Workload; 5] = [
    ("turmoil, 5 + 10, raw", || turmoils::raw(Size { seconds: 10, ..SMALL })),
    ("netsplit, 5 + 10, raw", || ours::raw(SMALL)),
    ("netsplit, 5 + 10, call", || ours::call(SMALL)),
    ("netsplit, 50 + 200, raw", || ours::raw(LARGE)),
    ("netsplit, 50 + 200, call", || ours::call(LARGE)),
];

/// Runs `work` and says how long it took.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = std::time::Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let rounds = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(9);
    let only = arguments.iter().skip(1).find(|a| !a.starts_with('-') && a.parse::<u32>().is_err());
    let chosen: Vec<_> = WORKLOADS
        .into_iter()
        .filter(|(name, _)| only.is_none_or(|only| name.contains(only.as_str())))
        .collect();
    let mut results: Vec<Vec<Round>> = chosen.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (place, (_, work)) in chosen.iter().enumerate() {
            results[place].push(work());
        }
    }
    println!("| workload | messages/s, median | range | against turmoil | simulated s/s |");
    println!("|---|---|---|---|---|");
    let base = median(&rates(&results[0]));
    for ((name, _), rounds) in chosen.iter().zip(&results) {
        let (rates, speeds) = (rates(rounds), speeds(rounds));
        println!(
            "| {name} | {:.0} | {:.0} to {:.0} | {:.1} | {:.1} |",
            median(&rates),
            rates[0],
            rates[rates.len() - 1],
            median(&rates) / base,
            median(&speeds),
        );
    }
}

fn rates(rounds: &[Round]) -> Vec<f64> {
    sorted(rounds.iter().map(|round| round.messages as f64 / round.took.as_secs_f64()))
}

fn speeds(rounds: &[Round]) -> Vec<f64> {
    sorted(rounds.iter().map(|round| round.simulated_s / round.took.as_secs_f64()))
}

fn sorted(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<_> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}
