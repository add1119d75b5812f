//! The scripts for schedulers, executed where the tools are installed.

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use support::sweeps::{folder, run};
use support::{root, stderr, stdout};

const SWEEP: &str = "more.toml short.toml --seeds 4";
const MORE: &str = "catches = ['random']\n";

/// Whether a program is installed; prints that the test is skipped if it is not.
fn installed(program: &str, args: &[&str], says: &str) -> bool {
    let output = Command::new(program).args(args).output();
    let there = output.is_ok_and(|output| stdout(&output).contains(says));
    if !there {
        eprintln!("skipped: {program} is not installed or does not work here");
    }
    there
}

/// A script of ours in `folder`, with `netsplit` on its path.
fn script(folder: &Path, name: &str, args: &str) -> Command {
    let bin = folder.join("bin");
    if !bin.exists() {
        fs::create_dir(&bin).expect("writable");
        symlink(env!("CARGO_BIN_EXE_netsplit"), bin.join("netsplit")).expect("writable");
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new(root().join("scripts").join(name));
    command
        .args(args.split_whitespace())
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", bin.display()))
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITHUB_STEP_SUMMARY")
        .env_remove("NETSPLIT_SEED_SALT");
    command
}

fn assert_like_one_machine(folder: &Path, output: &Output) {
    let whole = run(folder, &format!("verify {SWEEP}"));
    assert_eq!(stdout(output), stdout(&whole), "{}", stderr(output));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(output));
}

#[test]
fn gnu_parallel_gives_what_one_machine_gives() {
    if !installed("parallel", &["--version"], "GNU parallel") {
        return;
    }
    let folder = folder(MORE);
    let mut sweep = script(folder.path(), "verify-parallel.sh", &format!("5 out {SWEEP}"));
    assert_like_one_machine(folder.path(), &sweep.output().expect("bash"));
}

#[test]
fn slurm_gives_what_one_machine_gives() {
    let there = installed("slurmctld", &["-V"], "slurm")
        && installed("slurmd", &["-V"], "slurm")
        && installed("munged", &["--version"], "munge");
    if !there || !installed("id", &["-u"], "0\n") {
        return;
    }
    let folder = folder(MORE);
    let path = folder.path();
    let start = script(path, "one-node-slurm.sh", "start slurm").output().expect("bash");
    let conf = stdout(&start);
    let conf = conf.trim().strip_prefix("export SLURM_CONF=").map(str::to_owned);
    let sweep = conf.map(|conf| {
        let mut sweep = script(path, "verify-slurm.sh", &format!("3 out {SWEEP}"));
        sweep.env("SLURM_CONF", conf).output().expect("bash")
    });
    let stop = script(path, "one-node-slurm.sh", "stop slurm").status();
    let sweep = sweep.unwrap_or_else(|| panic!("no Slurm: {}", stderr(&start)));
    assert_like_one_machine(path, &sweep);
    assert!(stop.expect("bash").success());
}
