//! Scenarios that are right, and what is read from them.

mod common;

use std::time::Duration;

use common::{LABS, WHOLE, least};
use netsplit_history::Time;
use netsplit_scenario::{
    Arrivals, Direction, Dist, Ends, FaultKind, Partition, Quantity, Repeat, Scenario, Selector,
    Sentence, Trigger, parse,
};

fn read(text: &str, overrides: &[&str]) -> Scenario {
    let overrides: Vec<_> = overrides.iter().map(|o| (*o).to_owned()).collect();
    match parse(text, "test.toml", &overrides, &LABS) {
        Ok(parsed) => parsed.scenario,
        Err(found) => panic!("{found}"),
    }
}

#[test]
fn the_whole_format_is_read() {
    let scenario = read(WHOLE, &[]);
    assert_eq!(scenario.variant, "repair=on-read");
    assert_eq!(scenario.settle, Duration::from_millis(1500));
    assert_eq!(scenario.nodes[0].regions, ["eu", "us"]);
    assert_eq!(scenario.network.links.len(), 4);
    assert_eq!(scenario.network.links[3].ends, Ends::All);
    let Some(Dist::Mixture(parts)) = &scenario.network.links[3].settings.latency else {
        panic!("{:?}", scenario.network.links[3]);
    };
    let pareto = Dist::Pareto {
        scale: 235_000,
        shape: 10.0,
        shift: 0,
    };
    assert_eq!(parts[0], (91.22, pareto));
    let names: Vec<_> = scenario
        .faults
        .iter()
        .map(|fault| fault.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "leader-cut",
            "partition",
            "latency",
            "latency-2",
            "loss",
            "duplicate",
            "bandwidth",
            "crash",
            "crash-2",
            "pause",
            "slow",
            "clock",
            "disk"
        ]
    );
    assert_eq!(scenario.verdict.expect.len(), 19);
    assert_eq!(scenario.verdict.sweep.len(), 4);
    assert_eq!(scenario.verdict.min_pass_rate, 0.98);
}
