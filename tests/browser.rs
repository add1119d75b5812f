//! The pages in a real browser: runs `tests/browser/` where node and Chromium are.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::root;

/// A program on the path.
fn found(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[test]
fn pages_work_in_a_browser() {
    let folder = root().join("tests/browser");
    let chromium = ["chromium", "google-chrome", "chromium-browser"].into_iter().find_map(found);
    let (Some(node), Some(chromium), true) =
        (found("node"), chromium, folder.join("node_modules").is_dir())
    else {
        let must = std::env::var_os("CI").is_some_and(|value| value == "true");
        assert!(!must, "node, Chromium, or `npm ci` in tests/browser is missing");
        eprintln!("skipped: node, Chromium, or `npm ci` in tests/browser is missing");
        return;
    };
    let test = |program: &Path, args: &[&str]| {
        let output = Command::new(program)
            .args(args)
            .current_dir(&folder)
            .env("CHROMIUM", &chromium)
            .env("NETSPLIT", env!("CARGO_BIN_EXE_netsplit"))
            .output()
            .expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    };
    test(&node, &["node_modules/typescript/bin/tsc", "--project", "."]);
    test(&node, &["--test", "page.test.js", "pages.test.js", "labs.test.js", "access.test.js"]);
}
