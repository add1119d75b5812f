//! No text makes the reader panic or hang, and every error has a place in the text.

mod common;

use common::{LABS, WHOLE, least};
use netsplit_scenario::parse;
use proptest::prelude::*;

/// Reads and renders; checks that each finding points into the text it names.
fn survives(text: &str, overrides: &[String]) {
    let found = match parse(text, "test.toml", overrides, &LABS) {
        Ok(parsed) => parsed.warnings,
        Err(found) => {
            assert!(!found.is_empty(), "an error without a finding for {text:?}");
            found
        }
    };
    let lines: Vec<_> = text.split('\n').collect();
    for finding in found.iter().filter(|finding| finding.file == "test.toml") {
        let line = lines.get(finding.line - 1);
        let line = line.unwrap_or_else(|| panic!("no line {} in {text:?}", finding.line));
        let columns = line.chars().count() + 1;
        assert!((1..=columns).contains(&finding.column), "{finding:?} in {text:?}");
    }
    found.render(false);
    found.render(true);
}

/// Pieces of scenarios, to be put where they do not belong.
const PIECES: [&str; 30] = [
    "\"n1\"",
    "1",
    "-1",
    "0",
    "nan",
    "inf",
    "1e400",
    "99999999999999999999",
    "\"any(3)\"",
    "\"100%\"",
    "\"-5%\"",
    "\"1s\"",
    "\"0s\"",
    "\"25h\"",
    "[]",
    "{}",
    "[[]]",
    "true",
    "1979-05-27",
    "\"\"",
    "\"é\"",
    "'''\nx'''",
    "[\"n1\", [\"n2\"]]",
    "\"p99 < 5\"",
    "\"recovery < 2s after\"",
    "{ constant = \"1ms\" }",
    "{ mixture = [] }",
    "\"leader\"",
    "\"\\u00e9\\n p99\"",
    "#",
];

/// The whole scenario with some of its words replaced.
fn mutated() -> impl Strategy<Value = String> {
    let place = any::<prop::sample::Index>();
    let piece = prop::sample::select(&PIECES[..]);
    let edits = prop::collection::vec((place, piece, 0..3u8), 1..4);
    edits.prop_map(|edits| {
        let mut text = WHOLE.to_owned();
        for (place, piece, how) in edits {
            let values: Vec<_> = text.match_indices("= ").map(|(at, _)| at + 2).collect();
            if values.is_empty() {
                break;
            }
            let at = values[place.index(values.len())];
            let rest = &text[at..];
            let end = match how {
                0 => at,
                1 => at + rest.find([',', '}', '\n']).unwrap_or(rest.len()),
                _ => at + rest.find('\n').unwrap_or(rest.len()),
            };
            text.replace_range(at..end, piece);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text(text in "\\PC{0,200}") {
        survives(&text, &[]);
    }

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        survives(&String::from_utf8_lossy(&bytes), &[]);
    }

    #[test]
    fn a_valid_file_with_wrong_values(text in mutated()) {
        survives(&text, &[]);
    }

    #[test]
    fn a_valid_file_with_a_piece_cut_out(from in 0..WHOLE.len(), length in 0..80usize) {
        let kept = |at: usize| at < from || at >= from + length;
        let text: String = WHOLE.char_indices().filter(|(at, _)| kept(*at)).map(|(_, c)| c).collect();
        survives(&text, &[]);
    }

    #[test]
    fn random_overrides(key in "[a-z.-]{0,30}", value in "\\PC{0,30}") {
        survives(WHOLE, &[format!("{key}={value}"), format!("fault.{key}"), value]);
    }

    #[test]
    fn random_sentences(sentence in "(p99|availability|mean|not|recovery|[(]|[)]|<|within|5%|of|2s|after|crash|from|to|\\PC| ){0,12}") {
        let sentence = sentence.replace(['"', '\\'], "");
        survives(&least(&format!("[verdict]\nexpect = [\"{sentence}\"]")), &[]);
    }
}

#[test]
fn deep_nesting_costs_no_stack() {
    for deep in [
        format!("{}a = 1", "a.".repeat(200_000)),
        format!("[{}a]", "a.".repeat(200_000)),
        format!("a = {{ {}a = 1 }}", "a.".repeat(200_000)),
        format!("a = {}", "[".repeat(200_000)),
        format!("a = {}", "{a=".repeat(200_000)),
        format!("a = 1\n{}", "[a.a]\n".repeat(50_000)),
    ] {
        survives(&deep, &[]);
        survives(WHOLE, &[deep.clone(), format!("params.r={deep}"), format!("{deep}=1")]);
    }
}

#[test]
fn large_files_end_soon() {
    let fault = "[[fault]]\nat = \"1s\"\nfor = \"1s\"\ncrash = \"n1\"\n";
    survives(&least(&fault.repeat(900)), &[]);
    survives(&least(&fault.repeat(20_000)), &["fault.crash-99.at=2s".to_owned()]);
    let nodes: Vec<_> = (1..9000).map(|n| format!("\"n{n}\"")).collect();
    let many = format!("[[fault]]\nat = \"1s\"\ncrash = [{}]\n", nodes.join(","));
    survives(&least(&format!("[nodes]\ncount = 9000\n{}", many.repeat(14))), &[]);
    survives(&"x".repeat(1024 * 1024), &[]);
    survives(&least(&"y = 1\n".repeat(100_000)), &[]);
    let keys: Vec<_> = (0..50_000).map(|n| format!("key-{n} = 1\n")).collect();
    let keys = keys.concat();
    survives(&format!("[params]\n{keys}"), &[]);
    survives(&least(&format!("[params]\n{keys}")), &[]);
}

#[test]
fn very_large_files_are_not_read() {
    let text = format!("{}#{}", least(""), "x".repeat(1024 * 1024));
    let found = parse(&text, "test.toml", &[], &LABS).expect_err("it is too long");
    assert_eq!(found.iter().next().expect("a finding").message, "the file is larger than 1 MiB");
}
