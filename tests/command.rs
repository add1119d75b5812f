//! The command as users see it: names, files, flags, exit codes.

mod support;

use std::fs;
use std::path::Path;

use support::{command, netsplit, root, scenarios, stderr, stdout};

fn in_folder<T>(test: impl FnOnce(&Path) -> T) -> T {
    let folder = tempfile::tempdir().expect("a temporary folder");
    test(folder.path())
}

#[test]
fn a_wrong_name_suggests_the_right_one() {
    in_folder(|folder| {
        let output = netsplit(folder, &["run", "quorum-kv/minority-partitoin"]);
        assert_eq!(output.status.code(), Some(2));
        let errors = stderr(&output);
        assert!(errors.contains("did you mean `quorum-kv/minority-partition`?"), "{errors}");
        let output = netsplit(folder, &["run", "quorum-kv"]);
        assert!(stderr(&output).contains("`quorum-kv/calm`"), "{}", stderr(&output));
    });
}

#[test]
fn a_wrong_lab_suggests_the_right_one() {
    in_folder(|folder| {
        for command in ["lesson", "list"] {
            let output = netsplit(folder, &[command, "quorumkv"]);
            assert_eq!(output.status.code(), Some(2));
            assert!(stderr(&output).contains("did you mean `quorum-kv`?"), "{}", stderr(&output));
        }
    });
}

#[test]
fn a_list_is_of_all_labs_or_of_one() {
    in_folder(|folder| {
        let (all, one) =
            (netsplit(folder, &["list"]), netsplit(folder, &["list", "raft", "--json"]));
        assert!(
            stdout(&all).contains("\n  raft/calm ") && stdout(&all).contains("\n  cache/calm ")
        );
        let one: serde_json::Value = serde_json::from_str(&stdout(&one)).expect("JSON");
        assert_eq!(one.as_array().map(Vec::len), Some(1));
        assert_eq!(one[0]["lab"], "raft");
    });
}

#[test]
fn a_broken_file_shows_all_its_errors_with_their_places() {
    in_folder(|folder| {
        let starter = stdout(&netsplit(folder, &["new", "quorum-kv"]));
        let broken = starter.replacen("duration", "durration", 1) + "\n[nonsense]\nx = 1\n";
        fs::write(folder.join("broken.toml"), broken).expect("writable");
        for command in ["lint", "run"] {
            let output = netsplit(folder, &[command, "broken.toml"]);
            assert_eq!(output.status.code(), Some(2), "{command}");
            let errors = stderr(&output);
            assert!(errors.contains("did you mean `duration`?"), "{errors}");
            assert!(errors.contains("nonsense") && errors.contains("broken.toml:"), "{errors}");
        }
    });
}

#[test]
fn files_that_are_no_scenarios_are_told_so() {
    in_folder(|folder| {
        fs::write(folder.join("picture.toml"), [0xff, 0xfe, 0x00]).expect("writable");
        for (file, why) in [("missing.toml", "cannot read"), ("picture.toml", "UTF-8")] {
            let output = netsplit(folder, &["run", file]);
            assert_eq!(output.status.code(), Some(2), "{file}");
            assert!(stderr(&output).contains(why), "{}", stderr(&output));
        }
    });
}

#[test]
fn a_starter_file_lints_and_runs_for_every_lab() {
    in_folder(|folder| {
        for lab in ["queueing", "quorum-kv"] {
            let file = format!("{lab}.toml");
            let starter = stdout(&netsplit(folder, &["new", lab]));
            fs::write(folder.join(&file), starter).expect("writable");
            let lint = netsplit(folder, &["lint", &file]);
            assert_eq!(lint.status.code(), Some(0), "{}", stderr(&lint));
            let run = netsplit(folder, &["run", &file]);
            assert_eq!(run.status.code(), Some(0), "{}{}", stdout(&run), stderr(&run));
        }
    });
}

#[test]
fn shipped_scenarios_lint() {
    let root = root();
    for scenario in scenarios() {
        let output = netsplit(&root, &["lint", &format!("scenarios/{scenario}.toml")]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(output.stderr.is_empty(), "{scenario} warns: {}", stderr(&output));
    }
}

#[test]
fn an_override_is_checked_like_the_file() {
    in_folder(|folder| {
        let output = netsplit(folder, &["run", "quorum-kv/calm", "--set", "params.r=zwei"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("--set params.r=zwei"), "{}", stderr(&output));
    });
}

#[test]
fn a_failed_expectation_and_an_undecided_one_have_their_exit_codes() {
    in_folder(|folder| {
        let expect = |sentence: &str| format!("verdict.expect=[{sentence:?}]");
        let run = |sentence: &str| {
            netsplit(folder, &["run", "queueing/calm", "--set", &expect(sentence)]).status.code()
        };
        assert_eq!(run("p50 < 1h"), Some(0));
        assert_eq!(run("p50 < 1ns"), Some(1));
        assert_eq!(
            run("p50 < 1h from 10s to 10.00001s"),
            Some(3),
            "an empty window decides nothing"
        );
    });
}

#[test]
fn a_property_that_no_read_could_contradict_is_never_a_pass() {
    in_folder(|folder| {
        for (mix, counts) in
            [("{put=1}", "writes and 0 answered reads"), ("{get=1}", "there were 0 writes and")]
        {
            for property in [
                "sequentially consistent",
                "linearizable",
                "read-your-writes",
                "monotonic reads",
                "no lost acknowledged write",
            ] {
                let expect = format!("verdict.expect=[{property:?}]");
                let mix = format!("load.clients.mix={mix}");
                let args = ["run", "quorum-kv/calm", "--no-files", "--set", &expect];
                let short = ["--set", &mix, "--set", "duration=8s"];
                let output = netsplit(folder, &[&args[..], &short].concat());
                let shown = stdout(&output);
                assert_eq!(output.status.code(), Some(3), "{property}: {shown}");
                let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(words.contains(counts), "{property}: {shown}");
            }
        }
    });
}

#[test]
fn a_violated_property_brings_its_witness_as_data() {
    in_folder(|folder| {
        let args = ["run", "quorum-kv/calm", "--json", "--set", "params.r=1"];
        let output = netsplit(folder, &[&args[..], &["--set", "params.w=1"]].concat());
        let report: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
        let expectations = report["expectations"].as_array().expect("a list");
        let linearizable = expectations.iter().find(|e| e["text"] == "linearizable");
        let witness = &linearizable.expect("it is stated")["witness"];
        assert_eq!(witness["property"], "linearizable");
        assert_eq!(witness["minimal"], true);
        let operations = witness["operations"].as_array().expect("a list");
        assert!(operations.len() >= 2, "{witness:#}");
        assert!(
            expectations
                .iter()
                .filter(|e| e["verdict"] == "pass")
                .all(|e| e.get("witness").is_none())
        );
    });
}

#[test]
fn artefacts_stand_where_they_are_said_to_be() {
    in_folder(|folder| {
        let output = netsplit(folder, &["run", "queueing/calm", "--seed", "3", "--trace"]);
        let out = folder.join("netsplit-out/queueing/calm/reference/seed-3");
        for file in ["report.json", "history.jsonl", "timeline.svg", "trace.txt"] {
            assert!(out.join(file).is_file(), "{file}");
        }
        assert!(stdout(&output).contains("netsplit-out/queueing/calm/reference/seed-3"));
    });
}

#[test]
fn a_piped_report_is_plain_and_fits_80_columns() {
    in_folder(|folder| {
        let text = stdout(&netsplit(folder, &["run", "quorum-kv/minority-partition"]));
        assert!(!text.contains('\u{1b}'), "no colour in a pipe");
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(80), "{widest:?} columns");
    });
}

#[test]
fn a_trace_shows_what_was_asked_for() {
    in_folder(|folder| {
        let all = ["trace", "quorum-kv/calm", "--node", "n2", "--from", "1s", "--to", "1.1s"];
        let text = stdout(&netsplit(folder, &all));
        assert!(text.lines().count() > 3, "{text}");
        assert!(text.lines().all(|line| line.starts_with("1.0") && line.contains("n2")), "{text}");
    });
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let binary = env!("CARGO_BIN_EXE_netsplit");
    let script = format!("set -o pipefail; {binary} list | head -n 1");
    let output = std::process::Command::new("bash").args(["-c", &script]).output().expect("bash");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(output.stderr.is_empty(), "{}", stderr(&output));
}

#[test]
fn a_verdict_is_the_exit_code_whatever_happens_to_the_output() {
    in_folder(|folder| {
        let binary = env!("CARGO_BIN_EXE_netsplit");
        let run = format!("{binary} run queueing/calm --set load.clients.rate=450/s");
        let status = |script: &str| {
            let output = std::process::Command::new("bash")
                .args(["-c", script])
                .current_dir(folder)
                .output()
                .expect("bash");
            (output.status.code(), stderr(&output))
        };
        assert_eq!(status(&format!("{run} > /dev/null")).0, Some(1), "the run fails");
        assert_eq!(status(&format!("set -o pipefail; {run} | true")).0, Some(1));
        if Path::new("/dev/full").exists() {
            let (code, error) = status(&format!("{run} > /dev/full"));
            assert_eq!(code, Some(1));
            assert!(error.contains("cannot write to standard output"), "{error}");
        }
    });
}

/// The verdict on a history of `(client, op, input, output, from, to)` on key `x`, and its text.
fn checked(model: &str, lines: &[&str], args: &[&str]) -> (Option<i32>, String) {
    in_folder(|folder| {
        fs::write(folder.join("h.jsonl"), lines.join("\n") + "\n").expect("writable");
        let all = [&["history", "check", "h.jsonl", "--model", model], args].concat();
        let output = netsplit(folder, &all);
        (output.status.code(), stdout(&output) + &stderr(&output))
    })
}

/// A line of a history: an answered operation on key `x`.
fn line(op: &str, input: &str, output: &str, from: u64) -> String {
    format!(
        "{{\"client\": 1, \"op\": \"{op}\", \"key\": \"x\", \"input\": {input}, \"output\": {output}, \
         \"invoke_ns\": {from}, \"return_ns\": {}, \"outcome\": \"ok\"}}",
        from + 5
    )
}

#[test]
fn a_key_that_was_never_written_reads_as_what_is_said() {
    let empty = line("get", "null", "\"\"", 10);
    let put = [&empty, &line("put", "\"a\"", "null", 20), &line("get", "null", "\"a\"", 30)];
    let put = put.map(String::as_str);
    let (code, text) = checked("kv", &put, &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("--absent"), "{text}");
    assert_eq!(checked("kv", &put, &["--absent", "\"\""]).0, Some(0));
    assert_eq!(checked("kv", &[&empty], &["--absent", "\"\""]).0, Some(3), "no write");
    let appended =
        [&empty, &line("append", "\"a\"", "null", 20), &line("get", "null", "\"a\"", 30)];
    let appended = appended.map(String::as_str);
    assert_eq!(checked("kv", &appended, &["--absent", "\"\""]).0, Some(0));
    let deleted = [
        &line("put", "1", "null", 10),
        &line("delete", "null", "null", 20),
        &line("get", "null", "0", 30),
    ];
    let deleted = deleted.map(String::as_str);
    assert_eq!(checked("kv", &deleted, &["--absent", "0"]).0, Some(0));
    assert_eq!(checked("kv", &deleted, &["--absent", "7"]).0, Some(1));
    let register = [
        &line("read", "null", "0", 10),
        &line("write", "1", "null", 20),
        &line("read", "null", "1", 30),
    ];
    let register = register.map(String::as_str);
    assert_eq!(checked("register", &register, &["--absent", "0"]).0, Some(0));
    assert_eq!(checked("kv", &[&empty], &["--absent", "{"]).0, Some(2));
}

#[test]
fn numbers_are_never_rounded_and_unknown_operations_leave_a_history_undecided() {
    let wrote = line("write", "9007199254740993", "null", 10);
    let (code, _) =
        checked("register", &[&wrote, &line("read", "null", "9007199254740992", 20)], &[]);
    assert_eq!(code, Some(1), "the values differ");
    let big = line("write", "12345678901234567890123", "null", 10);
    let (code, text) = checked("register", &[&big], &[]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("would be rounded"), "{text}");
    let unknown = line("increment", "1", "null", 15);
    let (code, text) = checked(
        "register",
        &[&line("write", "1", "null", 5), &unknown, &line("read", "null", "2", 25)],
        &[],
    );
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("increment"), "{text}");
}

#[test]
fn completions_and_the_manual_are_there() {
    in_folder(|folder| {
        for shell in ["bash", "zsh", "fish"] {
            let script = stdout(&netsplit(folder, &["completions", shell]));
            assert!(script.contains("netsplit"), "{shell}");
        }
        assert!(stdout(&netsplit(folder, &["man"])).starts_with(".ie"), "a roff page");
    });
}

#[test]
fn lint_tells_parameters_that_do_not_fit_together() {
    in_folder(|folder| {
        let output = netsplit(folder, &["lint", "quorum-kv/calm", "--set", "params.r=9"]);
        assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
        assert!(stderr(&output).contains("params.r"), "{}", stderr(&output));
    });
}

#[test]
fn what_stands_under_the_wrong_line_or_comes_twice_is_told_where_it_belongs() {
    in_folder(|folder| {
        let start = "lab = \"queueing\"\nduration = \"2s\"\n[[load]]\nrate = \"9/s\"\n";
        let fault = "[[fault]]\nat = \"1s\"\nfor = \"1s\"\ncrash = \"s1\"\n";
        for (text, said) in [
            (format!("{start}{fault}expect = []\n"), "`expect` belongs in the table [verdict]"),
            (format!("{start}warmup = \"1s\"\n"), "`warmup` belongs at the top of the file"),
            (format!("{start}[fault]\nat = 1\n[fault]\nat = 2\n"), "several [[fault]]"),
            (start.replace("9/s", "9ms"), "`9ms` is not a rate"),
        ] {
            fs::write(folder.join("a.toml"), &text).expect("the folder is writable");
            let output = netsplit(folder, &["lint", "a.toml"]);
            assert_eq!(output.status.code(), Some(2), "{text}");
            assert!(stderr(&output).contains(said), "{text}: {}", stderr(&output));
        }
        let same = format!("{start}{fault}{fault}[verdict]\nexpect = [\"p99 < 1s after x\"]\n");
        let same = same.replace("at =", "name = \"cut\"\nat =");
        fs::write(folder.join("a.toml"), same).expect("the folder is writable");
        let said = stderr(&netsplit(folder, &["lint", "a.toml"]));
        assert!(said.contains("expected `cut`") && !said.contains("`cut`, `cut`"), "{said}");
    });
}

#[test]
fn lint_takes_what_verify_takes_and_marks_lines_for_github() {
    in_folder(|folder| {
        fs::create_dir(folder.join("mine")).expect("the folder is writable");
        fs::write(folder.join("mine/a.toml"), "lab = \"queueing\"\nduraton = \"2s\"\n")
            .expect("the folder is writable");
        let mut lint = command(folder, &["lint", "queueing/m*", "mine"]);
        let output = lint.env("GITHUB_ACTIONS", "true").output().expect("the command starts");
        assert_eq!(output.status.code(), Some(2));
        assert!(stdout(&output).contains("queueing/mm1.toml: ok"), "{}", stdout(&output));
        let said = stderr(&output);
        let mark = "::error file=mine/a.toml,line=2,title=netsplit::";
        assert!(said.starts_with("::error file=mine/a.toml,line=1,"), "{said}");
        assert!(said.contains(mark) && said.contains("did you mean `duration`?"), "{said}");
        let pattern = netsplit(folder, &["verify", "mine/*.toml", "--seeds", "1"]);
        assert!(stderr(&pattern).contains("mine/a.toml:2:1"), "{}", stderr(&pattern));
        // A star stays in its folder, and each file is checked once.
        fs::create_dir(folder.join("mine/old")).expect("the folder is writable");
        fs::write(folder.join("mine/old/b.toml"), "").expect("the folder is writable");
        let twice = stderr(&netsplit(folder, &["lint", "mine/*.toml", "mine/a.toml"]));
        assert_eq!(twice.matches("did you mean `duration`?").count(), 1, "{twice}");
        assert!(!twice.contains("old/b.toml"), "{twice}");
        let below = stderr(&netsplit(folder, &["lint", "mine/**/*.toml"]));
        assert!(below.contains("mine/a.toml") && below.contains("mine/old/b.toml"), "{below}");
        // A folder with the name of a lab.
        fs::rename(folder.join("mine/old"), folder.join("raft")).expect("the folder is writable");
        let own = netsplit(folder, &["lint", "raft/"]);
        assert!(stderr(&own).contains("raft/b.toml") && stdout(&own).is_empty());
        let none = stderr(&netsplit(folder, &["verify", "mine/b*.toml"]));
        assert!(none.contains("`mine/b*.toml` matches no file"), "{none}");
        let run = stderr(&netsplit(folder, &["run", "mine/a"]));
        assert!(run.contains("did you mean `mine/a.toml`?"), "{run}");
    });
}
