//! The record of a run, as data.
//!
//! A simulation returns one [`Run`]: every client [`Operation`], the [`FaultRecord`]s with their
//! active spans, the [`ActionRecord`]s, message counts ([`NetworkCounts`]), the lab's counters and gauges ([`Series`]) and
//! the events that nodes recorded ([`LabEvent`]). Checkers and reports read a `Run` and nothing
//! else, so both are pure.
//!
//! A [`Window`] is a set of spans of simulated time; a [`Tally`] counts the operations of a
//! window, and [`Latencies`] holds their distribution in an HDR histogram.
//!
//! [`Parting`] and [`first_decisions`] compare two recorded runs.
//!
//! This crate has no workspace dependencies, and no async code.

mod action;
mod bits;
mod content;
mod difference;
mod invariant;
mod jsonl;
mod latency;
mod name;
mod numbers;
mod operation;
mod over_time;
mod path;
mod run;
mod staleness;
mod tally;
mod time;
mod touch;
mod trace;
mod window;

pub use action::ActionRecord;
pub use content::Content;
pub use difference::{FirstDecision, Pair, Parting, first_decisions};
pub use invariant::{Invariant, InvariantState};
pub use jsonl::{HistoryError, read_history, write_history};
pub use latency::{EncodedLatencies, Latencies};
pub use name::Name;
pub use operation::{Operation, Outcome, Status};
pub use over_time::{Level, LevelSlice, OverTime, Slices};
pub use path::{Interval, Wait, critical_path};
pub use run::{
    Aggregate, Crash, Difference, FaultRecord, LabEvent, LittlesLaw, NetworkCounts, Problem, Run,
    Sample, Series,
};
pub use staleness::stale_reads;
pub use tally::{Counts, Tally, recovery, worst_second};
pub use time::Time;
pub use touch::{Touch, Touched};
pub use trace::{Cause, TraceEvent, TraceKind, Wake};
pub use window::Window;
