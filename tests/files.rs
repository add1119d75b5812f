//! Files that the command reads and writes: limits, names, full disks, two runs at once.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use support::{command, netsplit, stderr, stdout, sweeps};

fn sh(folder: &Path, script: &str) -> Output {
    let path = Path::new(env!("CARGO_BIN_EXE_netsplit")).parent().expect("it is in a folder");
    let paths = std::env::var("PATH").unwrap_or_default();
    Command::new("bash")
        .args(["-c", script])
        .current_dir(folder)
        .env("PATH", format!("{}:{paths}", path.display()))
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITHUB_STEP_SUMMARY")
        .output()
        .expect("bash")
}

/// All files below a folder, with their paths in it.
fn files_below(folder: &Path) -> Vec<String> {
    let found = sh(folder, "find . -type f | sort");
    stdout(&found).lines().map(str::to_owned).collect()
}

#[test]
fn different_runs_have_different_folders_and_the_same_run_replaces_its_own() {
    let folder = sweeps::folder("");
    let here = folder.path();
    fs::create_dir(here.join("a")).expect("writable");
    fs::copy(here.join("short.toml"), here.join("a/short.toml")).expect("readable");
    let short = here.join("short.toml");
    fs::create_dir(here.join("b")).expect("writable");
    let runs = [
        "run short.toml",
        "run a/short.toml",
        "run short.toml --seed 2",
        "run short.toml --set load.clients.rate=90/s",
        "run short.toml --set load.clients.rate=91/s",
        "run short.toml --variant random",
        "run short.toml --variant balancer=two-choices",
    ];
    for (count, line) in (1..).zip(runs) {
        sweeps::run(here, line);
        sweeps::run(here, line);
        let reports = files_below(here);
        let reports: Vec<_> = reports.iter().filter(|f| f.ends_with("report.json")).collect();
        assert_eq!(reports.len(), count, "{line}: {reports:?}");
    }
    assert!(here.join("netsplit-out/a/short.toml/reference/seed-1/report.json").is_file());
    let outside = netsplit(&here.join("b"), &["run", short.to_str().expect("UTF-8")]);
    assert!(stdout(&outside).contains("netsplit-out/elsewhere-"), "{}", stdout(&outside));
    let again = netsplit(&here.join("b"), &["run", "../short.toml"]);
    assert_eq!(stdout(&again), stdout(&outside), "two names of one file");
    let mut charts = Vec::new();
    for vary in ["load.clients.rate=50/s,60/s", "load.clients.rate=70/s,80/s"] {
        let compared = netsplit(here, &["compare", "short.toml", "--vary", vary]);
        charts.push(stdout(&compared).lines().last().expect("a line").to_owned());
    }
    assert_ne!(charts[0], charts[1]);
    assert!(!files_below(here).iter().any(|file| file.contains(".part")));
}

#[test]
fn a_chosen_folder_keeps_the_result_of_another_run() {
    let folder = sweeps::folder("");
    let here = folder.path();
    assert_eq!(sweeps::code(here, "run short.toml --out mine"), Some(0));
    assert_eq!(sweeps::code(here, "run short.toml --out mine"), Some(0), "its own");
    let before = fs::read(here.join("mine/report.json")).expect("it is there");
    for other in ["--seed 2", "--set load.clients.rate=90/s", "--variant random"] {
        let refused = sweeps::run(here, &format!("run short.toml --out mine {other}"));
        assert_eq!(refused.status.code(), Some(2), "{other}");
        assert!(stderr(&refused).contains("`netsplit run short.toml --seed 1`"), "{other}");
    }
    assert_eq!(fs::read(here.join("mine/report.json")).expect("it is there"), before);
    let among_others = sweeps::run(here, "run short.toml --out .");
    assert_eq!(among_others.status.code(), Some(0), "{}", stderr(&among_others));
    fs::create_dir(here.join("old")).expect("writable");
    fs::write(here.join("old/report.json"), "{}").expect("writable");
    assert_eq!(sweeps::code(here, "run short.toml --out old"), Some(2));
    assert_eq!(sweeps::code(here, "run short.toml --out short.toml"), Some(2), "a file");
}

#[test]
fn two_runs_at_once_into_one_folder_leave_one_result() {
    let folder = sweeps::folder("");
    let here = folder.path();
    for seed in [5, 6] {
        sweeps::run(here, &format!("run short.toml --seed {seed} --out {seed}"));
    }
    for round in 0..5 {
        let both = format!(
            "netsplit run short.toml --seed 5 --out {round}r & a=$!
             netsplit run short.toml --seed 6 --out {round}r & b=$!
             wait $a; wait $b"
        );
        sh(here, &both);
        let of = |folder: &str, file: &str| fs::read(here.join(folder).join(file)).expect(file);
        let whole = ["5", "6"].iter().filter(|seed| {
            ["report.json", "history.jsonl", "timeline.svg", "command.txt"].iter().all(|file| {
                let same = of(&format!("{round}r"), file) == of(seed, file);
                same || *file == "command.txt"
            })
        });
        assert_eq!(whole.count(), 1, "round {round}");
    }
}

#[test]
fn a_run_whose_files_cannot_be_written_reports_and_keeps_its_exit_code() {
    let folder = sweeps::folder("");
    let here = folder.path();
    fs::write(here.join("netsplit-out"), "a file where a folder should be").expect("writable");
    for (seed, code) in [(1, 0), (3, 1)] {
        let seed = seed.to_string();
        let output = netsplit(here, &["run", "short.toml", "--seed", &seed]);
        assert_eq!(output.status.code(), Some(code));
        assert!(stdout(&output).contains("expectation"), "{}", stdout(&output));
        assert!(stderr(&output).starts_with("warning: cannot write"), "{}", stderr(&output));
        let none = netsplit(here, &["run", "short.toml", "--seed", &seed, "--no-files"]);
        assert_eq!(none.status.code(), Some(code));
        assert_eq!(stderr(&none), "");
    }
    let compared = "compare short.toml --vary load.clients.rate=50/s,60/s";
    assert!(stderr(&sweeps::run(here, compared)).starts_with("warning: cannot write"));
    assert_eq!(stderr(&sweeps::run(here, &format!("{compared} --no-files"))), "");
}

#[test]
fn a_shard_replaces_only_itself() {
    let folder = sweeps::folder("");
    let here = folder.path();
    let baseline = sweeps::run(here, "verify short.toml --seeds 2 --json");
    fs::write(here.join("baseline.json"), &baseline.stdout).expect("writable");
    let refused = sweeps::run(here, "verify short.toml --seeds 2 --out baseline.json");
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(fs::read(here.join("baseline.json")).expect("readable"), baseline.stdout);
    assert_eq!(sweeps::code(here, "verify short.toml --seeds 2 --out s.jsonl"), Some(0));
    assert_eq!(sweeps::code(here, "verify short.toml --seeds 2 --out s.jsonl"), Some(0));
    assert_eq!(sweeps::code(here, "verify short.toml --seeds 3 --out s.jsonl"), Some(2));
}

#[test]
fn a_file_of_ones_own_is_replayed_from_its_folder() {
    let folder = sweeps::folder("");
    let here = folder.path();
    sweeps::run(here, "run short.toml --out out");
    let again = sweeps::run(here, "replay out/report.json");
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    fs::rename(here.join("out/scenario.toml"), here.join("moved.toml")).expect("writable");
    let lost = sweeps::run(here, "replay out/report.json");
    assert_eq!(lost.status.code(), Some(2));
    assert!(stderr(&lost).contains("--scenario FILE"), "{}", stderr(&lost));
    assert_eq!(sweeps::code(here, "replay out/report.json --scenario moved.toml"), Some(0));
}

#[test]
fn a_report_makes_nobody_read_or_show_other_files() {
    let folder = sweeps::folder("");
    let here = folder.path();
    sweeps::run(here, "run short.toml --out out");
    let secret = "correct horse battery staple";
    fs::write(here.join("secret.toml"), format!("{secret}\n")).expect("writable");
    let report = fs::read_to_string(here.join("out/report.json")).expect("readable");
    let path = here.join("secret.toml").display().to_string();
    for named in ["secret.toml", path.as_str(), "out/../secret.toml"] {
        fs::write(here.join("evil.json"), report.replace("queueing/short", named))
            .expect("writable");
        let output = sweeps::run(here, "replay evil.json");
        assert_eq!(output.status.code(), Some(2), "{named}");
        assert!(!stderr(&output).contains("horse"), "{}", stderr(&output));
    }
    fs::copy(here.join("secret.toml"), here.join("out/scenario.toml")).expect("writable");
    for args in ["replay out/report.json", "replay out/report.json --scenario secret.toml"] {
        let output = sweeps::run(here, args);
        assert_eq!(output.status.code(), Some(2), "{args}");
        assert!(!stderr(&output).contains("horse"), "{}", stderr(&output));
    }
}

#[test]
fn endless_and_giant_files_are_refused_with_the_limit() {
    let folder = sweeps::folder("");
    let here = folder.path();
    let made = sh(
        here,
        "ln -s /dev/zero endless.toml; mkfifo pipe.toml; truncate -s 1T sparse.toml;
         mkdir a; mkfifo a/pipe.toml",
    );
    assert!(made.status.success(), "{}", stderr(&made));
    let cases = [
        ("lint endless.toml", "no regular file"),
        ("run pipe.toml", "no regular file"),
        ("verify a", "no regular file"),
        ("lint sparse.toml", "larger than 1 MiB"),
        ("replay pipe.toml", "no regular file"),
        ("replay /dev/zero", "larger than 64 MiB"),
        ("replay sparse.toml", "larger than 64 MiB"),
        ("merge pipe.toml", "no regular file"),
        ("verify short.toml --seeds 1 --baseline pipe.toml --max-regression p99=1%", "regular"),
        ("history check pipe.toml --model kv", "no regular file"),
        ("history check /dev/zero --model kv", "line 1: it is longer than 16 MiB"),
        ("history check sparse.toml --model kv", "line 1: it is longer than 16 MiB"),
    ];
    for (line, why) in cases {
        let output = command(here, &line.split(' ').collect::<Vec<_>>()).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert!(stderr(&output).contains(why), "{line}: {}", stderr(&output));
    }
    let piped = sh(
        here,
        "netsplit verify short.toml --seeds 1 --json > b.json;
        netsplit verify short.toml --seeds 1 --baseline <(cat b.json) --max-regression p99=1%",
    );
    assert_eq!(piped.status.code(), Some(0), "{}", stderr(&piped));
}

#[test]
fn names_and_texts_of_files_are_shown_and_not_obeyed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let here = folder.path();
    let name = "x\n::error::y\u{1b}[31m\u{9b}2J\u{202e}.toml";
    let odd = sweeps::SHORT.replace(
        "Two seconds of a server",
        "A\\n::warning::b\\u001b]0;t\\u0007\\u009b2J\\u202e\\ufffe ##[error]z |`<b>",
    );
    let wrong = odd.replace("duration =", "\"dur\\n::error::\\u001b[2J\" =");
    fs::write(here.join(name), &odd).expect("writable");
    fs::write(here.join("wrong\n::error::.toml"), wrong).expect("writable");
    fs::write(here.join("odd.json"), "{\"schema\": \"\\u001b[2J\\n::error::x\"}")
        .expect("writable");
    let failing = "verdict.expect=[\"max < 1ns\"]";
    let commands: [&[&str]; 9] = [
        &["run", name],
        &["run", name, "--json"],
        &["lint", name],
        &["lint", "wrong\n::error::.toml"],
        &["lint", "missing\n::error::.toml"],
        &["merge", "odd.json"],
        &["compare", name, "--vary", "load.clients.rate=50/s,60/s"],
        &[
            "verify",
            name,
            "--seeds",
            "2",
            "--set",
            failing,
            "--junit",
            "j.xml",
            "--markdown",
            "m.md",
        ],
        &["verify", name, "--seeds", "2", "--set", failing, "--json"],
    ];
    for args in commands {
        let output = netsplit(here, args);
        for text in [stdout(&output), stderr(&output)] {
            assert!(!text.is_empty() || stdout(&output) != stderr(&output), "{args:?}");
            let obeyed = |c: char| c != '\n' && netsplit_scenario::is_hidden(c);
            assert!(!text.contains(obeyed) && !text.contains("##["), "{args:?}: {text}");
            let command = text.lines().find(|line| line.trim_start().starts_with("::"));
            assert_eq!(command, None, "{args:?}: {text}");
        }
        if args.contains(&"--json") {
            serde_json::from_str::<serde_json::Value>(&stdout(&output)).expect("JSON");
        }
    }
    for file in ["j.xml", "m.md"] {
        let text = fs::read_to_string(here.join(file)).expect("written");
        assert!(!text.contains(|c| c != '\n' && netsplit_scenario::is_hidden(c)), "{text}");
    }
    let mut sweep = command(here, &["verify", name, "--seeds", "1", "--set", failing]);
    let annotated = sweep.env("GITHUB_ACTIONS", "true").output().expect("it runs");
    let annotations = stderr(&annotated);
    assert!(annotations.lines().count() > 0, "{annotations}");
    let one_line = |line: &str| line.starts_with("::error file=x\\n%3A%3Aerror");
    assert!(annotations.lines().all(one_line), "{annotations}");
}

#[test]
fn a_shard_that_a_full_disk_refuses_is_printed() {
    let folder = sweeps::folder("");
    let here = folder.path();
    // A limit of a kibibyte per file stands for the full disk.
    let small = "trap '' XFSZ; ulimit -f 1; netsplit verify short.toml --seeds 8 --out s.jsonl";
    let output = sh(here, small);
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(told.contains("standard output has the shard's file"), "{told}");
    assert!(told.contains("cannot write s.jsonl"), "{told}");
    fs::write(here.join("kept.jsonl"), &output.stdout).expect("writable");
    let whole = sweeps::run(here, "verify short.toml --seeds 8");
    assert_eq!(stdout(&sweeps::run(here, "merge kept.jsonl")), stdout(&whole));
}

#[test]
fn a_file_in_the_place_of_a_folder_is_named() {
    let folder = sweeps::folder("");
    let here = folder.path();
    for line in [
        "verify short.toml --seeds 1 --out short.toml/s.jsonl",
        "verify short.toml --seeds 1 --junit short.toml/a/j.xml",
        "run short.toml --out short.toml/out",
    ] {
        let told = stderr(&sweeps::run(here, line));
        assert!(told.contains("short.toml is a file, not a folder"), "{line}: {told}");
    }
}
