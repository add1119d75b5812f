//! Sentences that no run can decide are errors, and their neighbours that some run can are not.

mod common;

use common::{LABS, least};
use netsplit_scenario::parse;

const FILE: &str = r#"
warmup = "10s"
[nodes]
region = ["eu", "us"]
[[load]]
rate   = "1/s"
region = "eu"
mix    = { put = 1, get = 1 }
[[load]]
name  = "early"
rate  = "1/s"
until = "30s"
mix   = { put = 1 }
[[fault]]
name  = "soon"
at    = "1s"
for   = "2s"
crash = "n1"
[[fault]]
name  = "cut"
at    = "20s"
for   = "5s"
crash = "n2"
[[fault]]
name  = "often"
at    = "35s"
for   = "1s"
every = "3s"
times = 3
crash = "n3"
"#;

/// The message about a sentence, or nothing.
fn refused(file: &str, sentence: &str) -> Option<String> {
    let key = if sentence.starts_with("mean(") { "sweep" } else { "expect" };
    let text = least(&format!("{file}[verdict]\n{key} = [\"{sentence}\"]"));
    match parse(&text, "test.toml", &[], &LABS) {
        Ok(_) => None,
        Err(found) => {
            assert_eq!(found.len(), 1, "{found}");
            let item = found.iter().next().expect("there is one");
            let line = text.lines().nth(item.line - 1).expect("it is in the file");
            assert!(line.contains(sentence), "it points to {line}");
            Some(item.message.clone())
        }
    }
}

#[test]
fn sentences_without_a_deciding_run_are_refused() {
    for (sentence, told) in [
        ("makespan <= 3 from 20s to 30s", "`makespan` is measured over the whole run only"),
        ("makespan <= 3 before cut", "`makespan` is measured over the whole run only"),
        ("makespan <= 3 during cut", "`makespan` is measured over the whole run only"),
        ("makespan <= 3 after cut", "`makespan` is measured over the whole run only"),
        ("makespan <= 3 outside faults", "`makespan` is measured over the whole run only"),
        ("mean(makespan) <= 3 during cut", "`makespan` is measured over the whole run only"),
        ("makespan(node n1) <= 3", "`makespan` is measured over all nodes together"),
        ("p99 < 1s during soon", "`soon` is active at no measured time"),
        ("stale_reads == 0 during soon", "`soon` is active at no measured time"),
        ("p99(scan) < 1s", "no load sends `scan`"),
        ("mean(p99(scan)) < 1s", "no load sends `scan`"),
        (
            "availability(load early) > 1% during often",
            "no load sends such requests in this window",
        ),
        ("availability(load early) > 1% after often", "no load sends such requests in this window"),
        ("p99(load early) < 1s from 30s to 40s", "no load sends such requests in this window"),
        ("slower(1s, region us) < 1%", "no load sends such requests in this window"),
    ] {
        assert_eq!(refused(FILE, sentence).as_deref(), Some(told), "{sentence}");
    }
}

#[test]
fn their_neighbours_are_accepted() {
    for sentence in [
        "makespan <= 3",
        "makespan <= 3 overall",
        "mean(makespan) <= 3",
        "stale_reads == 0 during cut",
        "stale_reads(node n1) == 0 during often",
        "p99 < 1s during cut",
        "p99(put) < 1s",
        "p99(load early) < 1s from 20s to 40s",
        "availability(load early) > 1% during cut",
        "availability(region eu) > 1% after often",
        "availability > 1% outside faults",
        "serves again within 5s",
    ] {
        assert_eq!(refused(FILE, sentence), None, "{sentence}");
    }
}

#[test]
fn faults_that_cover_all_measured_time_leave_nothing_outside() {
    let file = |hold: &str| {
        let faults = "[[fault]]\nat = \"5s\"\nfor = \"35s\"\ncrash = \"n1\"\n\
                      [[fault]]\nat = \"39s\"\nname = \"more\"\ncrash = \"n2\"\n";
        format!("warmup = \"10s\"\n[[load]]\nrate = \"1/s\"\n{faults}{hold}")
    };
    let sentence = "availability > 1% outside faults";
    let told = Some("no measured time is outside the faults".to_owned());
    assert_eq!(refused(&file(""), sentence), told);
    assert_eq!(refused(&file("for = \"10s\"\n"), sentence), None);
    assert_eq!(refused(&file("for = \"19s\"\n"), sentence), told, "it settles at the end");
}

#[test]
fn recovery_needs_a_fault() {
    let calm = "[[load]]\nrate = \"1/s\"\n";
    let told = Some("there is no fault to recover from".to_owned());
    assert_eq!(refused(calm, "serves again within 5s"), told);
}

#[test]
fn answers_that_no_run_gives_are_refused() {
    for (answer, told) in [
        ("availability during cut", None),
        ("recovery after cut", None),
        ("linearizable", None),
        ("makespan", None),
        ("p99(get) from 40s to 50s", None),
        ("availability >= 99%", Some("a metric answers a question without a bound")),
        ("not linearizable", Some("there is no metric or property `not`")),
        ("availability during cutt", Some("there is no fault or action `cutt`")),
        ("makespan during cut", Some("`makespan` is measured over the whole run only")),
        ("availability from 1s to 5s", Some("this window ends before anything is measured")),
        ("availability(cas)", Some("there is no operation `cas`")),
    ] {
        let file = format!("{FILE}[[predict]]\nquestion = \"?\"\nanswer = \"{answer}\"");
        let found = parse(&least(&file), "test.toml", &[], &LABS).err();
        let messages: Vec<_> = found
            .iter()
            .flat_map(netsplit_scenario::Diagnostics::iter)
            .map(|d| &d.message)
            .collect();
        assert_eq!(messages.first().copied().map(String::as_str), told, "{answer}: {messages:?}");
    }
}
