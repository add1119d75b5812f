//! `docs/truth.md` lists every check of every lab as its truth table states it, and all hold.
//!
//! The gate (`.ci/run`) compares the measured values, because it has a release build.

mod support;

use std::fs;

use serde::Deserialize;
use support::root;

#[derive(Deserialize)]
struct Table {
    #[serde(default)]
    check: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    law: String,
    source: String,
    tier: String,
    seeds: u64,
    measure: String,
    #[serde(default)]
    window: String,
    expected: String,
    tolerance: String,
}

/// The cells of a row of the page, without the command.
fn stated(check: &Check) -> [String; 8] {
    [
        check.law.clone(),
        check.tier.clone(),
        format!("`{}`", format!("{} {}", check.measure, check.window).trim_end()),
        check.expected.clone(),
        check.tolerance.clone(),
        check.seeds.to_string(),
        "yes".to_owned(),
        check.source.clone(),
    ]
}

/// The same of a line; `None` when it is not a row. The sixth cell is the measured value.
fn shown(line: &str) -> Option<[String; 8]> {
    let cells: Vec<_> = line.split(" | ").map(|cell| cell.trim_matches(['|', ' '])).collect();
    let [law, tier, measure, expected, tolerance, _, seeds, holds, source, _] = cells[..] else {
        return None;
    };
    let cells = [law, tier, measure, expected, tolerance, seeds, holds, source];
    (law != "law").then(|| cells.map(str::to_owned))
}

#[test]
fn the_page_of_truth_lists_every_check_and_all_hold() {
    let page = fs::read_to_string(root().join("docs/truth.md")).expect("the page exists");
    let (mut checks, mut rows) = (0, page.lines().filter_map(shown));
    let mut lab = None;
    for line in page.lines().filter_map(|line| line.strip_prefix("## ")) {
        let file = root().join("labs").join(line).join("truth.toml");
        let text = fs::read_to_string(file).expect("a section is named after a lab");
        let table: Table = toml::from_str(&text).expect("the table parses");
        for check in &table.check {
            assert_eq!(rows.next(), Some(stated(check)), "{line}");
        }
        checks += table.check.len();
        lab = Some(line);
    }
    assert_eq!(rows.next(), None, "after {lab:?}");
    let labs = fs::read_dir(root().join("labs")).expect("the folder exists");
    let tables =
        labs.filter_map(|lab| fs::read_to_string(lab.ok()?.path().join("truth.toml")).ok());
    let all: usize = tables.map(|text| text.matches("[[check]]").count()).sum();
    assert_eq!(checks, all, "some lab is missing from the page");
}
