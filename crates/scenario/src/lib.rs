//! Parsing of scenario files, from TOML to a typed, validated [`Scenario`].
//!
//! [`parse`](fn@parse) does all of it. The text becomes a tree of values with their spans;
//! overrides (`--set fault.cut.for=5s`) are applied to that tree; then one reader per part of the
//! file turns its values into the types of the model. A reader that finds a problem reports it and
//! continues, so that one pass finds all problems. [`Diagnostics`] renders them in the style of
//! rustc: line, caret, what was expected, "did you mean".
//!
//! The keys and types of each table are defined once, as data: the readers validate against them,
//! and [`schema`] generates the JSON Schema for editors from them. The names of a lab come from its
//! [`LabSpec`]; this crate knows no lab.
//!
//! Expectations are sentences of a small grammar, parsed into [`Sentence`]. Its `Display` is the
//! inverse of the parser.
//!
//! # Folders
//!
//! Each folder uses only those before it, and the types of the model:
//!
//! - `lab`: the description of a lab, with its seats and parameters
//! - `diagnostic`: spans, diagnostics, suggestions
//! - `table`: tables validated against their shapes
//! - `value`: scalars, quantities, distributions, and their JSON Schema
//! - `grammar`: expectations
//! - `parse`: the readers, one per part of the file
//! - `editor`: the JSON Schema of a whole file, and the template of `netsplit new`
//!
//! # Limitations
//!
//! The size of a file, its nesting and its counts are limited, so that no file can make the tool
//! hang. Problems that depend on the run, such as a fault that waits for an event that never comes,
//! are found by the run. Contradictions are found only between faults with fixed times and targets.

mod diagnostic;
mod editor;
mod grammar;
mod lab;
mod model;
mod parse;
mod table;
mod value;

pub use diagnostic::suggest::{did_you_mean, nearest};
pub use diagnostic::visible::{is_hidden, visible, visible_lines};
pub use diagnostic::{COMMAND_LINE, Diagnostic, Diagnostics, Severity};
pub use editor::schema::{schema, schema_text};
pub use editor::template::template;
pub use grammar::sentence::{
    Answer, Comparison, Ended, Metric, Over, Population, Property, Quantity, Requests,
    SeedAggregate, Sentence, Statistic, WindowName,
};
pub use lab::{
    ActionSpec, ArgKind, ArgSpec, Bundle, CheckedParams, ExerciseFiles, Exercises, Field, Filling,
    FillingNames, GroupSpec, LabSpec, Mutant, Named, OpenFilling, OperationSpec, ParamsSpec,
    Refusal, Resolved, ScenarioFile, Seat, SeatNames, Strip, StripRows, StripSource, StripState,
    Turn, UnknownName, Variant, filling, mutant,
};
pub use model::{
    Action, Argument, Arrivals, Direction, Dist, Ends, Expectation, Expectations, Fault, FaultKind,
    Keys, LinkFault, LinkRule, LinkSettings, Load, Network, NodeFault, NodeGroup, Partition,
    Repeat, Scenario, Selector, SyncFault, Trigger,
};
pub use parse::limits::{Limits, REQUEST_BYTES};
pub use parse::predict::Question;
pub use parse::refused::refused;
pub use parse::{FILE_MIB_MAX, Parsed, STARTED_NODES_MAX, hash, parse};
pub use value::param_types::{Rate, Share, Span};
