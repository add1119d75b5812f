//! Checkers: pure functions from the record of a run to findings about it.
//!
//! Nothing in this crate simulates or prints.

mod budget;
mod clusters;
mod consistency;
mod decide;
mod expect;
mod guarantee;
mod history_file;
mod invariant;
mod linearizable;
mod liveness;
mod lost_writes;
mod model;
mod monotonic_reads;
mod partition;
mod read_your_writes;
mod sequential;
mod staleness;
mod versions;
mod visited;
mod witness;

pub use budget::Budget;
pub use consistency::{Answer, Consistency};
pub use decide::{CheckContext, decide};
pub use expect::{
    Decide, Finding, Findings, Measured, PropertyFinding, Verdict, answer, evaluate, measure,
    resolve, show, significant, until_next_strike,
};
pub use guarantee::{Guarantee, Violation};
pub use history_file::{ShippedModel, check_history};
pub use invariant::{Broken, InvariantFinding, check_invariant};
pub use linearizable::check_linearizable;
pub use liveness::check_liveness;
pub use lost_writes::check_lost_writes;
pub use model::{AbsentReadsAs, Access, CellAction, KeyValue, Malformed, Model, Register};
pub use monotonic_reads::check_monotonic_reads;
pub use partition::Scope;
pub use read_your_writes::check_read_your_writes;
pub use sequential::check_sequential;
pub use staleness::{StaleRead, Staleness, measure_staleness};
pub use witness::{Witness, WitnessOperation};
