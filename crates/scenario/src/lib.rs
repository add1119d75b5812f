//! Scenario files: from TOML to a typed, validated [`Scenario`].

mod lab;
mod model;
mod sentence;

pub use lab::{GroupSpec, LabSpec, Named, OperationSpec, ParamsSpec, SeatSpec, VariantSpec};
pub use model::{
    Action, Arrivals, Direction, Dist, Ends, Expectation, Fault, FaultKind, Keys, LinkRule,
    LinkSettings, Load, Network, NodeGroup, Partition, Repeat, Scenario, Selector, Trigger,
    Verdict,
};
pub use sentence::{
    Comparison, Metric, Population, Property, Quantity, SeedAggregate, Sentence, Statistic,
    WindowName,
};
