//! The learner's crate: a folder with a file per step, and a command that runs them.

use netsplit_scenario::Exercises;

use crate::Step;

/// The line of `Cargo.toml` that makes a folder a learner's.
pub const MARK: &str = "[package.metadata.netsplit-learn]";

const CLIPPY: &str = include_str!("../templates/clippy.toml");

/// The file of a step, from the learner's folder on.
pub fn source_file(step: &Step) -> String {
    format!("src/{}/{}.rs", snake(step.lab), snake(step.name))
}

/// The files of a learner's crate, other than those of the steps: (path, text). `labs` are the labs
/// with exercises, each with its name, and `dependency` says how the crate depends on the crate in a
/// folder of this project.
pub fn crate_files(
    labs: &[(&str, Exercises)],
    dependency: impl Fn(&str) -> String,
) -> Vec<(&'static str, String)> {
    vec![
        ("Cargo.toml", manifest(labs, dependency)),
        ("src/main.rs", main(labs)),
        (".cargo/config.toml", aliases(labs)),
        ("clippy.toml", CLIPPY.into()),
        (".gitignore", "/target\n/netsplit-out\n/.netsplit-learn.json\n".into()),
    ]
}

fn manifest(labs: &[(&str, Exercises)], dependency: impl Fn(&str) -> String) -> String {
    let names: Vec<_> = labs.iter().map(|(lab, _)| format!("{lab:?}")).collect();
    let mut text = include_str!("../templates/Cargo.toml.template")
        .replace("MARK", MARK)
        .replace("LABS", &names.join(", "));
    for (lab, _) in labs {
        text += &format!("{lab} = [\"dep:netsplit-lab-{lab}\"]\n");
    }
    text += "\n[dependencies]\n";
    for name in ["cli", "sim"] {
        text += &format!("netsplit-{name} = {{ {} }}\n", dependency(&format!("crates/{name}")));
    }
    for (lab, _) in labs {
        let dependency = dependency(&format!("labs/{lab}"));
        text += &format!("netsplit-lab-{lab} = {{ {dependency}, optional = true }}\n");
    }
    text
}

/// The command with the learner's fillings.
fn main(labs: &[(&str, Exercises)]) -> String {
    let mut text = String::from(
        "//! A `netsplit` with your code in it. `netsplit learn init` writes this file; the steps are \
         in the\n//! folders beside it.\n\nuse std::process::ExitCode;\n\nuse netsplit_sim::Lab;\n",
    );
    for (lab, exercises) in labs {
        let modules =
            exercises.steps.iter().map(|step| format!("    pub mod {};\n", snake(step.name)));
        let modules: String = modules.collect();
        let lab_module = snake(lab);
        text += &format!("\n#[cfg(feature = {lab:?})]\nmod {lab_module} {{\n{modules}}}\n");
    }
    text += "\nfn main() -> ExitCode {\n    let mut labs: Vec<&'static dyn Lab> = Vec::new();\n";
    for (lab, exercises) in labs {
        let fillings = exercises.steps.iter().map(|step| {
            format!("            .with({}::{}::filling())", snake(lab), snake(step.name))
        });
        let fillings: Vec<_> = fillings.collect();
        text += &format!(
            "    #[cfg(feature = {lab:?})]\n    labs.push(\n        {}\n{},\n    );\n",
            exercises.lab,
            fillings.join("\n")
        );
    }
    text + "    netsplit_cli::main(&labs)\n}\n"
}

/// `cargo LAB ...` runs the command with the learner's code of one lab.
fn aliases(labs: &[(&str, Exercises)]) -> String {
    let alias = |(lab, _): &(&str, Exercises)| {
        format!(
            "{lab} = \"run --quiet --profile learn --no-default-features --features {lab} --\"\n"
        )
    };
    let aliases: String = labs.iter().map(alias).collect();
    format!("# `cargo LAB run LAB/SCENARIO --variant my-STEP` runs your code.\n[alias]\n{aliases}")
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}
