//! The way in which a crate that this command writes depends on Netsplit.

use std::path::{Path, PathBuf};

use crate::args::DependencyArgs;
use crate::exit;

/// Where the crates of Netsplit come from.
pub enum Dependency {
    /// A clone.
    Clone(PathBuf),
    /// A git repository, as keys of a dependency.
    Git(String),
    /// The package registry.
    Registry,
}

impl Dependency {
    /// What the command line asks for; by default the clone that this command was built in.
    ///
    /// # Errors
    /// When a folder is no clone.
    pub fn new(args: &DependencyArgs) -> anyhow::Result<Dependency> {
        if let Some(url) = &args.git {
            let rev = args.rev.as_ref().map(|rev| format!(", rev = {rev:?}")).unwrap_or_default();
            return Ok(Dependency::Git(format!("git = {url:?}{rev}")));
        }
        let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let clone = args.path.clone().or_else(|| is_clone(&built_in).then_some(built_in));
        let Some(clone) = clone else {
            return Ok(Dependency::Registry);
        };
        if !is_clone(&clone) {
            let clone = clone.display();
            let why = format!("{clone} is no clone of Netsplit: it has no crates/cli");
            return Err(exit::usage(why));
        }
        Ok(Dependency::Clone(clone.canonicalize()?))
    }

    /// The keys of a dependency on the crate in a folder of this project, such as `crates/sim`.
    pub fn on(&self, folder: &str) -> String {
        match self {
            Dependency::Clone(clone) => {
                format!("path = {:?}", clone.join(folder).display().to_string())
            }
            Dependency::Git(keys) => keys.clone(),
            Dependency::Registry => format!("version = {:?}", env!("CARGO_PKG_VERSION")),
        }
    }
}

fn is_clone(folder: &Path) -> bool {
    folder.join("crates").join("cli").join("Cargo.toml").is_file()
}
