//! Description of a lab: its names, its seats and its parameters.

mod action;
mod exercise;
mod params;
mod refusal;
mod seat;
mod spec;
mod strip;

pub use action::{ActionSpec, ArgKind, ArgSpec};
pub use exercise::{ExerciseFiles, Exercises};
pub use params::{CheckedParams, ParamsSpec};
pub use refusal::Refusal;
pub use seat::{Filling, FillingNames, Mutant, OpenFilling, Seat, SeatNames, filling, mutant};
pub use spec::{
    Bundle, GroupSpec, LabSpec, Named, OperationSpec, Resolved, ScenarioFile, UnknownName, Variant,
};
pub use strip::{Field, Strip, StripRows, StripSource, StripState, Turn};
