//! Scenario files: from TOML to a typed, validated [`Scenario`].

mod action;
mod arrivals;
mod conflict;
mod context;
mod diagnostic;
mod dist;
mod element;
mod fault;
mod fault_kind;
mod fields;
mod grammar;
mod guard;
mod knob;
mod lab;
mod load;
mod model;
mod names;
mod network;
mod nodes;
mod overrides;
mod params;
mod plain;
mod read;
mod scalar;
mod selector;
mod sentence;
mod shape;
mod source;
mod suggest;
mod trigger;
mod units;
mod variant;
mod verdict;
mod window;

pub use diagnostic::{Diagnostic, Diagnostics, Severity};

pub use knob::Span;
pub use lab::{GroupSpec, LabSpec, Named, OperationSpec, ParamsSpec, SeatSpec, VariantSpec};
pub use model::{
    Action, Arrivals, Direction, Dist, Ends, Expectation, Fault, FaultKind, Keys, LinkRule,
    LinkSettings, Load, Network, NodeGroup, Partition, Repeat, Scenario, Selector, Trigger,
    Verdict,
};
pub use read::{Parsed, parse};
pub use sentence::{
    Comparison, Metric, Population, Property, Quantity, SeedAggregate, Sentence, Statistic,
    WindowName,
};
