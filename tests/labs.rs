//! Checks of every lab: names, variants, mutants, seeds, and the tables of its lesson.
//!
//! `determinism.rs` checks that every scenario passes, and the gate's sweep that wrong variants
//! fail, because they do those runs anyway.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use netsplit_harness::testing::{self, ShownMutant};
use netsplit_sim::Lab;

#[path = "../crates/netsplit/src/labs.rs"]
mod labs;
mod support;

fn every_lab(check: impl Fn(&'static dyn Lab) + Sync) {
    support::with_each(labs::LABS.to_vec(), check);
}

#[test]
fn fillings_and_variants_have_names_of_their_own() {
    every_lab(testing::names_are_distinct);
}

#[test]
fn every_invariant_says_which_events_it_needs() {
    every_lab(testing::invariants_need_events);
}

#[test]
fn every_variant_can_be_built() {
    every_lab(testing::variants_build);
}

#[test]
fn every_mutant_is_caught_by_the_scenario_that_it_names() {
    let shown = Mutex::new(Vec::new());
    every_lab(|lab| {
        let mutants = testing::mutants_are_shown(lab, 1..=3);
        shown.lock().unwrap().push((lab.spec().name, mutants));
    });
    let mut shown = shown.into_inner().unwrap();
    shown.sort_by_key(|(lab, _)| labs::LABS.iter().position(|known| known.spec().name == *lab));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/mutants.md");
    let page = fs::read_to_string(&file).expect("the page exists");
    let (text, _) = page.split_once(TABLES).expect("the page has a place for its tables");
    let tables: String = shown.iter().map(|(lab, mutants)| table(lab, mutants)).collect();
    let whole = format!("{text}{TABLES}\n{tables}");
    if std::env::var_os("NETSPLIT_BLESS").is_some() {
        fs::write(&file, &whole).expect("writable");
    }
    let page = fs::read_to_string(&file).expect("the page exists");
    assert!(page == whole, "docs/mutants.md is out of date: NETSPLIT_BLESS=1 updates it");
}

/// The line of `docs/mutants.md` behind which its tables stand.
const TABLES: &str =
    "<!-- NETSPLIT_BLESS=1 cargo test -p netsplit --test labs writes what follows. -->\n";

/// How the mutants of a lab are killed.
fn table(lab: &str, mutants: &[ShownMutant]) -> String {
    let mut text =
        format!("\n## {lab}\n\n| mutant | what it does wrong | killed by |\n|---|---|---|\n");
    for ShownMutant { variant, scenario, seed, expectation } in mutants {
        let (name, summary) = (variant.name, variant.summary.replace('|', "\\|"));
        text += &format!("| `{name}` | {summary} | `{scenario}`, seed {seed}: `{expectation}` |\n");
    }
    text
}

#[test]
fn a_run_is_its_seed_and_no_variant_changes_the_arrivals() {
    every_lab(testing::runs_depend_on_the_seed_alone);
}

#[test]
fn every_lesson_shows_what_its_commands_measure() {
    every_lab(testing::lesson_is_true);
}

/// The template with its examples of sentences and actions in place of their comments.
fn uncommented(template: &str) -> String {
    let actions = template.lines().filter_map(|line| line.strip_prefix("# do = "));
    let actions: String =
        actions.map(|what| format!("\n[[action]]\nat = \"35s\"\ndo = {what}\n")).collect();
    template.replace("\n  # \"", "\n  \"") + &actions
}

#[test]
fn a_template_lists_all_that_a_lab_has_and_its_examples_are_valid() {
    for lab in labs::LABS {
        let spec = lab.spec();
        let template = netsplit_scenario::template(spec);
        let text = uncommented(&template);
        let read = netsplit_scenario::parse(&text, "new.toml", &[], &[spec]);
        let scenario = read.unwrap_or_else(|errors| panic!("{errors}")).scenario;
        assert_eq!(scenario.actions.len(), spec.actions.len(), "{}", spec.name);
        let numbers = [spec.metrics, spec.measures, spec.observed].concat();
        let sentences = scenario.loads[0].mix.len() + numbers.len() + spec.invariants.len();
        assert_eq!(scenario.verdict.expect.len(), 3 + sentences, "{}", spec.name);
        let operations = spec.operations.iter().map(|operation| operation.name);
        let names = [spec.events, spec.roles].concat().into_iter().map(|named| named.name);
        let arguments = spec.actions.iter().flat_map(|action| action.args).map(|arg| arg.name);
        let names = names.chain(operations).chain(arguments);
        for name in names.chain(spec.messages.iter().copied()) {
            assert!(template.contains(name), "{}: `{name}` is not listed", spec.name);
        }
    }
}
