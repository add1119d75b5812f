//! From the record of a run to findings about it. Pure: nothing here simulates or prints.

mod expect;

pub use expect::{
    Decide, Finding, Findings, Measured, PropertyFinding, Verdict, evaluate, measure, resolve,
    show, significant, until_next_strike,
};
