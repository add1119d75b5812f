//! Sweeps as instructors and CI jobs use them.

mod support;

use std::fs;
use std::process::Command;

use support::sweeps::{code, criterion, folder, json, run};
use support::{command, stderr, stdout};

#[test]
fn exit_codes() {
    let folder = folder("");
    let path = folder.path();
    assert_eq!(code(path, "verify short.toml --seeds 2"), Some(0));
    assert_eq!(code(path, "verify short.toml --seeds 3"), Some(1));
    let empty = "verify short.toml --seeds 2 --set verdict.expect=['p50<1h_from_1ns_to_2ns']";
    let empty: Vec<_> = empty.split(' ').map(|word| word.replace('_', " ")).collect();
    let empty: Vec<_> = empty.iter().map(String::as_str).collect();
    let output = support::netsplit(path, &empty);
    assert_eq!(output.status.code(), Some(3), "{}{}", stdout(&output), stderr(&output));
    for wrong in [
        "verify qeueing",
        "verify short.toml --seeds 0",
        "verify short.toml --seeds 5-4",
        "verify short.toml --shard 3/2 --out x",
        "verify short.toml --shard 1/2",
        "verify short.toml --baseline short.toml --max-regression p99=1%",
        "verify short.toml --junit short.toml/junit.xml",
        "verify missing.toml",
    ] {
        assert_eq!(code(path, wrong), Some(2), "{wrong}");
    }
}

#[test]
fn a_sweep_that_shows_nothing_is_not_green() {
    let folder = folder("");
    let expecting = |what: &str| {
        let scenario = fs::read_to_string(folder.path().join("short.toml")).expect("readable");
        let (rest, _) = scenario.split_once("[verdict]").expect("it has a verdict");
        fs::write(folder.path().join("none.toml"), format!("{rest}{what}")).expect("writable");
        run(folder.path(), "verify none.toml --seeds 2")
    };
    let output = expecting("");
    assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
    assert!(stdout(&output).contains("so that its runs show nothing"), "{}", stdout(&output));
    let output = expecting("[verdict]\nexpect = ['p50 > 1h']\nmin_pass_rate = '0%'\n");
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stdout(&output).contains("0 of 2 seeds passed"), "{}", stdout(&output));
}

#[test]
fn the_number_of_threads_does_not_show() {
    let folder = folder("catches = ['random']\nsweep = ['mean(p50) < 50ms']\n");
    let sweep = "more.toml short.toml consistent-hashing/maglev";
    let output = |jobs: u32| {
        let line = format!("verify {sweep} --seeds 8 --jobs {jobs} --junit j --markdown m");
        let text = stdout(&run(folder.path(), &line));
        let files =
            ["j", "m"].map(|file| fs::read_to_string(folder.path().join(file)).expect(file));
        let json = stdout(&run(folder.path(), &format!("{line} --json")));
        (text, files, json)
    };
    let one = output(1);
    assert!(one.2.contains("\"catches\""), "{}", one.2);
    assert!(one == output(2) && one == output(5));
}

#[test]
fn a_wrong_variant_runs_until_a_seed_catches_it() {
    let folder = folder("catches = ['random']\n");
    let runs = |line: &str| {
        let summary = json(folder.path(), &format!("verify {line} --seeds 4 --json"));
        let observed = criterion(&summary, "catches")["observed"].to_string();
        (summary["planned"].as_u64().expect("a number"), observed)
    };
    let (caught, missed) = ("consistent-hashing/maglev", "more.toml");
    assert_eq!(runs(caught), (4 + 3, "\"caught on seed 1\"".into()));
    let every = "\"caught on 4 of 4 seeds on which maglev passes\"";
    assert_eq!(runs(&format!("{caught} --all-catches")), (4 + 3 * 4, every.into()));
    assert_eq!(runs(missed).0, 4 + 4, "one server is no choice: no seed catches it");

    let shard = |jobs: u32| {
        let line = format!("verify {caught} --seeds 9 --shard 2/2 --jobs {jobs} --out {jobs}");
        assert_eq!(code(folder.path(), &line), Some(0));
        fs::read_to_string(folder.path().join(jobs.to_string())).expect("it is written")
    };
    let one = shard(1);
    assert_eq!(one.lines().count(), 1 + 4 + 3, "it stops at its own first");
    assert_eq!(one, shard(5), "what threads ran ahead is dropped");
}

#[test]
fn the_commands_that_are_printed_reproduce_the_failures() {
    let folder = folder("");
    let set = "verdict.expect=[\"max < 20ms\", \"p50 < 1h\"]";
    let args = ["verify", "short.toml", "--seeds", "8", "--set", set];
    let text = stdout(&support::netsplit(folder.path(), &args));
    let commands: Vec<_> = text.lines().filter(|line| line.contains("netsplit run")).collect();
    assert_eq!(commands.len(), 3, "{text}");
    for line in commands {
        let binary = env!("CARGO_BIN_EXE_netsplit");
        let script = line.replace("netsplit run", &format!("{binary} run"));
        let mut shell = Command::new("sh");
        let shell = shell.args(["-c", &script]).current_dir(folder.path());
        let output = shell.output().expect("a shell");
        assert_eq!(output.status.code(), Some(1), "{line}: {}", stderr(&output));
        assert!(stdout(&output).contains("max < 20ms"), "{line}");
    }
}

#[test]
fn a_rate_below_the_least_fails_and_the_interval_is_told() {
    let folder = folder("min_pass_rate = '62.5%'\n");
    let summary = json(folder.path(), "verify more.toml --seeds 8 --json");
    let rate = &summary["scenarios"][0]["rate"];
    assert_eq!(summary["verdict"], "pass");
    assert_eq!((rate["passed"].as_u64(), rate["failed"].as_u64()), (Some(5), Some(3)));
    assert_eq!(rate["interval"].to_string(), "[0.305742,0.863156]");
    assert_eq!(code(folder.path(), "verify more.toml --seeds 6"), Some(1));
}

#[test]
fn what_fewer_seeds_cannot_decide_is_open_in_every_format() {
    let sentences = "sweep = ['mean(p50) < 1us over 3 seeds', 'max(p99) < 1us over 9 seeds']\n";
    let folder = folder(sentences);
    let path = folder.path();
    let few = "verify more.toml --seeds 2 --set verdict.expect=['p50<1h'] --junit j --markdown m";
    let output = run(path, few);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("? mean(p50) < 1us over 3 seeds: "), "{text}");
    assert!(text.contains("open: needs 3 seeds"), "{text}");
    assert!(text.contains("✗ max(p99) < 1us over 9 seeds: "), "no further seed can mend it");
    for file in ["j", "m"] {
        let file = fs::read_to_string(path.join(file)).expect("it is written");
        assert!(file.contains("open: needs 3 seeds"), "{file}");
    }
    let summary = json(path, &format!("{few} --json"));
    let claims = summary["scenarios"][0]["claims"].as_array().expect("claims");
    let needs: Vec<_> = claims.iter().map(|claim| &claim["needs_seeds"]).collect();
    assert_eq!(serde_json::json!(needs), serde_json::json!([null, 3, null]));
    let enough = "verify more.toml --seeds 3 --set verdict.expect=['p50<1h']";
    assert!(stdout(&run(path, enough)).contains("✗ mean(p50) < 1us over 3 seeds: "));

    let whole = stdout(&run(path, &few.replace(" --junit j --markdown m", "")));
    for shard in 1..=2 {
        let part =
            few.replace("--junit j --markdown m", &format!("--shard {shard}/2 --out s{shard}"));
        assert_eq!(code(path, &part), Some(0));
    }
    assert_eq!(stdout(&run(path, "merge s1 s2")), whole, "shards know it");
}

#[test]
fn a_past_failure_always_runs_and_fails_whatever_the_rate_allows() {
    let folder = folder("min_pass_rate = '0%'\nseeds = [6, 8]\n");
    let summary = json(folder.path(), "verify more.toml --seeds 2 --json");
    let scenario = &summary["scenarios"][0];
    assert_eq!(scenario["rate"]["planned"], 2, "past failures do not bias the rate");
    let seeds = scenario["runs"].as_array().expect("runs").iter();
    let seeds: Vec<_> = seeds.map(|run| run["seed"].as_u64().expect("a seed")).collect();
    assert_eq!(seeds, [6, 8, 1, 2]);
    assert_eq!(criterion(&summary, "pass_rate")["verdict"], "pass");
    assert_eq!(criterion(&summary, "regression")["verdict"], "fail");
    assert_eq!(summary["verdict"], "fail");
}

#[test]
fn a_variant_that_nothing_tells_from_the_reference_is_missed() {
    let folder = folder("catches = ['round-robin']\n");
    let sweep = "verify more.toml --seeds 4 --set verdict.expect=['p50<1h']";
    let summary = json(folder.path(), &format!("{sweep} --json"));
    assert_eq!(criterion(&summary, "catches")["verdict"], "fail", "one server: no choice");
    assert_eq!(code(folder.path(), sweep), Some(1));
    assert_eq!(code(folder.path(), &sweep.replace('4', "2")), Some(3), "too few seeds to miss it");
    let alone = "verify more.toml --seeds 2 --variant round-robin";
    assert_eq!(code(folder.path(), alone), Some(0), "--variant asks about that variant only");
}

#[test]
fn a_sweep_that_is_cut_short_says_what_was_not_run() {
    let folder = folder("min_pass_rate = '50%'\n");
    let path = folder.path();
    let line = "verify more.toml short.toml --seeds 8 --jobs 1 --fail-fast --junit j";
    let output = run(path, line);
    assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
    let text = stdout(&output);
    assert!(text.contains("Cut short (--fail-fast): 11 of 16 runs were not done:"), "{text}");
    assert!(text.contains("more.toml (reference): seeds 4 to 8"), "{text}");
    assert!(text.contains("short.toml (reference): seeds 3 to 8"), "{text}");
    let junit = fs::read_to_string(path.join("j")).expect("it is written");
    assert!(junit.contains("errors=\"2\"") && junit.contains("type=\"inconclusive\""), "{junit}");
    assert!(!junit.contains("<skipped"), "{junit}");
    let certain = "verify short.toml --seeds 8 --jobs 1 --fail-fast";
    assert_eq!(code(path, certain), Some(1), "one failure is too many already");
    let summary = json(path, "verify short.toml --seeds 2 --time-limit 0s --json");
    assert_eq!(summary["verdict"], "inconclusive");
    assert_eq!(summary["run"], 0);
}

#[test]
fn an_empty_salt_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = command(folder.path(), &["verify", "queueing/calm", "--seeds", "1"])
        .env("NETSPLIT_SEED_SALT", "")
        .output()
        .expect("the command starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("the seed salt is empty"));
}

#[test]
fn a_salt_gives_seeds_that_reproduce_and_is_written_nowhere() {
    const SALT: &str = "midterm-2026";
    let folder = folder("");
    let path = folder.path();
    let line = format!("verify short.toml --seeds 8 --seed-salt {SALT} --junit j --markdown m");
    let outputs = [run(path, &line), run(path, &format!("{line} --json"))];
    let shard = format!("verify short.toml --seeds 8 --seed-salt {SALT} --out shard");
    assert!(run(path, &shard).status.success());
    let mut written: Vec<String> = outputs.iter().map(|o| stdout(o) + &stderr(o)).collect();
    written
        .extend(["j", "m", "shard"].map(|file| fs::read_to_string(path.join(file)).expect(file)));
    assert!(written.iter().all(|text| !text.contains(SALT)));

    let summary: serde_json::Value = serde_json::from_str(&stdout(&outputs[1])).expect("JSON");
    assert_eq!(summary["salted"], true);
    let scenario = &summary["scenarios"][0];
    let failure = &scenario["not_passed"][0];
    let again = failure["command"].as_str().expect("a command");
    let again = again.strip_prefix("netsplit ").expect("a command of ours");
    let report = json(path, &format!("{again} --json"));
    let runs = scenario["runs"].as_array().expect("runs");
    let same = runs.iter().find(|run| run["seed"] == failure["seed"]).expect("it ran");
    assert_eq!(report["fingerprint"], same["fingerprint"]);

    let mut by_environment = command(path, &["verify", "short.toml", "--seeds", "8", "--json"]);
    let output = by_environment.env("NETSPLIT_SEED_SALT", SALT).output().expect("it starts");
    assert_eq!(stdout(&output), stdout(&outputs[1]));
    let other = json(path, "verify short.toml --seeds 8 --seed-salt other --json");
    assert_ne!(other["scenarios"][0]["runs"], scenario["runs"]);
}

#[test]
fn github_is_shown_the_line_that_does_not_hold() {
    let folder = folder("");
    let github = |there: bool| {
        let mut verify =
            command(folder.path(), &["verify", "short.toml", "--seeds", "3", "--json"]);
        if there {
            verify.env("GITHUB_ACTIONS", "true");
            verify.env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md"));
        }
        verify.output().expect("it starts")
    };
    let errors = stderr(&github(true));
    let line = support::sweeps::SHORT.lines().position(|line| line.contains("max < 20ms"));
    let place = format!("::error file=short.toml,line={},title=", line.expect("it is there") + 1);
    assert!(errors.starts_with(&place), "{errors}");
    assert!(errors.contains("max < 20ms: failed in 1 of 3 runs"), "{errors}");
    let page = fs::read_to_string(folder.path().join("summary.md")).expect("it is written");
    assert!(page.contains("| short.toml | ❌ fail | 2 of 3 |"), "{page}");
    assert!(github(false).stderr.is_empty());
}

/// The shipped scenarios in order of their names, as the binary holds them.
fn by_name() -> Vec<String> {
    let mut names = support::scenarios();
    names.sort();
    names
}

#[test]
fn patterns_name_scenarios_labs_files_and_folders() {
    let folder = folder("");
    let path = folder.path();
    fs::create_dir_all(path.join("exams/hard")).expect("writable");
    fs::rename(path.join("more.toml"), path.join("exams/hard/b.toml")).expect("writable");
    fs::copy(path.join("short.toml"), path.join("exams/a.toml")).expect("writable");
    let named = |patterns: &str| -> Vec<String> {
        let line = format!("verify {patterns} --seeds 1 --time-limit 0s --json");
        let summary = json(path, &line);
        let scenarios = summary["scenarios"].as_array().expect("scenarios").iter();
        scenarios.map(|s| s["scenario"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(
        named("exams short.toml exams/a.toml"),
        ["exams/a.toml", "exams/hard/b.toml", "short.toml"]
    );
    assert_eq!(named("queueing/ca*"), ["queueing/calm", "queueing/cancelled"]);
    assert_eq!(named("qu*/calm queueing/calm"), ["queueing/calm", "quorum-kv/calm"]);
    assert_eq!(named(""), by_name());
    assert!(named("quorum-kv").iter().all(|name| name.starts_with("quorum-kv/")));
    let errors = stderr(&run(path, "verify qeueing"));
    assert!(errors.contains("did you mean `queueing`?"), "{errors}");
}

#[test]
fn runs_done_twice_are_the_same_for_every_lab() {
    let folder = folder("");
    let line = "verify short.toml quorum-kv/minority-partition --seeds 1 --determinism --json";
    let summary = json(folder.path(), line);
    assert_eq!(summary["verdict"], "pass", "{summary:#}");
    let criterion = criterion(&summary, "determinism");
    assert_eq!(criterion["observed"], "0 of 1 runs differ when done twice");
}
