//! `netsplit diff`: where two runs part.

mod support;

use std::fs;

use serde_json::Value;
use support::{netsplit, stderr, stdout};

/// The JSON of a difference, and the exit code.
fn difference(folder: &std::path::Path, args: &[&str]) -> (Value, Option<i32>) {
    let output = netsplit(folder, &[&["diff", "--json"], args].concat());
    let json = serde_json::from_str(&stdout(&output));
    (json.unwrap_or_else(|why| panic!("{why}: {}", stderr(&output))), output.status.code())
}

#[test]
fn variants_part_at_an_event_of_which_the_trace_tells_the_same() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let scenario = ["raft/leader-isolated", "--seed", "3"];
    let vary = ["--vary", "variant=reference,stale-read"];
    let (json, code) = difference(folder.path(), &[&scenario[..], &vary].concat());
    assert_eq!(code, Some(1));
    let first = &json["first"];
    let event = first["event"].as_u64().expect("they part") as usize;
    for (variant, side) in [("reference", "a"), ("stale-read", "b")] {
        let args = [&["trace"], &scenario[..], &["--variant", variant]].concat();
        let trace = stdout(&netsplit(folder.path(), &args));
        assert_eq!(trace.lines().nth(event - 1), first[side].as_str(), "{variant}");
        assert_eq!(json[side]["variant"], variant);
    }
    assert_ne!(first["a"], first["b"]);
    let nodes = json["nodes"].as_array().expect("nodes");
    let names: Vec<_> = nodes.iter().map(|node| node["node"].as_str().unwrap()).collect();
    assert_eq!(names, ["n1", "n2", "n3", "n4", "n5"]);
}

#[test]
fn a_run_and_its_folder_are_the_same_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let set = ["--seed", "7", "--set", "duration=10s"];
    netsplit(
        folder.path(),
        &[&["run", "raft/calm", "--out", "out", "--no-page"], &set[..]].concat(),
    );
    let (json, code) = difference(folder.path(), &["out", "out"]);
    assert_eq!((json["same"].as_bool(), code), (Some(true), Some(0)));
    assert_eq!((&json["a"]["seed"], &json["first"]), (&7.into(), &Value::Null));
    let (json, code) = difference(folder.path(), &[&["out", "raft/calm"], &set[..]].concat());
    assert_eq!((json["same"].as_bool(), code), (Some(true), Some(0)), "{json}");
    let (json, code) = difference(folder.path(), &["out", "raft/calm"]);
    assert_eq!((&json["b"]["seed"], code), (&1.into(), Some(1)));
    // A report that was changed is no repetition.
    let report = folder.path().join("out/report.json");
    let text = fs::read_to_string(&report).expect("a run writes its report");
    let mut json: Value = serde_json::from_str(&text).expect("it is JSON");
    json["fingerprint"] = "0".into();
    fs::write(&report, json.to_string()).expect("writable");
    let output = netsplit(folder.path(), &["diff", "out", "raft/calm"]);
    assert!(stderr(&output).contains("recorded run has fingerprint 0"), "{}", stderr(&output));
}

#[test]
fn two_seeds_part_in_decisions_whatever_their_times() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (json, code) = difference(folder.path(), &["raft/calm", "--vary", "seed=1,2"]);
    assert_eq!((&json["first"], code), (&Value::Null, Some(1)));
    let note = json["note"].as_str().expect("it says why");
    assert!(note.starts_with("Two seeds part at the first latency"), "{note}");
    assert!(json["nodes"].as_array().expect("nodes").iter().any(|node| node["a"].is_string()));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(folder.path().join("empty")).expect("writable");
    for (args, why) in [
        (&["raft/calm"][..], "required"),
        (&["raft/calm", "--vary", "seed=1"], "name two values"),
        (&["raft/calm", "--vary", "seed=1,x"], "`x`"),
        (&["empty", "raft/calm"], "cannot read empty/report.json"),
        (&["raft/calmer", "raft/calm"], "did you mean `raft/calm`"),
    ] {
        let output = netsplit(folder.path(), &[&["diff"], args].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(why), "{args:?}: {}", stderr(&output));
    }
}
