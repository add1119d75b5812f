//! Shards and merges, baselines, and replays.

mod support;

use std::fs;
use std::path::Path;

use support::sweeps::{code, criterion, folder, json, run};
use support::{stderr, stdout};

const SWEEP: &str = "more.toml short.toml consistent-hashing/maglev --seeds 5";
const MORE: &str = "catches = ['random']\nseeds = [6]\nsweep = ['mean(p50) < 50ms']\n";

/// Writes all shards of a sweep.
fn shards(folder: &Path, sweep: &str, of: usize) -> Vec<String> {
    let write = |number: usize| {
        let file = format!("{number}-of-{of}.jsonl");
        let output = run(folder, &format!("verify {sweep} --shard {number}/{of} --out {file}"));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        file
    };
    (1..=of).map(write).collect()
}

#[test]
fn merged_shards_are_byte_for_byte_what_one_machine_gives() {
    let folder = folder(MORE);
    let path = folder.path();
    let output = |line: &str| {
        let text = run(path, &format!("{line} --junit j --markdown m --page p"));
        let files = ["j", "m", "p"].map(|file| fs::read_to_string(path.join(file)).expect(file));
        let json = run(path, &format!("{line} --json"));
        (text.status.code(), stdout(&text), files, stdout(&json))
    };
    let whole = output(&format!("verify {SWEEP}"));
    assert_eq!(whole.0, Some(1), "{}", whole.1);
    for of in [1, 3, 40] {
        let mut files = shards(path, SWEEP, of);
        files.reverse();
        assert!(output(&format!("merge {}", files.join(" "))) == whole, "{of} shards");
    }
}

#[test]
fn what_is_not_one_whole_sweep_is_refused_by_name() {
    let folder = folder(MORE);
    let path = folder.path();
    let [a, b, c] = shards(path, SWEEP, 3).try_into().expect("three");
    let refused = |files: &str, why: &str| {
        let output = run(path, &format!("merge {files}"));
        assert_eq!(output.status.code(), Some(2), "{files}");
        let errors = stderr(&output);
        assert!(errors.contains(why), "{files}: {errors}");
        assert!(output.stdout.is_empty());
    };
    refused(&format!("{a} {c}"), "gap: no file is of shard 2/3");
    fs::copy(path.join(&a), path.join("again")).expect("writable");
    refused(&format!("{a} {b} {c} again"), "overlap: 1-of-3.jsonl and again are both shard 1/3");

    let text = fs::read_to_string(path.join(&c)).expect("readable");
    let version = format!("\"netsplit\":\"{}\"", env!("CARGO_PKG_VERSION"));
    fs::write(path.join("newer"), text.replace(&version, "\"netsplit\":\"9.9.9\""))
        .expect("writable");
    refused(&format!("{a} {b} newer"), "newer cannot be merged: netsplit 9.9.9 wrote it");
    let lines: Vec<_> = text.lines().collect();
    fs::write(path.join("torn"), lines[..lines.len() - 1].join("\n")).expect("writable");
    refused(&format!("{a} {b} torn"), "it is truncated");

    let cut = "--shard 3/3 --out cut --time-limit 0s";
    let output = run(path, &format!("verify {SWEEP} {cut}"));
    assert_eq!(output.status.code(), Some(3), "a shard that is cut short says so");
    refused(&format!("{a} {b} cut"), "cut short: --time-limit 0ns");
    let other = "verify more.toml short.toml --seeds 6 --shard 3/3 --out other";
    assert_eq!(code(path, other), Some(0));
    refused(&format!("{a} {b} other"), "seeds 1..=5 and 1..=6");
}

#[test]
fn a_file_that_contradicts_its_plan_is_refused() {
    let folder = folder("");
    let path = folder.path();
    let [file] = shards(path, "short.toml --seeds 2", 1).try_into().expect("one");
    let text = fs::read_to_string(path.join(&file)).expect("readable");
    let most = format!("\"shard\":\"1/{}\"", usize::MAX);
    let cases = [
        ("\"list\":[1,2]", "\"list\":[]", "it has no seeds"),
        ("\"shard\":\"1/1\"", most.as_str(), "gap: no file is of shard 2/"),
        ("\"shard\":\"1/1\"", "\"shard\":\"0/0\"", "a shard is written K/N"),
        ("\"job\":1", "\"job\":18446744073709551615", "the sweep has only 2 runs"),
        ("\"attempted\":", "\"attempted\":9", "do not add up"),
        ("\"max_ns\":", "\"max_ns\":9999999", "the sum or the extremes"),
        ("\"verdict\":\"pass\"", "\"verdict\":\"fail\"", "its verdict is fail"),
        ("\"runs\":2", "\"runs\":18446744073709551615", "it is truncated"),
        ("\"min_pass_rate\":1.0", "\"min_pass_rate\":1e999", "out of range"),
    ];
    for (from, to, why) in cases {
        assert!(text.contains(from), "{from}");
        fs::write(path.join("changed"), text.replacen(from, to, 1)).expect("writable");
        let output = run(path, "merge changed");
        assert_eq!(output.status.code(), Some(2), "{to}: {}", stdout(&output));
        assert!(stderr(&output).contains(why), "{to}: {}", stderr(&output));
    }
}

#[test]
fn a_changed_scenario_is_another_sweep() {
    let folder = folder("");
    let path = folder.path();
    let before = shards(path, "more.toml --seeds 4", 2);
    let text = fs::read_to_string(path.join("more.toml")).expect("readable");
    fs::write(path.join("more.toml"), text + "# changed\n").expect("writable");
    fs::rename(path.join(&before[0]), path.join("old.jsonl")).expect("writable");
    // A shard of another sweep is not overwritten.
    let second = format!("verify more.toml --seeds 4 --shard 2/2 --out {}", before[1]);
    assert_eq!(code(path, &second), Some(2));
    fs::remove_file(path.join(&before[1])).expect("it was written");
    shards(path, "more.toml --seeds 4", 2);
    let errors = stderr(&run(path, "merge old.jsonl 2-of-2.jsonl"));
    assert!(errors.contains("more.toml has hash"), "{errors}");
}

#[test]
fn a_baseline_finds_what_got_worse() {
    let folder = folder("min_pass_rate = '0%'\n");
    let path = folder.path();
    let old = run(path, "verify more.toml --seeds 4 --json");
    fs::write(path.join("old.json"), &old.stdout).expect("writable");
    let again = "verify more.toml --seeds 4 --baseline old.json --max-regression p99=10% --json";
    assert_eq!(criterion(&json(path, again), "baseline")["verdict"], "pass");

    let mut better: serde_json::Value = serde_json::from_slice(&old.stdout).expect("JSON");
    let p99 = better["scenarios"][0]["latency_ms"]["p99"].as_f64().expect("a number");
    better["scenarios"][0]["latency_ms"]["p99"] = (p99 / 1.2).into();
    fs::write(path.join("old.json"), better.to_string()).expect("writable");
    let summary = json(path, again);
    assert_eq!(criterion(&summary, "baseline")["verdict"], "fail");
    assert_eq!(code(path, again), Some(1));
    assert_eq!(code(path, &again.replace("10%", "30%")), Some(0));
    assert_eq!(code(path, &again.replace("seeds 4", "seeds 5")), Some(3), "not like with like");
}

#[test]
fn a_report_is_replayed_and_another_version_or_scenario_refused() {
    let folder = folder("");
    let path = folder.path();
    assert_eq!(code(path, "run short.toml --seed 3 --out out --set params.service=3ms"), Some(0));
    let report = fs::read_to_string(path.join("out/report.json")).expect("readable");
    let replay = "replay out/report.json --scenario short.toml";
    let output = run(path, replay);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("the same run"), "{}", stdout(&output));
    let output = run(path, "replay out/report.json");
    assert!(stdout(&output).contains("the same run"), "from the scenario.toml beside it");
    fs::remove_file(path.join("out/scenario.toml")).expect("it was written");
    assert!(stderr(&run(path, "replay out/report.json")).contains("--scenario"));

    let changed = |from: &str, to: &str| {
        assert!(report.contains(from), "{from}");
        fs::write(path.join("out/report.json"), report.replace(from, to)).expect("writable");
        let output = run(path, replay);
        (output.status.code(), stdout(&output) + &stderr(&output))
    };
    let version = format!("\"netsplit\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let (code, errors) = changed(&version, "\"netsplit\": \"9.9.9\"");
    assert_eq!(code, Some(2));
    assert!(errors.contains("the report is of netsplit 9.9.9"), "{errors}");
    let value: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    let text = |field: &str| value[field].as_str().expect("a text").to_owned();
    let (code, errors) = changed(&text("scenario_hash"), "0000000000000000");
    assert_eq!(code, Some(2));
    assert!(errors.contains("its hash is not 0000000000000000"), "{errors}");
    let (code, errors) = changed(&text("fingerprint"), "0000000000000000");
    assert_eq!(code, Some(1));
    assert!(errors.contains("another run"), "{errors}");
    let (code, errors) = changed("\"verdict\": \"pass\"", "\"verdict\": \"fail\"");
    assert_eq!(code, Some(1));
    assert!(errors.contains("another report"), "{errors}");
}
