//! Solutions of the steps.

pub mod election;
pub mod token_bucket;
