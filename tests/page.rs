//! The page of a run as bytes: what a browser would be told, without one.

mod support;

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use support::{netsplit, root};

fn page_of(scenario: &str, folder: &Path, name: &str) -> String {
    netsplit(folder, &["run", scenario, "--out", name]);
    fs::read_to_string(folder.join(name).join("page.html")).expect("a run writes its page")
}

/// The text of the last element that begins with `open`.
fn inside<'a>(page: &'a str, open: &str, close: &str) -> &'a str {
    let (_, rest) = page.rsplit_once(open).expect("the element is there");
    rest.split_once(close).expect("it is closed").0
}

#[test]
fn one_seed_gives_the_same_page_which_allows_its_own_script_and_style_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let page = page_of("raft/calm", folder.path(), "first");
    assert!(page == page_of("raft/calm", folder.path(), "again"), "two pages of one run differ");
    assert!(page.len() < 6_000_000, "{} bytes", page.len());
    let policy = inside(&page, "Content-Security-Policy\" content=\"", "\"");
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    let script = hash(inside(&page, "<script>", "</script>"));
    let style = hash(inside(&page, "<style>", "</style>"));
    let expected = format!(
        "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; base-uri \
         'none'; form-action 'none'"
    );
    assert_eq!(policy, expected);
}

#[test]
fn hostile_names_are_escaped() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let calm = fs::read_to_string(root().join("scenarios/raft/calm.toml")).expect("it is shipped");
    let title = calm.lines().find(|line| line.starts_with("title")).expect("it has a title");
    let hostile = calm.replace(title, "title = \"</script><img src=x onerror=alert(1)>\"");
    fs::write(folder.path().join("hostile.toml"), hostile).expect("a file can be written");
    let page = page_of("hostile.toml", folder.path(), "out");
    assert!(!page.contains("<img"), "a name became an element");
    assert_eq!(page.matches("</script>").count(), 2, "the record and the script end once each");
}

#[test]
fn a_run_without_a_page_writes_none() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    netsplit(folder.path(), &["run", "raft/calm", "--no-page", "--out", "out"]);
    assert!(folder.path().join("out/report.json").is_file());
    assert!(!folder.path().join("out/page.html").exists());
}
