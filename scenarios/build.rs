//! Lists the scenario files, lab by lab.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    println!("cargo::rerun-if-changed={}", root.display());
    let mut code = String::from("&[\n");
    for folder in entries(root).into_iter().filter(|path| path.is_dir()) {
        let files = entries(&folder);
        let mut files = files.iter().filter(|path| path.extension().is_some_and(|e| e == "toml"));
        let Some(first) = files.next() else {
            continue;
        };
        writeln!(code, "    ({:?}, &[", name(&folder)).expect("a string takes it");
        for file in [first].into_iter().chain(files) {
            let (name, path) = (name(file), file.to_str().expect("a plain path"));
            let text = format!("ScenarioFile {{ name: {name:?}, text: include_str!({path:?}) }}");
            writeln!(code, "        {text},").expect("a string takes it");
        }
        code.push_str("    ]),\n");
    }
    code.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("scenarios.rs");
    fs::write(out, code).expect("the output folder can be written");
}

/// What a folder holds, in order of the names without their endings.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> =
        entries.map(|entry| entry.expect("a folder can be listed").path()).collect();
    paths.sort_by_key(|path| path.with_extension(""));
    paths
}

/// The name of a file or folder, without its ending.
fn name(path: &Path) -> &str {
    path.file_stem().and_then(|name| name.to_str()).expect("scenario files have plain names")
}
