//! The scenario files shown in the documentation are valid and pass, and every key is documented.

mod support;

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use support::{netsplit, root, stderr, stdout};

const REFERENCE: &str = "docs/scenarios.md";

/// The lines that the reference omits from its smaller examples.
const HEAD: &str = "title = \"T\"\nlab = \"quorum-kv\"\nduration = \"60s\"\n";

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect("the page exists")
}

/// The examples of scenario files in a page, each with the line on which it starts.
fn examples(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = page.lines().zip(1..);
    while let Some((line, number)) = lines.next() {
        if line.trim() != "```toml" {
            continue;
        }
        let inside = lines.by_ref().map(|(line, _)| line);
        let text: Vec<_> = inside.take_while(|line| line.trim() != "```").collect();
        found.push((number + 1, text.join("\n") + "\n"));
    }
    found
}

fn is_whole(example: &str) -> bool {
    let key = |line: &str| line.split('=').next() == Some("lab");
    example.lines().any(|line| key(&line.replace(' ', "")))
}

/// Checks that an example is valid without a warning, and passes.
fn holds(page: &str, line: usize, text: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("example.toml"), text).expect("it can be written");
    let output = netsplit(folder.path(), &["lint", "example.toml"]);
    let (output, warnings) = (stdout(&output), stderr(&output));
    assert!(
        output == "example.toml: ok\n" && warnings.is_empty(),
        "{page}, the example in line {line}:\n{output}{warnings}"
    );
    let run = netsplit(folder.path(), &["run", "example.toml"]);
    let report = stdout(&run);
    assert!(run.status.success(), "{page}, the example in line {line}:\n{report}");
}

#[test]
fn examples_are_scenarios_that_pass() {
    for name in ["README.md", REFERENCE] {
        let examples = examples(&page(name));
        assert!(examples.iter().any(|(_, text)| is_whole(text)), "{name}");
        for (line, text) in examples {
            if is_whole(&text) {
                holds(name, line, &text);
            } else if name == REFERENCE {
                holds(name, line, &format!("{HEAD}{text}"));
            }
        }
    }
}

/// The keys that a schema names, without those that are names of a lab.
fn keys(schema: &Value, found: &mut BTreeSet<String>) {
    let children: Vec<&Value> = match schema {
        Value::Object(entries) => {
            if let Some(properties) = entries.get("properties").and_then(Value::as_object) {
                found.extend(properties.keys().cloned());
            }
            let of_lab = |name: &str| {
                let kinds = [".params", ".nodes", ".mix", ".verb"];
                kinds.iter().any(|kind| name.ends_with(kind))
            };
            let shared = entries.iter().filter(|(name, _)| !of_lab(name));
            shared.map(|(_, value)| value).collect()
        }
        Value::Array(list) => list.iter().collect(),
        _ => return,
    };
    for child in children {
        keys(child, found);
    }
}

#[test]
fn every_key_is_in_the_reference() {
    let schema = stdout(&netsplit(&root(), &["schema"]));
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let mut found = BTreeSet::new();
    keys(&schema, &mut found);
    assert!(found.contains("title") && found.contains("std_dev"), "{found:?}");
    let reference = page(REFERENCE);
    let code: BTreeSet<_> = reference
        .lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .flat_map(|code| code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .collect();
    let missing: Vec<_> = found.iter().filter(|key| !code.contains(key.as_str())).collect();
    assert!(missing.is_empty(), "{REFERENCE} leaves out {missing:?}");
}
