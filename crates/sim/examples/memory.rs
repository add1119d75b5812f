//! A million requests, a thousand per second, to measure the memory of a run:
//! `/usr/bin/time -v target/release/examples/memory`.

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::Duration;

use netsplit_scenario::Dist;
use support::{Asker, MS, TestLab, open_load, pong_server, run_untraced, scenario};

fn main() {
    let mut scenario = scenario(5);
    scenario.duration = Duration::from_secs(1000);
    scenario.network.default.latency = Some(Dist::LogNormal { median: MS, p99: 5 * MS, shift: 0 });
    scenario.loads = vec![open_load(1000.0)];
    scenario.loads[0].hosts = 10;
    let run = run_untraced(&TestLab { node: pong_server, client: Asker::client }, &scenario, 1);
    println!("{} requests, {} messages", run.operations.len(), run.network.sent);
}
