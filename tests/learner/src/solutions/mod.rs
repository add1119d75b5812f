//! Solutions of the steps.

pub mod election;
pub mod gateway_and_store;
pub mod token_bucket;
