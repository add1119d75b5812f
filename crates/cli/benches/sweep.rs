//! What a sweep costs beyond its runs, and what a second core gains.
//!
//! A sweep of one scenario over 200 seeds is done by the command with one and with two jobs, and
//! its 200 runs are done and judged bare, in a loop; the three take turns, so that a busy machine
//! slows all alike. The gain is a ratio of wall times. The overhead is one of processor times,
//! because those of others do not count in them: /proc tells them to 10 ms.
//!
//! `cargo bench -p netsplit --bench sweep [-- ROUNDS]`

use std::error::Error;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use netsplit_check::{Rules, Verdict, decide, evaluate};
use netsplit_lab_quorum_kv::QuorumKv;
use netsplit_scenario::parse;
use netsplit_sim::{Lab, Options, simulate};

const SEEDS: u64 = 200;
const SCENARIO: &str = "quorum-kv/calm";
const TEXT: &str = include_str!("../../../scenarios/quorum-kv/calm.toml");

fn main() -> Result<(), Box<dyn Error>> {
    let rounds = env::args().find_map(|arg| arg.parse().ok()).unwrap_or(5);
    let (mut gains, mut overheads) = (Vec::new(), Vec::new());
    println!("{SCENARIO}, {SEEDS} seeds: seconds on the wall (on a processor)");
    for round in 1..=rounds {
        let bare = taken(bare)?;
        let one = taken(|| sweep(1))?;
        let two = taken(|| sweep(2))?;
        let gain = one.wall.as_secs_f64() / two.wall.as_secs_f64();
        let overhead = one.processor / bare.processor - 1.0;
        println!(
            "round {round}: bare {bare}, one job {one}, two jobs {two}: gain {gain:.2}, overhead {:.2}%",
            overhead * 100.0
        );
        gains.push(gain);
        overheads.push(overhead);
    }
    println!(
        "median: gain {:.2} of two jobs over one, overhead {:.2}%",
        median(&mut gains),
        median(&mut overheads) * 100.0
    );
    Ok(())
}

/// The runs and their verdicts, and nothing else.
fn bare() -> Result<(), Box<dyn Error>> {
    let parsed = parse(TEXT, "calm.toml", &[], &[QuorumKv.spec()]);
    let scenario = parsed.map_err(|errors| errors.render(false))?.scenario;
    let rules = Rules {
        settle: scenario.settle,
        invariants: QuorumKv.spec().invariants,
        model: QuorumKv.model(),
        ..Rules::default()
    };
    for seed in 1..=SEEDS {
        let options = Options {
            seed,
            ..Options::default()
        };
        let run = simulate(&QuorumKv, &scenario, &options, &mut |_| ())?;
        let findings = evaluate(&scenario, &run, &|property, run| {
            Some(decide(property, run, &rules))
        });
        assert_eq!(findings.verdict, Verdict::Pass, "seed {seed}");
    }
    Ok(())
}

/// The sweep, in a process of its own. An override empties `catches`, whose runs are not asked.
fn sweep(jobs: usize) -> Result<(), Box<dyn Error>> {
    let status = Command::new(env!("CARGO_BIN_EXE_netsplit"))
        .args(["verify", SCENARIO, "--set", "verdict.catches=[]"])
        .args(["--seeds", &SEEDS.to_string(), "--jobs", &jobs.to_string()])
        .stdout(Stdio::null())
        .status()?;
    assert!(status.success(), "the sweep passes");
    Ok(())
}

struct Taken {
    wall: Duration,
    processor: f64,
}

impl std::fmt::Display for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2} ({:.2})", self.wall.as_secs_f64(), self.processor)
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn taken(work: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<Taken, Box<dyn Error>> {
    let (started, before) = (Instant::now(), processor_s()?);
    work()?;
    Ok(Taken {
        wall: started.elapsed(),
        processor: processor_s()? - before,
    })
}

/// Seconds that this process and those that it waited for have spent on a processor.
fn processor_s() -> Result<f64, Box<dyn Error>> {
    const TICKS_PER_S: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("another /proc than Linux's")?;
    let ticks = fields.split_whitespace().skip(11).take(4);
    let ticks: Result<Vec<u64>, _> = ticks.map(str::parse).collect();
    Ok(ticks?.iter().sum::<u64>() as f64 / TICKS_PER_S)
}

fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
