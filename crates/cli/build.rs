//! Embeds the shipped scenarios, so that an installed `netsplit` works in any folder.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut code = String::from("&[\n");
    for file in toml_files(&root) {
        let name = file.strip_prefix(&root).expect("found below the root").with_extension("");
        let name = name.to_str().expect("scenario files have plain names").replace('\\', "/");
        println!("cargo::rerun-if-changed={}", file.display());
        let file = file.to_str().expect("the project's folder has a plain name");
        writeln!(code, "    ({name:?}, include_str!({file:?})),").expect("a string takes it");
    }
    code.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("scenarios.rs");
    fs::write(out, code).expect("the output folder can be written");
}

/// The TOML files one folder below `root`, in order of the scenarios' names.
fn toml_files(root: &Path) -> Vec<PathBuf> {
    let entries = |folder: &Path| {
        let mut paths: Vec<_> = fs::read_dir(folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.expect("a folder can be listed").path())
            .collect();
        paths.sort_by_key(|path| path.with_extension(""));
        paths
    };
    let folders = entries(root).into_iter().filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| entries(&folder));
    files.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).collect()
}
