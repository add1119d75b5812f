//! Messages per second that the engine delivers, compared with other simulators.
//!
//! Servers echo; each client asks servers in turn, at the rate of its workload; one way takes 2 to
//! 20 ms. `raw` sends datagrams from node code, and has turmoil's UDP sockets under turmoil's
//! own scheduler as its peer. `call` asks through a load,
//! [`Host::call`](netsplit_sim::Host::call) and the history of a real run, and has madsim's
//! endpoints as its peer (`messages/peers`, built here, outside the workspace). Each round of a
//! workload is a process of its own; rounds are interleaved, so that a busy machine slows all
//! alike; the fingerprint is on throughout.
//!
//! `cargo bench -p netsplit-sim --bench messages [-- ROUNDS]`

#[path = "messages/ours.rs"]
mod ours;
#[path = "../tests/support/mod.rs"]
mod support;
#[path = "messages/turmoils.rs"]
mod turmoils;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A cluster, and how long its clients keep asking.
#[derive(Clone, Copy, PartialEq)]
struct Size {
    servers: u32,
    clients: u32,
    /// What each client asks in a simulated second.
    rate: u32,
    seconds: u32,
}

impl Size {
    /// The time between two requests of a client.
    fn pause(self) -> Duration {
        Duration::from_secs(1) / self.rate
    }

    /// When a client sends its first request: they begin one after the other.
    fn begins(self, client: u32) -> Duration {
        self.pause() / self.clients * client
    }
}

/// Sizes of 1.2 million messages each, so that set-up, some milliseconds, does not weigh. In the
/// first two and the last every client is busy; in `WIDE` all of them ask as much as ten do.
const SMALL: Size = Size { servers: 5, clients: 10, rate: 100, seconds: 600 };
const LARGE: Size = Size { servers: 50, clients: 200, rate: 100, seconds: 30 };
const WIDE: Size = Size { servers: 5, clients: 1_000, rate: 1, seconds: 600 };
const BUSY: Size = Size { rate: 100, seconds: 6, ..WIDE };
const TURMOILS: Size = Size { seconds: 10, ..SMALL };

/// One round of one workload.
struct Round {
    messages: u64,
    took: Duration,
}

impl Round {
    fn rate(&self) -> f64 {
        self.messages as f64 / self.took.as_secs_f64()
    }
}

/// The engine that does a workload, in a process of its own.
#[derive(Clone, Copy, PartialEq)]
enum Engine {
    Turmoil,
    Madsim,
    Raw,
    Call,
}

const WORKLOADS: [(Engine, Size); 12] = [
    (Engine::Turmoil, TURMOILS),
    (Engine::Madsim, SMALL),
    (Engine::Madsim, LARGE),
    (Engine::Madsim, WIDE),
    (Engine::Raw, SMALL),
    (Engine::Raw, LARGE),
    (Engine::Raw, WIDE),
    (Engine::Raw, BUSY),
    (Engine::Call, SMALL),
    (Engine::Call, LARGE),
    (Engine::Call, WIDE),
    (Engine::Call, BUSY),
];

/// The environment variable with the workload of a process: its place in [`WORKLOADS`].
const WORKLOAD: &str = "NETSPLIT_WORKLOAD";

/// Runs `work` and says how long it took.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = std::time::Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn main() {
    if let Ok(place) = std::env::var(WORKLOAD) {
        return workload(WORKLOADS[place.parse::<usize>().expect("the place of a workload")]);
    }
    let rounds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(9);
    let madsim = build_madsim();
    let mut rates: [Vec<f64>; WORKLOADS.len()] = Default::default();
    for _ in 0..rounds {
        for (place, (engine, size)) in WORKLOADS.into_iter().enumerate() {
            let mut process = match (engine, &madsim) {
                (Engine::Madsim, Some(program)) => sized(program, size),
                (Engine::Madsim, None) => continue,
                _ => ours(place),
            };
            rates[place].push(round(&mut process).rate());
        }
    }
    rates.iter_mut().for_each(|rates| rates.sort_by(f64::total_cmp));
    print(&rates);
}

/// Does one workload of this program's, and prints what [`round`] reads.
fn workload((engine, size): (Engine, Size)) {
    let Round { messages, took } = match engine {
        Engine::Turmoil => turmoils::raw(size),
        Engine::Raw => ours::raw(size),
        Engine::Call => ours::call(size),
        Engine::Madsim => unreachable!("it has a program of its own"),
    };
    println!("{messages} {}", took.as_nanos());
}

/// The program with madsim's workload, or nothing if it cannot be built.
fn build_madsim() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/messages/peers/Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--locked", "--manifest-path", manifest]);
    cargo.arg("--target-dir").arg(&target).env("RUSTFLAGS", "--cfg madsim");
    let built = cargo.status().expect("cargo starts").success();
    if !built {
        eprintln!("madsim could not be built: its rows are left out");
    }
    built.then(|| target.join("release/netsplit-peers"))
}

fn sized(program: &Path, Size { servers, clients, rate, seconds }: Size) -> Command {
    let mut command = Command::new(program);
    command.args([servers, clients, rate, seconds].map(|number| number.to_string()));
    command
}

fn ours(place: usize) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.env(WORKLOAD, place.to_string());
    command
}

/// Runs a process that prints how many messages were delivered, and in how many nanoseconds.
fn round(process: &mut Command) -> Round {
    let output = process.output().expect("the program starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut numbers = printed.split_whitespace().map(|number| number.parse().expect("a number"));
    let mut number = || numbers.next().expect("two numbers");
    Round { messages: number(), took: Duration::from_nanos(number()) }
}

/// Prints the table; `rates` are sorted.
fn print(rates: &[Vec<f64>; WORKLOADS.len()]) {
    println!("| engine | cluster | asks/s | messages/s, median | range | of its peer | cost |");
    println!("|---|---|---|---|---|---|---|");
    let rate_of = |engine: Engine, belongs: &dyn Fn(Size) -> bool| {
        let place = WORKLOADS.iter().position(|(its, size)| *its == engine && belongs(*size))?;
        median(&rates[place])
    };
    for ((engine, size), rates_of) in WORKLOADS.iter().zip(rates) {
        let Some(rate) = median(rates_of) else { continue };
        let (name, peer) = match engine {
            Engine::Turmoil => ("turmoil, raw", None),
            Engine::Madsim => ("madsim, call", None),
            Engine::Raw => ("netsplit, raw", rate_of(Engine::Turmoil, &|_| true)),
            Engine::Call => ("netsplit, call", rate_of(Engine::Madsim, &|its| its == *size)),
        };
        let ratio = peer.map_or(String::new(), |peer| format!("{:.2}", rate / peer));
        let small = rate_of(*engine, &|its| its == SMALL).filter(|_| *size != SMALL);
        let cost = small.map_or(String::new(), |small| format!("{:.2}", small / rate));
        let (low, high) = (rates_of[0], rates_of[rates_of.len() - 1]);
        let Size { servers, clients, rate: asks, .. } = size;
        println!(
            "| {name} | {servers} + {clients} | {asks} | {rate:.0} | {low:.0} to {high:.0} \
             | {ratio} | {cost} |"
        );
    }
}

fn median(sorted: &[f64]) -> Option<f64> {
    sorted.get(sorted.len() / 2).copied()
}
