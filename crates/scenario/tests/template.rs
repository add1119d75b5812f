//! The template of every lab is a valid scenario.

mod common;

use common::LABS;
use netsplit_scenario::{parse, template};

#[test]
fn templates_are_accepted_without_a_warning() {
    for lab in LABS {
        let text = template(lab);
        match parse(&text, "template.toml", &[], &LABS) {
            Ok(parsed) => assert!(parsed.warnings.is_empty(), "{}", parsed.warnings),
            Err(found) => panic!("{found}\n{text}"),
        }
    }
}

#[test]
fn a_template_reads_well() {
    insta::assert_snapshot!(template(LABS[0]));
}
