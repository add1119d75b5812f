//! Exercises: steps in which a learner writes the filling of a seat.

/// The exercises of a lab.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exercises {
    /// The path of the lab's value in Rust, such as `netsplit_lab_raft::RaftLab`. The crate's
    /// folder is `labs/LAB`.
    pub lab: &'static str,
    /// The steps, in the order in which they are taken.
    pub steps: &'static [ExerciseFiles],
}

/// The files of one step.
#[derive(Clone, Copy, Debug)]
pub struct ExerciseFiles {
    /// The name, in kebab-case, unique in the lab.
    pub name: &'static str,
    /// `step.toml`: what the step asks, and the scenarios that judge it.
    pub step: &'static str,
    /// `skeleton.rs`: the file that a learner completes. Its `filling()` returns the filling
    /// `my-STEP` of the step's seat.
    pub skeleton: &'static str,
    /// The file with the reference's code.
    pub reference: &'static str,
}

/// Embeds exercises of a lab: `exercise_files!("token-bucket" => "token_bucket.rs")` embeds
/// `exercises/token-bucket/step.toml` and `skeleton.rs` of the lab's folder, and the reference in
/// `src/token_bucket.rs`. The call stands in a file of `src`.
#[macro_export]
macro_rules! exercise_files {
    ($($name:literal => $reference:literal),* $(,)?) => {
        &[$($crate::ExerciseFiles {
            name: $name,
            step: include_str!(concat!("../exercises/", $name, "/step.toml")),
            skeleton: include_str!(concat!("../exercises/", $name, "/skeleton.rs")),
            reference: include_str!($reference),
        }),*]
    };
}
