//! The starter file of every lab is a scenario, also with its comments taken out.

mod common;

use common::LABS;
use netsplit_scenario::{parse, starter};

#[test]
fn starters_are_accepted_without_a_warning() {
    for lab in LABS {
        let text = starter(lab);
        match parse(&text, "starter.toml", &[], &LABS) {
            Ok(parsed) => assert!(parsed.warnings.is_empty(), "{}", parsed.warnings),
            Err(found) => panic!("{found}\n{text}"),
        }
    }
}

#[test]
fn a_starter_reads_well() {
    insta::assert_snapshot!(starter(LABS[0]));
}
