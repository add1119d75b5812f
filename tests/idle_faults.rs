//! Faults that show nothing, from the file to the exit code: each is named, with what it failed to
//! change.

mod support;

use std::fs;

use serde_json::Value;
use support::{netsplit, stderr, stdout};

/// A scenario of ten seconds with 100 requests per second.
fn scenario(lab: &str, rest: &str) -> String {
    format!(
        "title = \"T\"\nlab = \"{lab}\"\nduration = \"10s\"\n[[load]]\nrate = \"100/s\"\n\
         [verdict]\nexpect = [\"availability >= 1%\"]\n{rest}"
    )
}

fn fault(name: &str, held: &str, kind: &str) -> String {
    format!("[[fault]]\nname = \"{name}\"\nat = \"3s\"\nfor = \"{held}\"\n{kind}\n")
}

/// The exit code of a run, its report as one line, and as JSON.
fn run(text: &str) -> (Option<i32>, String, Value) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("a.toml"), text).expect("it can be written");
    let shown = netsplit(folder.path(), &["run", "a.toml"]);
    let json = netsplit(folder.path(), &["run", "a.toml", "--json"]);
    let report = serde_json::from_str(&stdout(&json)).unwrap_or_default();
    let words = stdout(&shown) + &stderr(&shown);
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    (shown.status.code(), line, report)
}

#[test]
fn faults_that_change_nothing_are_inconclusive_and_say_what_they_failed_to_change() {
    let faults = [
        (
            "skew",
            "3s",
            "clock = { nodes = \"servers\", skew = \"-2s\" }",
            "clock reading was wrong",
        ),
        ("drift", "3s", "clock = { nodes = \"front\", drift = 1e-12 }", "timer was moved"),
        (
            "zero-skew",
            "3s",
            "clock = { nodes = \"front\", skew = \"0s\" }",
            "clock reading was wrong",
        ),
        ("disk", "3s", "disk = { nodes = \"servers\", sync = \"1s\" }", "sync was delayed"),
        ("disk-fails", "3s", "disk = { nodes = \"servers\", fail = true }", "write was refused"),
        ("adds-nothing", "3s", "latency = { add = \"0s\" }", "message was delayed"),
        ("a-moment", "1ns", "pause = \"any\"", "task was paused"),
        ("wide", "3s", "bandwidth = { to = \"100GB/s\" }", "message was delayed"),
        ("strangers", "3s", "partition = { groups = [\"s1\", \"s2\"] }", "message was cut"),
        (
            "self",
            "3s",
            "latency = { between = [\"s1\", \"s2\"], add = \"1s\" }",
            "message was delayed",
        ),
        ("rarely", "1ns", "loss = { probability = 1.0 }", "message was lost"),
        ("seldom", "1ns", "duplicate = { probability = 1.0 }", "message was duplicated"),
    ];
    for (name, held, kind, missed) in faults {
        let text = fault(name, held, kind) + "[nodes.servers]\ncount = 2\n";
        let (code, shown, report) = run(&scenario("queueing", &text));
        assert_eq!(code, Some(3), "{name}: {shown}");
        let why = format!("fault `{name}` touched nothing: ");
        let told = shown.split(" ! ").find(|told| told.contains(&why));
        assert!(told.is_some_and(|told| told.contains(&format!("no {missed}"))), "{name}: {shown}");
        assert_eq!(report["faults"][0]["touched"], serde_json::json!({}), "{name}");
    }
}

#[test]
fn a_fault_says_what_it_changed_in_its_own_terms() {
    let down = "[nodes]\ncount = 3\n".to_owned() + &fault("down", "6s", "crash = \"n3\"");
    let (code, shown, report) = run(&scenario("raft", &down));
    assert_eq!(code, Some(0), "{shown}");
    let touched = &report["faults"][0]["touched"];
    assert!(touched["messages_dropped"].as_u64() > Some(100), "{touched}");
    assert_eq!(touched["memories_lost"], 1);
    assert!(shown.contains(" messages dropped, "), "{shown}");
    assert!(shown.contains("1 memory lost; n3"), "{shown}");
}

#[test]
fn a_fault_that_nobody_can_notice_is_inconclusive_unless_the_lab_is_read() {
    let quiet = |expect: &str| {
        let text = fault("down", "3s", "crash = \"majority\"");
        scenario("quorum-kv", &text)
            .replace("rate = ", "until = \"500ms\"\nrate = ")
            .replace("availability >= 1%", expect)
    };
    let (code, shown, _) = run(&quiet("availability >= 1%"));
    assert_eq!(code, Some(3), "{shown}");
    assert!(shown.contains("nobody could notice fault `down`"), "{shown}");
    let (code, shown, _) =
        run(&quiet("availability >= 1%").replace("crash =", "may_miss = true\ncrash ="));
    assert_eq!(code, Some(0), "{shown}");
}

#[test]
fn a_fault_that_never_strikes_is_inconclusive() {
    for when in [
        "at = { event = \"became-leader\", nth = 1000 }\nfor = \"1s\"\ncrash = \"n1\"",
        "at = \"9s\"\nchurn = { up = \"5s\", down = \"1s\" }\ncrash = \"n1\"",
    ] {
        let (code, shown, _) =
            run(&scenario("raft", &format!("[[fault]]\nname = \"late\"\n{when}\n")));
        assert_eq!(code, Some(3), "{shown}");
        assert!(shown.contains("fault `late` never struck"), "{shown}");
    }
}
