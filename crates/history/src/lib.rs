//! What happened in a run, as data.
//!
//! A simulation ends as one [`Run`]: every [`Operation`] that a client asked for, the
//! [`FaultRecord`]s with the spans in which they held, what the network did
//! ([`NetworkCounts`]), what nodes counted ([`Series`]) and what they announced
//! ([`LabEvent`]). Checkers and reports read a `Run` and nothing else, so both are pure.
//!
//! A [`Window`] is a set of spans of simulated time; a [`Tally`] counts the operations of a
//! window, and [`Latencies`] holds their distribution in an HDR histogram.
//!
//! This crate is a leaf: it knows no async, no sockets and no scenario files.

mod invariant;
mod jsonl;
mod latency;
mod operation;
mod run;
mod tally;
mod time;
mod trace;
mod window;

pub use invariant::{Invariant, InvariantState};
pub use jsonl::{HistoryError, read_history, write_history};
pub use latency::{EncodedLatencies, Latencies};
pub use operation::{Operation, Outcome, Status};
pub use run::{
    Aggregate, Crash, FaultRecord, LabEvent, LittlesLaw, NetworkCounts, Problem, Run, Series,
};
pub use tally::{Counts, Tally, recovery, worst_second};
pub use time::Time;
pub use trace::{TraceEvent, TraceKind};
pub use window::Window;
