//! `netsplit new`: a scenario file to start from, or a crate with a lab to start from.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use netsplit_harness::Catalog;
use netsplit_scenario::template;

use crate::args::New;
use crate::files::{self, Dependency};
use crate::{exit, terminal};

/// Prints a scenario file, or writes the crate.
pub fn new(catalog: Catalog<'_>, args: &New) -> anyhow::Result<ExitCode> {
    match &args.lab {
        None => terminal::print(&template(catalog.lab(&args.target)?.spec())),
        Some(name) => write_crate(catalog, args, name)?,
    }
    Ok(exit::PASS.into())
}

/// The files of the crate: (path in it, text).
const FILES: [(&str, &str); 8] = [
    ("Cargo.toml", include_str!("../../templates/lab/Cargo.toml.template")),
    ("README.md", include_str!("../../templates/lab/README.md")),
    ("src/lib.rs", include_str!("../../templates/lab/src/lib.rs")),
    ("src/main.rs", include_str!("../../templates/lab/src/main.rs")),
    ("tests/lab.rs", include_str!("../../templates/lab/tests/lab.rs")),
    ("scenarios/calm.toml", include_str!("../../templates/lab/scenarios/calm.toml")),
    ("scenarios/loss.toml", include_str!("../../templates/lab/scenarios/loss.toml")),
    (".gitignore", "/target\n/netsplit-out\n"),
];

fn write_crate(catalog: Catalog<'_>, args: &New, name: &str) -> anyhow::Result<()> {
    check_name(catalog, name)?;
    let folder = Path::new(&args.target);
    if !files::is_empty(folder) {
        return Err(files::not_empty(folder));
    }
    let dependency = Dependency::new(&args.dependency)?;
    for (file, text) in FILES {
        let file = folder.join(file);
        let written = files::create_folder(file.parent().unwrap_or(folder))
            .and_then(|()| fs::write(&file, fill_in(text, name, &dependency)));
        written.with_context(|| format!("cannot write {}", file.display()))?;
    }
    let folder = folder.display();
    terminal::print(&format!(
        "The lab `{name}` is in {folder}. Next:\n  cd {folder}\n  cargo run -- run {name}/calm\n  \
         cargo test\n"
    ));
    Ok(())
}

/// Refuses what cannot be the name of a crate, a lab and a type.
fn check_name(catalog: Catalog<'_>, name: &str) -> anyhow::Result<()> {
    let words = || name.split('-');
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    if !words().all(is_word) || name == "netsplit" || name == "test" {
        return Err(exit::usage(format!(
            "`{name}` cannot name a lab: use lower-case words joined by `-`, such as `two-phase-commit`"
        )));
    }
    if catalog.lab(name).is_ok() {
        return Err(exit::usage(format!("there is a lab `{name}` already: use another name")));
    }
    Ok(())
}

/// Puts the lab's name and the dependency into a file of the template.
fn fill_in(text: &str, name: &str, dependency: &Dependency) -> String {
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    let type_name: String = name.split('-').map(capital).collect();
    let mut out = text.to_owned();
    for part in ["cli", "sim", "harness"] {
        let on = format!("{{ {} }}", dependency.on(&format!("crates/{part}")));
        out = out.replace(&format!("NETSPLIT({part})"), &on);
    }
    out.replace("echo::", &format!("{}::", name.replace('-', "_")))
        .replace("Echo", &type_name)
        .replace("echo", name)
}
