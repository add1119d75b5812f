//! From the record of a run to findings about it. Pure: nothing here simulates or prints.

mod budget;
mod clusters;
mod consistency;
mod expect;
mod linearizable;
mod memo;
mod model;
mod partition;
mod sequential;
mod witness;

pub use budget::Budget;
pub use consistency::{Answer, Consistency};
pub use expect::{
    Decide, Finding, Findings, Measured, PropertyFinding, Verdict, evaluate, measure, resolve,
    show, significant, until_next_strike,
};
pub use linearizable::check_linearizable;
pub use model::{Access, CellAction, KeyValue, Malformed, Model, Register};
pub use partition::Scope;
pub use sequential::check_sequential;
pub use witness::{Witness, WitnessOperation};
