//! The laws that can be seen in a short run; `netsplit truth` checks the whole table.

use netsplit_harness::testing::load;
use netsplit_history::Run;
use netsplit_lab_quorum_kv::QuorumKv;

fn run(overrides: &[&str]) -> Run {
    load(&QuorumKv, "pbs", overrides).run(1).expect("it can be built").0
}

#[test]
fn overlapping_quorums_never_miss_an_acknowledged_write() {
    for (r, w) in [(2, 2), (1, 3), (3, 1)] {
        let sizes = [format!("params.r={r}"), format!("params.w={w}"), "duration=3s".into()];
        let run = run(&sizes.each_ref().map(String::as_str));
        assert_eq!(run.measured["stale_probes"], 0.0, "R={r} W={w}");
        assert_eq!(run.measured["visibility_ms"], 0.0, "R={r} W={w}");
        assert!(run.operations.len() > 2500);
    }
}

#[test]
fn partial_quorums_miss_some_for_a_while() {
    let run = run(&["duration=5s"]);
    let consistent = run.measured["p_consistent"];
    assert!((0.964..0.984).contains(&consistent), "{consistent}");
    assert!((1.2..2.6).contains(&run.measured["visibility_ms"]));
    assert_eq!(run.observed["write"].len(), run.operations.len());
    assert_eq!(run.observed["read"].len(), 8 * run.operations.len());
}

#[test]
fn each_leg_of_the_model_has_a_latency_of_its_own() {
    let fixed = |overrides: &[&str]| {
        let base = ["duration=1s", "params.read_after=0ms", "network.latency=1ms"];
        let run = run(&[&base, overrides].concat());
        let first = |name: &str| run.observed[name][0].value.as_micros();
        (first("write"), first("read"))
    };
    assert_eq!(fixed(&[]), (2000, 2000));
    let leg = |kind: &str| format!("network.link=[{{ message = \"{kind}\", latency = \"5ms\" }}]");
    assert_eq!(fixed(&[&leg("write")]), (6000, 2000));
    assert_eq!(fixed(&[&leg("write-reply")]), (6000, 2000));
    assert_eq!(fixed(&[&leg("read")]), (2000, 6000));
    assert_eq!(fixed(&[&leg("read-reply")]), (2000, 6000));
}
