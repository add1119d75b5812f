//! A lab outside this repository: the crate that `netsplit new --lab` writes, and the lab that
//! `docs/your-own-lab.md` makes of it.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use support::{netsplit, root, stderr, stdout};

#[path = "../crates/cli/templates/lab/src/lib.rs"]
mod template;

#[test]
fn the_lab_that_the_command_writes_is_sound() {
    netsplit_harness::testing::check(&template::Echo);
}

#[test]
fn a_name_that_cannot_be_used_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let refused = |name: &str| {
        let output = netsplit(folder.path(), &["new", "--lab", name, "lab"]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(!folder.path().join("lab").exists(), "{name}: nothing is written");
        stderr(&output)
    };
    for name in ["", "Gossip", "two_phase", "x-", "9p", "a b", "x--y", "../x"] {
        assert!(refused(name).contains("cannot name a lab"), "{name}");
    }
    assert!(refused("raft").contains("there is a lab `raft` already"));
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("mine.txt"), "mine").expect("writable");
    let output = netsplit(folder.path(), &["new", "--lab", "gossip", "."]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("is not empty"), "{}", stderr(&output));
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
}

#[test]
fn the_crate_depends_on_what_was_asked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let manifest = |lab: &str, args: &[&str]| {
        let output = netsplit(folder.path(), &[&["new", "--lab", lab, lab], args].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        fs::read_to_string(folder.path().join(lab).join("Cargo.toml")).expect("written")
    };
    let git = manifest("a", &["--git", "https://example.org/n", "--rev", "abc"]);
    assert!(git.contains("netsplit-sim = { git = \"https://example.org/n\", rev = \"abc\" }"));
    let here = root().join("crates").join("sim");
    let path = format!("netsplit-sim = {{ path = {:?} }}", here.display().to_string());
    assert!(manifest("b", &[]).contains(&path));
    assert!(manifest("c", &["--path", &root().display().to_string()]).contains(&path));
    let elsewhere = ["new", "--lab", "d", "d", "--path", "a"];
    let output = netsplit(folder.path(), &elsewhere);
    assert!(stderr(&output).contains("is no clone of Netsplit"), "{}", stderr(&output));
}

/// The page's code blocks that name a file, as ```` ```rust src/lib.rs ````: (file, text).
fn files(page: &str) -> Vec<(&str, &str)> {
    let blocks = page.split("\n```").skip(1).step_by(2);
    let named = blocks.filter_map(|block| {
        let (head, text) = block.split_once('\n')?;
        Some((head.split_once(' ')?.1, text))
    });
    named.collect()
}

/// The page's commands, as `$ netsplit ...` or `$ cargo ...`, in order.
fn commands(page: &str) -> Vec<&str> {
    page.lines().filter_map(|line| line.strip_prefix("$ ")).collect()
}

#[test]
fn the_page_makes_a_lab_that_builds_runs_and_passes() {
    let page = fs::read_to_string(root().join("docs/your-own-lab.md")).expect("the page exists");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut commands = commands(&page).into_iter();
    let new = commands.next().expect("the page begins with `netsplit new`");
    let args: Vec<_> = new.split_whitespace().skip(1).collect();
    let output = netsplit(folder.path(), &args);
    assert!(stdout(&output).contains("The lab `gossip` is in gossip"), "{}", stderr(&output));
    let lab = folder.path().join("gossip");
    fs::copy(root().join("Cargo.lock"), lab.join("Cargo.lock")).expect("the lock file is there");
    for (file, text) in files(&page) {
        fs::write(lab.join(file), text).expect("writable");
    }
    let mut ran = 0;
    for command in commands.filter(|command| command.starts_with("cargo ")) {
        cargo(&lab, command);
        ran += 1;
    }
    assert!(ran >= 3, "only {ran} commands");
}

/// Runs a command of the page, with this repository's target folder.
fn cargo(lab: &Path, command: &str) {
    let words = command.split_whitespace().skip(1);
    let output = Command::new(env!("CARGO"))
        .args(words)
        .current_dir(lab)
        .env("CARGO_TARGET_DIR", root().join("target"))
        .env_remove("CARGO_MANIFEST_DIR")
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{command}: {}{}", stdout(&output), stderr(&output));
}
