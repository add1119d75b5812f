//! Rules of this code base that the compiler does not check.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use support::{netsplit, root, scenarios, stdout};

/// All Rust files below a folder, in order.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn folders(path: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(path).expect("readable").map(|entry| entry.expect("readable"));
    entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().expect("a plain name"))
        .collect()
}

#[test]
fn files_are_short() {
    let root = root();
    for folder in ["crates", "labs", "tests"] {
        for file in rust_files(&root.join(folder)) {
            let lines = fs::read_to_string(&file).expect("UTF-8").lines().count();
            assert!(lines <= 500, "{} has {lines} lines: give each idea a file", file.display());
        }
    }
}

#[test]
fn nothing_in_a_simulation_is_left_to_chance() {
    let root = root();
    let forbidden = [
        ("SystemTime", "a run knows only simulated time"),
        ("Instant::now", "a run knows only simulated time"),
        ("thread_rng", "all randomness comes from the seed"),
        ("rand::rng()", "all randomness comes from the seed"),
        ("HashMap", "its order differs between runs"),
        ("HashSet", "its order differs between runs"),
    ];
    for folder in ["crates/sim/src", "labs"] {
        for file in rust_files(&root.join(folder)) {
            let text = fs::read_to_string(&file).expect("UTF-8");
            for (word, why) in forbidden {
                assert!(!text.contains(word), "{}: {word}: {why}", file.display());
            }
            for branch in text.split("select! {").skip(1) {
                let biased = branch.trim_start().starts_with("biased;");
                assert!(biased, "{}: select! without biased;", file.display());
            }
        }
    }
}

/// The lines of the Rust files below `folders`, each with its file and its number.
fn lines_of_code(folders: &[&str], each: &mut dyn FnMut(&Path, usize, &str)) {
    let root = root();
    for folder in folders {
        for file in rust_files(&root.join(folder)) {
            let text = fs::read_to_string(&file).expect("UTF-8");
            let shown = file.strip_prefix(&root).expect("below the root");
            text.lines().zip(1..).for_each(|(line, number)| each(shown, number, line));
        }
    }
}

#[test]
fn module_docs_begin_with_a_noun_or_a_verb() {
    const QUESTIONS: [&str; 10] =
        ["What", "How", "Which", "Who", "Whom", "Whose", "Where", "When", "Whether", "From"];
    let mut found = Vec::new();
    lines_of_code(&["crates", "labs", "tests"], &mut |file, number, line| {
        let first = line.strip_prefix("//! ").and_then(|text| text.split(' ').next());
        if number == 1 && first.is_some_and(|word| QUESTIONS.contains(&word)) {
            found.push(format!("{}: {line}", file.display()));
        }
    });
    assert!(found.is_empty(), "name the module's subject instead: {found:#?}");
}

#[test]
fn old_words_do_not_return() {
    const WORDS: [(&str, &str); 5] = [
        ("unless said", "write: Default: 2s."),
        ("absurdly", "state the limit"),
        ("takes itself for", "write: the role it believes it has"),
        ("lets itself be", "use the active verb"),
        ("so many ", "name the number"),
    ];
    let mut found = Vec::new();
    lines_of_code(&["crates", "labs"], &mut |file, number, line| {
        let doc = line.trim_start().starts_with("//");
        for (word, instead) in WORDS {
            if line.contains(word) && (doc || word != "so many ") {
                found.push(format!("{}:{number}: `{word}`: {instead}", file.display()));
            }
        }
    });
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn labs_never_depend_on_labs() {
    let labs = root().join("labs");
    for lab in folders(&labs) {
        let manifest = fs::read_to_string(labs.join(&lab).join("Cargo.toml")).expect("a manifest");
        let uses = manifest.lines().any(|line| line.starts_with("netsplit-lab-"));
        assert!(!uses, "{lab} depends on another lab");
    }
}

#[test]
fn every_lab_is_registered_and_has_a_lesson_a_truth_table_and_a_calm_control() {
    let root = root();
    let (labs, scenarios) = (folders(&root.join("labs")), scenarios());
    for lab in &labs {
        let folder = root.join("labs").join(lab);
        for file in ["README.md", "truth.toml", "src/lib.rs"] {
            assert!(folder.join(file).is_file(), "labs/{lab} has no {file}");
        }
        assert!(
            scenarios.contains(&format!("{lab}/calm")),
            "{lab}: no calm control, or not in the registry"
        );
    }
    assert_eq!(labs, folders(&root.join("scenarios")), "labs and folders of scenarios");
}

#[test]
fn every_shipped_scenario_says_why_and_expects_something() {
    let root = root();
    for scenario in scenarios() {
        let file = root.join("scenarios").join(format!("{scenario}.toml"));
        let text = fs::read_to_string(&file).expect("scenarios are named after their files");
        assert!(text.starts_with("#:schema ../scenario.schema.json\n"), "{scenario}: no schema");
        assert!(text.contains("\nabout"), "{scenario} does not say why it exists");
        assert!(text.contains("expect"), "{scenario} expects nothing");
    }
}

#[test]
fn the_committed_schema_is_the_true_one() {
    let root = root();
    let file = root.join("scenarios/scenario.schema.json");
    let truth = stdout(&netsplit(&root, &["schema"]));
    if std::env::var_os("NETSPLIT_BLESS").is_some() {
        fs::write(&file, &truth).expect("the schema can be written");
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == truth, "run netsplit schema > scenarios/scenario.schema.json");
}

#[test]
fn the_architecture_page_names_every_crate_and_is_short() {
    let root = root();
    let page = fs::read_to_string(root.join("ARCHITECTURE.md")).expect("the page exists");
    for name in folders(&root.join("crates")) {
        assert!(page.contains(&format!("crates/{name}")), "crates/{name} is not on the page");
    }
    let lines = page.lines().count();
    assert!(lines <= 200, "{lines} lines: at most 200 get read");
}

#[test]
fn the_site_has_every_page_of_the_documentation() {
    let root = root();
    let summary = fs::read_to_string(root.join("docs/SUMMARY.md")).expect("the list of pages");
    let pages = fs::read_dir(root.join("docs")).expect("readable");
    let pages = pages.map(|page| page.expect("readable").file_name().into_string().expect("plain"));
    let labs =
        folders(&root.join("labs")).into_iter().map(|lab| format!("../labs/{lab}/README.md"));
    for page in pages.filter(|page| page.strip_suffix(".md").is_some()).chain(labs) {
        let listed = page == "SUMMARY.md" || summary.contains(&format!("({page})"));
        assert!(listed, "docs/SUMMARY.md does not list {page}");
    }
}
