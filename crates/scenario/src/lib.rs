//! Scenario files: from TOML to a typed, validated [`Scenario`].
//!
//! [`parse`] is the whole way. The text becomes a tree of values that know their places;
//! overrides (`--set fault.cut.for=5s`) are put into that tree; then one reader per part of the
//! file turns its values into the types of the model. A reader that finds something wrong
//! reports it and goes on, so one pass tells everything, as [`Diagnostics`] in the manner of
//! rustc: line, caret, what was expected, "did you mean".
//!
//! What tables may hold is written down once, as data: the readers check against it, and
//! [`schema`] writes the JSON Schema for editors from it. What names a lab has, its [`LabSpec`]
//! tells; this crate knows no lab.
//!
//! Expectations are sentences of a small grammar, parsed into [`Sentence`], which prints back to
//! what was read.
//!
//! What this leaves out: TOML is read with bounds (1 MiB, nesting, counts), so that no file can
//! make the tool hang; what depends on the run, such as a fault that waits for an event which
//! never comes, is for the run to find out. Contradictions are found only between faults whose
//! times and targets are certain beforehand.

mod diagnostic;
mod editor;
mod grammar;
mod lab;
mod model;
mod parse;
mod table;
mod value;

pub use diagnostic::suggest::{did_you_mean, nearest};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use editor::schema::schema;
pub use editor::template::starter;
pub use grammar::sentence::{
    Comparison, Metric, Population, Property, Quantity, SeedAggregate, Sentence, Statistic,
    WindowName,
};
pub use lab::{
    Bundle, CheckedParams, Filling, FillingNames, GroupSpec, LabSpec, Mutant, Named, OpenFilling,
    OperationSpec, ParamsSpec, Resolved, ScenarioFile, Seat, SeatNames, UnknownName, Variant,
    filling, mutant,
};
pub use model::{
    Action, Arrivals, Direction, Dist, Ends, Expectation, Expectations, Fault, FaultKind, Keys,
    LinkFault, LinkRule, LinkSettings, Load, Network, NodeFault, NodeGroup, Partition, Repeat,
    Scenario, Selector, Trigger,
};
pub use parse::{Parsed, parse};
pub use value::param_types::{Rate, Share, Span};
