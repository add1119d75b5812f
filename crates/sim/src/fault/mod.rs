//! Faults: when they fire, what they target, and how their effects are applied.

pub(crate) mod apply;
pub(crate) mod schedule;
pub(crate) mod selectors;
pub(crate) mod targets;
