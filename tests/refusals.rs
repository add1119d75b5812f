//! Refusals by a lab of a scenario that parses: `lint`, `run` and the rest show line and caret.

mod support;

use std::fs;

use serde_json::Value;
use support::{netsplit, root, stderr, stdout};

/// Every refusal of every lab: a scenario, the overrides that cause it, the value in the last of
/// them that is shown, and the label.
const REFUSALS: &[(&str, &[&str], &str, &str)] = &[
    ("quorum-kv/calm", &["params.r=9"], "9", "expected 1 to 3, the replicas of a key (params.n)"),
    ("quorum-kv/calm", &["params.w=0"], "0", "expected 1 to 3, the replicas of a key (params.n)"),
    ("quorum-kv/calm", &["params.n=6"], "6", "expected 1 to 5, the number of nodes"),
    ("quorum-kv/calm", &["params.n=0"], "0", "expected 1 to 5, the number of nodes"),
    ("raft/calm", &["params.members=6"], "6", "expected 1 to 5, the nodes"),
    ("raft/calm", &["params.heartbeat=1s"], "1s", "expected more than 0 and less than"),
    ("raft/calm", &["params.heartbeat=0s"], "0s", "expected more than 0 and less than"),
    (
        "raft/calm",
        &["params.election_timeout=[\"2s\",\"1s\"]"],
        "[\"2s\",\"1s\"]",
        "expected the shorter time first",
    ),
    ("raft/calm", &["nodes.count=9990"], "9990", "expected at most 1000"),
    ("raft/calm", &["params.batch=0"], "0", "expected at least 1"),
    ("raft/calm", &["params.snapshot_every=0"], "0", "expected at least 1"),
    ("queueing/hedged", &["params.fan_out=7"], "7", "a multiple of params.fan_out"),
    ("queueing/calm", &["params.fan_out=0"], "0", "expected at least 1"),
    ("retry-jitter/calm", &["params.fan_out=7"], "7", "a multiple of params.fan_out"),
    ("retry-jitter/calm", &["params.fan_out=0"], "0", "expected at least 1"),
    ("retry-jitter/calm", &["params.tries=0"], "0", "expected at least 1"),
    ("rate-limiter/calm", &["params.limit=0"], "0", "expected at least 1"),
    ("rate-limiter/calm", &["params.burst=0"], "0", "expected at least 1"),
    ("rate-limiter/calm", &["params.window=7ns"], "7ns", "a whole number of nanoseconds"),
    ("rate-limiter/calm", &["nodes.store.count=2"], "2", "expected 1"),
    (
        "rate-limiter/calm",
        &["params.store_timeout=1s", "variant=synced"],
        "1s",
        "less than params.sync_every",
    ),
    (
        "rate-limiter/calm",
        &["variant=synced,algorithm=gcra"],
        "synced,algorithm=gcra",
        "expected algorithm=token-bucket and keys=per-tenant",
    ),
    (
        "rate-limiter/calm",
        &["variant=algorithm=concurrency-limit"],
        "algorithm=concurrency-limit",
        "expected coordination=local",
    ),
    ("consistent-hashing/calm", &["params.sizes=[1,0]"], "[1,0]", "each at least 1"),
    ("consistent-hashing/calm", &["params.sizes=[]"], "[]", "each at least 1"),
    ("consistent-hashing/calm", &["params.virtual_nodes=0"], "0", "expected from 1 to"),
    ("consistent-hashing/calm", &["params.probes=0"], "0", "expected from 1 to"),
    ("consistent-hashing/calm", &["params.capacity=0"], "0", "expected from 1 to"),
    ("consistent-hashing/calm", &["params.census_keys=0"], "0", "expected from 1 to"),
    ("consistent-hashing/calm", &["params.census_rings=0"], "0", "expected from 1 to"),
    ("consistent-hashing/calm", &["params.table_size=65536"], "65536", "expected a prime"),
    ("consistent-hashing/calm", &["nodes.directory.count=2"], "2", "expected 1"),
    ("consistent-hashing/calm", &["nodes.store.count=2"], "2", "expected 1"),
    ("cache/calm", &["params.capacity=0"], "0", "expected at least 1"),
    ("cache/calm", &["params.scan_keys=0"], "0", "expected at least 1"),
    ("cache/calm", &["params.beta=0"], "0", "expected a number above 0"),
    ("cache/calm", &["params.flush_every=0s"], "0s", "expected more than 0s"),
    ("cache/calm", &["nodes.db.count=2"], "2", "expected 1"),
    ("leases/calm", &["params.ttl=0s"], "0s", "expected more than 0s"),
    ("leases/calm", &["params.renew=0s"], "0s", "expected more than 0s"),
    ("leases/calm", &["params.poll=0s"], "0s", "expected more than 0s"),
    ("leases/calm", &["nodes.storage.count=2"], "2", "expected 1"),
    ("load-balancing/calm", &["params.choices=0"], "0", "expected at least 1"),
    ("load-balancing/calm", &["params.subset=0"], "0", "expected at least 1"),
    ("load-balancing/calm", &["params.check_fails=0"], "0", "expected at least 1"),
    ("load-balancing/calm", &["params.target=0"], "0", "expected at least 1"),
    ("load-balancing/calm", &["params.check_every=0s"], "0s", "expected more than 0s"),
    ("load-balancing/calm", &["params.sync=0s"], "0s", "expected more than 0s"),
    ("load-balancing/calm", &["params.aggression=0"], "0", "expected from 0.1 to 1000"),
    ("load-balancing/calm", &["params.cold_factor=0.5"], "0.5", "expected from 1 to 1000"),
    ("circuit-breaker/calm", &["params.window=5"], "5", "expected min_calls of at most 5"),
    ("circuit-breaker/calm", &["params.window=9ns"], "9ns", "expected at least 10ns"),
    ("circuit-breaker/calm", &["params.threads=0"], "0", "expected more than 0"),
    ("circuit-breaker/calm", &["params.attempts=0"], "0", "expected more than 0"),
    ("circuit-breaker/calm", &["params.probes=0"], "0", "expected more than 0"),
    ("circuit-breaker/calm", &["params.min_calls=0"], "0", "expected more than 0"),
    ("circuit-breaker/calm", &["params.half_open_for=0s"], "0s", "expected more than 0"),
    ("circuit-breaker/calm", &["params.eject_after=0"], "0", "expected more than 0"),
    ("circuit-breaker/calm", &["params.eject_interval=0s"], "0s", "expected more than 0"),
];

#[test]
fn every_refusal_of_every_lab_points_to_its_override() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (scenario, sets, value, label) in REFUSALS {
        let sets = sets.iter().flat_map(|set| ["--set", set]);
        let args: Vec<_> = ["lint", scenario].into_iter().chain(sets).collect();
        let output = netsplit(folder.path(), &args);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {told}");
        let set = args.iter().rev().find(|set| set.ends_with(value)).expect("one of them");
        let margin = " ".repeat("--set ".len() + set.len() - value.len());
        let shown = format!("| --set {set}\n  | {margin}{} ", "^".repeat(value.len()));
        assert!(told.starts_with("error: ") && told.contains(&shown), "{args:?}: {told}");
        assert!(told.contains(label), "{args:?}: {told}");
    }
}

/// All parameters, `LAB` and `NAME`, from the schema.
fn parameters() -> Vec<(String, String)> {
    let schema = fs::read_to_string(root().join("scenarios/scenario.schema.json"));
    let schema: Value = serde_json::from_str(&schema.expect("readable")).expect("JSON");
    let definitions = schema["definitions"].as_object().expect("an object").iter();
    let params = definitions.filter_map(|(name, it)| Some((name.strip_suffix(".params")?, it)));
    let names = params.flat_map(|(lab, params)| {
        let properties = params["properties"].as_object().expect("an object").keys();
        properties.map(move |name| (lab.to_owned(), name.clone()))
    });
    names.collect()
}

#[test]
fn the_largest_number_of_a_parameter_is_refused_or_runs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let parameters = parameters();
    assert!(parameters.len() > 100, "{parameters:?}");
    for (lab, name) in parameters {
        let (scenario, set) = (format!("{lab}/calm"), format!("params.{name}={}", u32::MAX));
        let output = netsplit(folder.path(), &["run", &scenario, "--no-files", "--set", &set]);
        let told = stdout(&output) + &stderr(&output);
        assert!(matches!(output.status.code(), Some(0..=3)), "{scenario} {set}: {told}");
        for fault in ["panicked", "overflow", "memory allocation"] {
            assert!(!told.contains(fault), "{scenario} {set}: {told}");
        }
    }
}

#[test]
fn a_refusal_points_to_its_line_for_every_command() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = "title = \"T\"\nlab = \"quorum-kv\"\nduration = \"5s\"\n[params]\nr = 9\n\
                [[load]]\nrate = \"1/s\"\n[verdict]\nexpect = [\"availability >= 1%\"]\n";
    fs::write(folder.path().join("r.toml"), text).expect("it can be written");
    for command in [
        "lint r.toml",
        "run r.toml",
        "trace r.toml",
        "verify r.toml --seeds 2",
        "compare r.toml --vary params.w=1,2",
    ] {
        let args: Vec<_> = command.split(' ').collect();
        let output = netsplit(folder.path(), &args);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{command}: {told}");
        assert!(told.contains("error: params.r is 9"), "{command}: {told}");
        assert!(told.contains(" --> r.toml:5:5"), "{command}: {told}");
        assert!(told.contains("^ expected 1 to 3, the replicas of a key"), "{command}: {told}");
    }
}

#[test]
fn a_wrong_variant_is_shown_as_it_was_given() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let variant = "--variant=quorum=slopy";
    for command in [
        &["run", "quorum-kv/calm"][..],
        &["trace", "quorum-kv/calm"],
        &["verify", "quorum-kv/calm", "--seeds", "2"],
        &["compare", "quorum-kv/calm", "--vary", "params.r=1,2"],
        &["diff", "quorum-kv/calm", "--vary", "params.r=1,2"],
    ] {
        let told = stderr(&netsplit(folder.path(), &[command, &[variant]].concat()));
        let margin = " ".repeat("--variant=quorum=".len());
        let shown = format!("command line:1:18\n  |\n1 | {variant}\n  | {margin}^^^^^ ");
        assert!(told.contains(&shown), "{command:?}: {told}");
    }
    let set = ["run", "quorum-kv/calm", "--set", "variant=quorum=slopy"];
    let told = stderr(&netsplit(folder.path(), &set));
    assert!(told.contains("| --set variant=quorum=slopy\n"), "{told}");
}

#[test]
fn a_wrong_value_of_vary_is_shown_as_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (vary, shown) in [
        // Not valid, and refused by the lab.
        ("params.r=1,x", "| --vary params.r=x\n  |                 ^ "),
        ("params.r=1,9", "| --vary params.r=9\n  |                 ^ "),
    ] {
        for command in [&["compare", "quorum-kv/calm"][..], &["diff", "quorum-kv/calm"]] {
            let set = ["--set", "params.w=2", "--vary", vary];
            let output = netsplit(folder.path(), &[command, &set].concat());
            let told = stderr(&output);
            assert_eq!(output.status.code(), Some(2), "{command:?} {vary}: {told}");
            assert!(told.contains(shown), "{command:?} {vary}: {told}");
        }
    }
    let doubled = ["compare", "quorum-kv/calm", "--vary", "params.r=1,1"];
    let output = netsplit(folder.path(), &doubled);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`1` is named twice"), "{}", stderr(&output));
}
