//! Actions from the file to the exit code: refused by `lint`, obeyed, never obeyed.

mod support;

use std::fs;

use serde_json::Value;
use support::{netsplit, stderr, stdout};

/// A scenario of ten seconds, with `rest` behind it.
fn scenario(lab: &str, rest: &str) -> String {
    format!(
        "title = \"T\"\nlab = \"{lab}\"\nduration = \"10s\"\n[[load]]\nrate = \"50/s\"\n\
         [verdict]\nexpect = [\"availability >= 90%\"]\n{rest}"
    )
}

fn action(name: &str, at: &str, what: &str) -> String {
    format!("[[action]]\nname = \"{name}\"\nat = {at}\ndo = {what}\n")
}

/// The exit code of a run and its report.
fn run(text: &str) -> (Option<i32>, String, Value) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("a.toml"), text).expect("it can be written");
    let shown = netsplit(folder.path(), &["run", "a.toml"]);
    let json = netsplit(folder.path(), &["run", "a.toml", "--json"]);
    let report = serde_json::from_str(&stdout(&json)).unwrap_or_default();
    (shown.status.code(), stdout(&shown) + &stderr(&shown), report)
}

#[test]
fn an_action_that_is_never_obeyed_is_inconclusive_and_named() {
    let away =
        "[params]\nmembers = 3\n[nodes]\ncount = 4\n[[fault]]\nat = \"1s\"\ncrash = \"n4\"\n";
    let add = action("enter", "\"5s\"", "{ add = { node = \"n4\" } }");
    let (code, shown, report) = run(&scenario("raft", &format!("{away}{add}")));
    assert_eq!(code, Some(3), "{shown}");
    assert!(shown.contains("- enter (add n4), asked at 5s, never obeyed"), "{shown}");
    assert!(shown.contains("action `enter` (add n4) was asked at 5s and never obeyed"), "{shown}");
    assert_eq!(
        (&report["actions"][0]["asked_s"], &report["actions"][0]["obeyed_s"]),
        (&Value::from(5.0), &Value::Null)
    );

    let deaf = action("over", "\"2s\"", "\"transfer\"") + "[params]\ntransfer = false\n";
    let (code, shown, _) = run(&scenario("raft", &deaf));
    assert_eq!(
        (code, shown.contains("over (transfer), asked at 2s, never obeyed")),
        (Some(3), true)
    );

    let down = "[[fault]]\nat = \"1s\"\ncrash = \"d1\"\nmay_miss = true\n";
    let join = action("more", "\"2s\"", "{ join = 2 }");
    let leave = action("fewer", "\"3s\"", "{ leave = \"n3\" }");
    let (code, shown, _) = run(&scenario("consistent-hashing", &format!("{down}{join}{leave}")));
    assert_eq!(code, Some(3), "{shown}");
    assert!(shown.contains("- more (join 2), asked at 2s, never obeyed"), "{shown}");
    assert!(shown.contains("- fewer (leave n3), asked at 3s, never obeyed"), "{shown}");

    let event = "{ event = \"node-left\" }";
    let (code, shown, _) =
        run(&scenario("consistent-hashing", &action("never", event, "\"join\"")));
    assert_eq!(code, Some(3), "{shown}");
    assert!(shown.contains("never asked: the event node-left never came"), "{shown}");
}

#[test]
fn actions_that_are_obeyed_pass_and_have_windows() {
    let all = [
        action("hand-over", "\"2s\"", "{ transfer = \"n2\" }"),
        action("out", "\"4s\"", "{ remove = { node = \"leader\" } }"),
        action("again", "\"6s\"", "{ add = { node = \"n2\" } }"),
    ];
    let (code, shown, report) = run(&scenario("raft", &all.concat()).replace(
        "availability >= 90%",
        "p99 < 1s after again\", \"availability >= 1% before hand-over\", \"recovery < 3s after out",
    ));
    assert_eq!(code, Some(0), "{shown}");
    let actions = report["actions"].as_array().expect("a list");
    let what: Vec<_> = actions.iter().map(|action| action["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["transfer n2", "remove n2", "add n2"], "the leader when it is asked");
    for action in actions {
        let [asked, obeyed] = ["asked_s", "obeyed_s"].map(|key| action[key].as_f64().unwrap());
        assert!(asked < obeyed && obeyed < asked + 1.0, "{action}");
    }
}

#[test]
fn wrong_particulars_are_refused_with_their_place() {
    for (lab, what, told) in [
        ("raft", "{ remove = { node = \"leeder\" } }", "did you mean `leader`?"),
        ("raft", "{ add = { nodes = \"n1\" } }", "did you mean `node`?"),
        ("raft", "{ transfer = { to = \"n6\" } }", "there is no node `n6`"),
        ("raft", "\"add\"", "`add` needs the key `node`"),
        ("consistent-hashing", "{ leave = \"n99\" }", "there is no node `n99`"),
        ("consistent-hashing", "{ leave = \"s1\" }", "`s1` is no node of the group `cache`"),
        ("consistent-hashing", "{ leave = \"n11\" }", "there is no node `n11`"),
        ("consistent-hashing", "{ join = \"n11\" }", "expected an integer"),
        ("consistent-hashing", "{ join = 65 }", "at most 64 nodes"),
        ("queueing", "\"join\"", "this lab performs no actions"),
    ] {
        let (code, shown, _) = run(&scenario(lab, &action("wrong", "\"2s\"", what)));
        assert_eq!(code, Some(2), "{what}: {shown}");
        assert!(shown.contains("--> a.toml:11:") && shown.contains(told), "{what}: {shown}");
    }
}
