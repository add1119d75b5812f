//! Reports about runs, human-readable and machine-readable.
//!
//! A [`Report`] holds every number that is reported about a run, rounded to the precision of its
//! measurement; the formats only lay it out, one file each:
//!
//! - [`to_json`] and [`from_json`]: `report.json`, schema `netsplit.report/1`;
//! - [`render`]: the terminal, plain or coloured;
//! - [`to_svg`]: latency, availability and throughput over time.
//!
//! A [`Difference`] says where two runs part, as text ([`render_difference`]) or JSON.
//!
//! A [`MutantsReport`] grades a scenario by the mutants that it kills.
//!
//! [`sweep`] does the same for many runs together.
//!
//! The charts need values over time, which a report does not keep: a [`Timeline`] divides the run
//! into columns of equal length.
//!
//! Everything here is a pure function of the scenario, the run and the findings. No format
//! contains a path, a wall-clock time or a thread count, so one seed gives the same bytes.

mod difference;
mod json;
mod mutants;
mod over_time;
mod phases;
mod report;
mod rounding;
mod svg;
pub mod sweep;
mod terminal;
mod timeline;

#[cfg(test)]
mod testing;

pub use difference::{ComparedRun, Difference, EventPair, FirstEvent, NodeDifference};
pub use json::{from_json, json_text, to_json};
pub use mutants::{Kill, MutantResult, MutantsReport, NotPassed, OwnRuns, render_mutants};
pub use over_time::{Levels, OverTimeReport};
pub use phases::{Phase, phase_windows};
pub use report::{
    ActionReport, CrashReport, ExpectationReport, FaultReport, Observed, OperationReport, Report,
    Versions, WorstSecond,
};
pub use rounding::LatencyMs;
pub use svg::{SVG_COLUMNS, against_svg, comparison_svg, to_svg};
pub use terminal::{
    Predicted, Side, comparison_rows, hang, render, render_comparison, render_difference,
    render_predictions, render_question, timeline_columns,
};
pub use timeline::{Column, Timeline};
