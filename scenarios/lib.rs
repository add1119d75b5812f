//! The shipped scenarios, embedded, so that an installed `netsplit` works in any folder.
//!
//! Each folder beside this file is a lab's, and each TOML file in it a scenario of that lab. The
//! build script lists them.

use netsplit_scenario::ScenarioFile;

/// The scenarios of each lab: (lab, files in order of their names).
static LABS: &[(&str, &[ScenarioFile])] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// The shipped scenarios of a lab, in order of their names; none for an unknown lab.
pub fn of(lab: &str) -> &'static [ScenarioFile] {
    LABS.iter().find(|(name, _)| *name == lab).map_or(&[], |(_, files)| files)
}
