//! The places of a lab's refusals: the key that the scenario sets, wherever it sets it.

mod common;

use common::{LABS, least};
use netsplit_scenario::{Refusal, parse, refused};

const FILE: &str = r#"
[nodes]
count = 3
[[load]]
rate = "1/s"
[[load]]
name = "writers"
rate = "2/s"
[[fault]]
at = "1s"
for = "2s"
crash = "n1"
[[fault]]
at = "10s"
for = "3s"
crash = "n2"
[params]
w = 3
"#;

/// The text that a refusal of these keys points to, with its file.
fn place(keys: &[&str], overrides: &[&str]) -> (String, String) {
    let text = least(FILE);
    let overrides: Vec<_> = overrides.iter().map(|set| (*set).to_owned()).collect();
    let parsed = parse(&text, "test.toml", &overrides, &LABS).expect("it is valid");
    let refusal = Refusal::new(keys[0], "it does not fit", "expected something else");
    let refusal = keys[1..].iter().fold(refusal, |refusal, key| refusal.or(*key));
    let found = refused(&parsed.scenario, &text, "test.toml", &refusal);
    let item = found.iter().next().expect("one problem");
    assert_eq!((found.len(), item.message.as_str()), (1, "it does not fit"));
    assert_eq!(item.label, "expected something else");
    let line = match item.file.as_str() {
        "test.toml" => text.lines().nth(item.line - 1).expect("it is in the file"),
        _ => overrides.last().expect("it is of an override"),
    };
    let prefix = if item.file == "test.toml" { 0 } else { "--set ".len() };
    let pointed: String = line.chars().skip(item.column - 1 - prefix).collect();
    (item.file.clone(), pointed)
}

fn in_file(keys: &[&str], pointed: &str) {
    assert_eq!(place(keys, &[]), ("test.toml".to_owned(), pointed.to_owned()), "{keys:?}");
}

#[test]
fn a_key_is_found_in_the_file() {
    in_file(&["params.w"], "3");
    in_file(&["nodes.count"], "3");
    in_file(&["load.writers.rate"], "\"2/s\"");
    in_file(&["load.clients.rate"], "\"1/s\"");
    in_file(&["fault.crash.for"], "\"2s\"");
    in_file(&["fault.crash-2.for"], "\"3s\"");
    in_file(&["lab"], "\"store\"");
}

#[test]
fn the_first_key_that_is_set_is_shown_and_defaults_point_to_their_table() {
    in_file(&["params.r", "nodes.count"], "3");
    in_file(&["params.r"], "[params]");
    in_file(&["load.writers.keys"], "[[load]]");
    in_file(&["load.nobody.rate", "params.w"], "3");
    in_file(&["network.latency"], "\"store\"");
}

#[test]
fn an_override_is_shown_instead_of_the_file() {
    let shown = |key: &str, set: &str, pointed: &str| {
        let found = place(&[key], &[set]);
        assert_eq!(found, ("command line".to_owned(), pointed.to_owned()), "{key} {set}");
    };
    shown("params.w", "params.w=9", "9");
    shown("params.r", "params.r = 9", "9");
    shown("params.w", "params={ r = 1, w = 9 }", "9 }");
    shown("nodes.count", "nodes.count=4", "4");
    shown("load.writers.rate", "load.writers.rate=3/s", "3/s");
    shown("fault.crash-2.for", "fault.crash-2.for=4s", "4s");
    shown("params.r", "variant=two-reads", "two-reads");
    shown("variant", "variant=repair=never", "repair=never");
}
