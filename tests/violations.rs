//! Every shipped expectation can be violated.
//!
//! `tests/violations.toml` names, for each shipped scenario, settings that break it. Every
//! expectation must be violated by at least one of them, or by a variant in the scenario's
//! `catches`; `docs/violations.md` shows by which. `NETSPLIT_BLESS=1` writes the page, with
//! `NETSPLIT_ONLY=LAB/` the sections of one lab.

mod support;

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::Value;
use support::{chosen_scenarios, netsplit, root, scenarios, stderr, stdout, with_each};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Breakers {
    /// Lists of `KEY=VALUE`, each for one run.
    tries: Vec<Vec<String>>,
}

/// The table `verdict` of a shipped scenario.
fn verdict(scenario: &str) -> toml::Table {
    let file = root().join("scenarios").join(format!("{scenario}.toml"));
    let text = fs::read_to_string(file).expect("scenarios are named after their files");
    let parsed: toml::Table = text.parse().expect("shipped scenarios parse");
    parsed["verdict"].as_table().expect("a table").clone()
}

/// The settings to try on a scenario: those of the table, and the variants in its `catches`.
fn tries(table: &BTreeMap<String, Breakers>, scenario: &str) -> Vec<Vec<String>> {
    let verdict = verdict(scenario);
    let catches = verdict.get("catches").and_then(toml::Value::as_array);
    let variants = catches.into_iter().flatten().filter_map(toml::Value::as_str);
    let mut all: Vec<_> = variants.map(|name| vec![format!("variant={name}")]).collect();
    all.extend(table.get(scenario).into_iter().flat_map(|breakers| breakers.tries.clone()));
    all
}

/// The sentences of a scenario, each with the first settings that violate it.
fn violated(scenario: &str, tries: &[Vec<String>]) -> Vec<(String, Option<String>)> {
    let swept = verdict(scenario).contains_key("sweep");
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    for set in tries {
        let mut sentences = expectations(scenario, set);
        if swept {
            sentences.extend(sweep_criteria(scenario, set));
        }
        for (index, (text, violated)) in sentences.into_iter().enumerate() {
            if found.len() <= index {
                found.push((text, None));
            }
            if violated && found[index].1.is_none() {
                found[index].1 = Some(set.join(", "));
            }
        }
    }
    found
}

/// The expectations of a run with seed 1, and whether they are violated.
fn expectations(scenario: &str, set: &[String]) -> Vec<(String, bool)> {
    sentences(&judged(&["run", scenario, "--json", "--no-files"], set)["expectations"])
}

/// The sentences of a sweep over three seeds, and whether they are violated.
fn sweep_criteria(scenario: &str, set: &[String]) -> Vec<(String, bool)> {
    let mut args = vec!["verify", scenario, "--json", "--seeds", "3"];
    args.extend(["--jobs", "1", "--set", "verdict.catches=[]"]);
    let mut all = judged(&args, set)["scenarios"][0]["claims"].take();
    let criteria = all.as_array_mut().expect("a list");
    criteria.retain(|criterion| criterion["kind"] == "sweep");
    sentences(&all)
}

fn sentences(list: &Value) -> Vec<(String, bool)> {
    let list = list.as_array().expect("a list").iter();
    list.map(|sentence| {
        let text = sentence["text"].as_str().expect("text").to_owned();
        (text, sentence["verdict"] == "fail")
    })
    .collect()
}

/// The JSON that the command prints with these settings.
fn judged(args: &[&str], set: &[String]) -> Value {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut args = args.to_vec();
    set.iter().for_each(|set| args.extend(["--set", set]));
    let output = netsplit(folder.path(), &args);
    serde_json::from_str(&stdout(&output))
        .unwrap_or_else(|_| panic!("{args:?}: {}", stderr(&output)))
}

/// The expectations of the chosen scenarios, by scenario.
fn all_violations() -> BTreeMap<String, Vec<(String, Option<String>)>> {
    let text = fs::read_to_string(root().join("tests/violations.toml")).expect("the table exists");
    let table: BTreeMap<String, Breakers> = toml::from_str(&text).expect("the table parses");
    let (known, names) = (scenarios(), chosen_scenarios());
    for name in table.keys() {
        assert!(known.contains(name), "tests/violations.toml: there is no scenario {name}");
    }
    let violations = |name: String| {
        let violations = violated(&name, &tries(&table, &name));
        (name, violations)
    };
    with_each(names, violations).into_iter().collect()
}

/// The page with these sections; those of scenarios that were not chosen stay as they are.
fn page(all: &BTreeMap<String, Vec<(String, Option<String>)>>, shown: &str) -> String {
    let (known, chosen) = (scenarios(), chosen_scenarios());
    let kept = shown.split("\n## ").skip(1).filter_map(|section| section.split_once("\n\n"));
    let kept = kept.filter(|(name, _)| known.iter().any(|one| one == name));
    let kept = kept.filter(|(name, _)| !chosen.iter().any(|one| one == name));
    let mut sections: BTreeMap<_, _> =
        kept.map(|(name, rows)| (name.to_owned(), rows.trim_end().to_owned() + "\n")).collect();
    for (scenario, expectations) in all {
        let mut rows = String::from("| expectation | violated by |\n|---|---|\n");
        for (text, by) in expectations {
            rows += &format!("| `{text}` | `{}` |\n", by.as_deref().unwrap_or("nothing"));
        }
        sections.insert(scenario.clone(), rows);
    }
    let mut page = String::from(
        "# What violates each expectation\n\n\
         An expectation that nothing can violate proves nothing. Each of these was violated by the \
         setting beside it, in a run with seed 1, or in a sweep of three seeds where the sentence is about \
         seeds. Written by `NETSPLIT_BLESS=1 cargo test -p \
         netsplit --test violations`; kept true by that test.\n",
    );
    for (scenario, rows) in sections {
        page += &format!("\n## {scenario}\n\n{rows}");
    }
    page
}

#[test]
fn every_shipped_expectation_can_be_violated() {
    let all = all_violations();
    let mut never = Vec::new();
    for (scenario, expectations) in &all {
        if expectations.is_empty() {
            never.push(format!("{scenario}: nothing is tried"));
        }
        let unbroken = expectations.iter().filter(|(_, by)| by.is_none());
        never.extend(unbroken.map(|(text, _)| format!("{scenario}: {text}")));
    }
    assert!(never.is_empty(), "nothing violates:\n{}", never.join("\n"));
    let file = root().join("docs/violations.md");
    let page = page(&all, &fs::read_to_string(&file).unwrap_or_default());
    if std::env::var_os("NETSPLIT_BLESS").is_some() {
        fs::write(&file, &page).expect("writable");
    }
    let shown = fs::read_to_string(&file).unwrap_or_default();
    assert!(shown == page, "docs/violations.md is out of date: NETSPLIT_BLESS=1 updates it");
}
