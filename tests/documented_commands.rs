//! The commands of `docs/ci.md`, `docs/clusters.md` and `action.yml` do what the pages say, on a
//! small sweep.

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use support::sweeps::{SHORT, run};
use support::{root, stderr, stdout};

/// A folder with `scenarios/short.toml`, which passes, and `netsplit` on the path of [`shell`].
fn course() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let scenarios = folder.path().join("scenarios");
    fs::create_dir(&scenarios).expect("writable");
    let calm = SHORT.replace("max < 20ms", "max < 1s");
    fs::write(scenarios.join("short.toml"), calm).expect("writable");
    fs::create_dir(folder.path().join("bin")).expect("writable");
    symlink(env!("CARGO_BIN_EXE_netsplit"), folder.path().join("bin/netsplit")).expect("writable");
    folder
}

/// Runs a command of a page over the scenarios of `folder` and a few seeds.
fn shell(folder: &Path, line: &str, index: &str) -> Output {
    let mut words: Vec<_> = line.split(' ').collect();
    if let Some(seeds) = words.iter().position(|word| *word == "--seeds") {
        words[seeds + 1] = "16";
    }
    let line = words.join(" ").replace("verify quorum-kv", "verify scenarios/");
    bash(folder, &line.replace("/sweep/", "sweep-"), index)
}

/// Runs a script in `folder`.
fn bash(folder: &Path, script: &str, index: &str) -> Output {
    let path = std::env::var("PATH").unwrap_or_default();
    Command::new("bash")
        .args(["-c", script])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", folder.join("bin").display()))
        .env("JOB_COMPLETION_INDEX", index)
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITHUB_STEP_SUMMARY")
        .env_remove("NETSPLIT_SEED_SALT")
        .output()
        .expect("bash")
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join("docs").join(name)).expect("the page exists")
}

/// The lines of a page's code blocks that start netsplit.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(str::lines).map(|line| {
        let line = line.trim().trim_start_matches("- ");
        line.trim_start_matches("run: ").to_owned()
    });
    lines.filter(|line| line.starts_with("netsplit ")).collect()
}

#[test]
fn the_workflows_commands_pass() {
    let folder = course();
    let commands = commands(&page("ci.md"));
    assert!(commands.len() >= 7, "{commands:?}");
    for line in commands {
        let output = shell(folder.path(), &line, "");
        assert!(output.status.success(), "{line}: {}{}", stdout(&output), stderr(&output));
    }
    assert!(folder.path().join("junit.xml").exists());
}

/// The script of the action's last step, with the defaults of its inputs.
fn action() -> String {
    let text = fs::read_to_string(root().join("action.yml")).expect("the action exists");
    let (inputs, steps) = text.split_once("\nruns:").expect("its steps");
    let (_, last) = steps.rsplit_once("env:\n").expect("the last step has variables");
    let (variables, script) = last.split_once("run: |\n").expect("a script");
    let default = |input: &str| {
        let (_, rest) = inputs.split_once(&format!("\n  {input}:\n")).expect("an input");
        let (_, rest) = rest.split_once("default: ").expect("it has a default");
        rest.lines().next().expect("a value").trim_matches('"').to_owned()
    };
    let variables = variables.lines().filter_map(|line| {
        let (name, value) = line.trim().split_once(": ${{ inputs.")?;
        Some(format!("export {name}={:?}\n", default(value.trim_end_matches(" }}"))))
    });
    let strict = "set -eo pipefail\n".to_owned();
    strict + &variables.collect::<String>() + script
}

#[test]
fn the_action_runs_a_sweep() {
    let folder = course();
    let output = bash(folder.path(), &action(), "");
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("seeds 1..=20"), "{}", stdout(&output));
    assert!(folder.path().join("netsplit-junit.xml").exists());
}

/// The words of the Kubernetes recipe: a folded block of YAML.
fn pod(page: &str) -> String {
    let (_, block) = page.split_once(">-\n").expect("a folded block");
    let indent = block.len() - block.trim_start().len();
    let folded = block.lines().take_while(|line| line.starts_with(&" ".repeat(indent)));
    folded.map(str::trim).collect::<Vec<_>>().join(" ")
}

#[test]
fn pods_and_their_merge_give_what_one_machine_gives() {
    let folder = course();
    let page = page("clusters.md");
    for index in 0..16 {
        let output = shell(folder.path(), &pod(&page), &index.to_string());
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let merge = commands(&page).pop().expect("the merge of the pods");
    let merged = shell(folder.path(), &merge, "");
    let whole = run(folder.path(), "verify scenarios/ --seeds 16");
    assert_eq!(stdout(&merged), stdout(&whole), "{}", stderr(&merged));
}

#[test]
fn two_shards_by_hand_give_what_one_machine_gives() {
    let folder = course();
    let outputs: Vec<_> = commands(&page("clusters.md"))[..3]
        .iter()
        .map(|line| shell(folder.path(), line, ""))
        .collect();
    let whole = run(folder.path(), "verify scenarios/ --seeds 16");
    assert_eq!(stdout(&outputs[2]), stdout(&whole), "{}", stderr(&outputs[2]));
}
