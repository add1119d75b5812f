//! The overhead of a sweep beyond its runs, and the speed-up of a second core.
//!
//! The gain: one scenario over 200 seeds, with one job and with two, in turn; a ratio of wall
//! times. The overhead: the same 200 runs in slices of ten seeds, each slice once swept with one
//! job and once done and judged bare, in a loop; the median over the slices of the ratio of
//! processor times. Slices are short and next to each other because machines change their speed
//! within minutes; /proc tells processor times to 10 ms.
//!
//! `cargo bench -p netsplit --bench sweep [-- ROUNDS]`

use std::error::Error;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use netsplit_check::Verdict;
use netsplit_harness::Experiment;
use netsplit_lab_quorum_kv::QuorumKv;

const SEEDS: u64 = 200;
const SLICE: u64 = 10;
const SCENARIO: &str = "quorum-kv/calm";

fn main() -> Result<(), Box<dyn Error>> {
    let rounds = env::args().find_map(|arg| arg.parse().ok()).unwrap_or(5);
    println!("{SCENARIO}, {SEEDS} seeds");
    let mut gains = Vec::new();
    for round in 1..=rounds {
        let one = taken(|| sweep(1, 1, SEEDS))?.wall;
        let two = taken(|| sweep(2, 1, SEEDS))?.wall;
        let gain = one.as_secs_f64() / two.as_secs_f64();
        println!("round {round}: one job {one:.1?}, two jobs {two:.1?}: gain {gain:.2}");
        gains.push(gain);
    }
    let mut overheads = Vec::new();
    for first in (1..=SEEDS).step_by(SLICE as usize) {
        let last = first + SLICE - 1;
        let swept = taken(|| sweep(1, first, last))?.processor;
        let bare = taken(|| bare(first, last))?.processor;
        overheads.push(swept / bare - 1.0);
    }
    println!("median gain of two jobs over one: {:.2}", median(&mut gains));
    println!(
        "median overhead of the sweep per run: {:.1}%, slices from {:.1}% to {:.1}%",
        median(&mut overheads) * 100.0,
        overheads[0] * 100.0,
        overheads[overheads.len() - 1] * 100.0
    );
    Ok(())
}

/// The runs of some seeds and their verdicts, and nothing else.
fn bare(first: u64, last: u64) -> Result<(), Box<dyn Error>> {
    let calm = Experiment::load(&QuorumKv, "calm", &[])?;
    for seed in first..=last {
        let (_, findings) = calm.run(seed)?;
        assert_eq!(findings.verdict, Verdict::Pass, "seed {seed}");
    }
    Ok(())
}

/// The sweep, in a process of its own. An override empties `catches`, whose runs are not asked.
fn sweep(jobs: usize, first: u64, last: u64) -> Result<(), Box<dyn Error>> {
    let status = Command::new(env!("CARGO_BIN_EXE_netsplit"))
        .args(["verify", SCENARIO, "--set", "verdict.catches=[]"])
        .args(["--seeds", &format!("{first}..={last}")])
        .args(["--jobs", &jobs.to_string()])
        .stdout(Stdio::null())
        .status()?;
    assert!(status.success(), "the sweep passes");
    Ok(())
}

struct Taken {
    wall: Duration,
    processor: f64,
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn taken(work: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<Taken, Box<dyn Error>> {
    let (started, before) = (Instant::now(), processor_s()?);
    work()?;
    Ok(Taken { wall: started.elapsed(), processor: processor_s()? - before })
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
