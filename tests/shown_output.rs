//! The output shown in the README, the tutorial and the lessons is what the command prints.
//!
//! Every fenced block marked `console` is a sequence of `$ netsplit ...` lines, each followed
//! by its output. A block that names a file, as ```` ```toml mine.toml ````, is that file: the
//! commands after it find it in their folder. `NETSPLIT_BLESS=1 cargo test --test shown_output`
//! writes the true output into the pages; read it before you commit.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{netsplit, root, stderr, stdout};

const FENCE: &str = "```";

/// The page as it should read.
fn with_true_output(page: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut truth = String::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        truth += &format!("{line}\n");
        if let Some(name) = line.strip_prefix("```toml ") {
            let text = lines.clone().take_while(|line| *line != FENCE);
            let text: String = text.map(|line| format!("{line}\n")).collect();
            fs::write(folder.path().join(name), text).expect("writable");
        }
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|line| *line != FENCE) {
            if let Some(command) = line.strip_prefix("$ netsplit ") {
                truth += &format!("{line}\n{}", output_of(folder.path(), command));
            }
        }
    }
    truth
}

/// A command's output, without trailing blanks, which editors remove.
fn output_of(folder: &Path, command: &str) -> String {
    let args: Vec<_> = command.split_whitespace().map(|arg| arg.trim_matches('\'')).collect();
    let output = netsplit(folder, &args);
    let text = stdout(&output) + &stderr(&output);
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// The pages that show output.
fn pages() -> Vec<PathBuf> {
    let root = root();
    let labs = fs::read_dir(root.join("labs")).expect("there are labs");
    let lessons = labs.map(|lab| lab.expect("readable").path().join("README.md"));
    let mut pages: Vec<_> = lessons.filter(|page| page.is_file()).collect();
    pages.push(root.join("README.md"));
    pages.push(root.join("labs/README.md"));
    pages.push(root.join("docs/tutorial.md"));
    pages.sort();
    pages
}

fn check(page: &Path) -> Result<(), String> {
    let shown = fs::read_to_string(page).map_err(|error| format!("{}: {error}", page.display()))?;
    let truth = with_true_output(&shown);
    if truth == shown {
        return Ok(());
    }
    if std::env::var_os("NETSPLIT_BLESS").is_some() {
        return fs::write(page, truth).map_err(|error| error.to_string());
    }
    let differs = shown.lines().zip(truth.lines()).position(|(shown, truth)| shown != truth);
    let line = differs.unwrap_or(shown.lines().count().min(truth.lines().count()));
    Err(format!(
        "{}:{}: shown `{}`, true `{}`; NETSPLIT_BLESS=1 updates it",
        page.display(),
        line + 1,
        shown.lines().nth(line).unwrap_or_default(),
        truth.lines().nth(line).unwrap_or_default(),
    ))
}

#[test]
fn pages_show_what_the_command_prints() {
    let wrong: Vec<_> = pages().iter().filter_map(|page| check(page).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_readme_the_tutorial_and_every_lesson_show_output() {
    for page in pages().iter().filter(|page| !page.ends_with("labs/README.md")) {
        let text = fs::read_to_string(page).expect("readable");
        assert!(text.contains("```console\n$ netsplit run "), "{} shows no run", page.display());
    }
}
