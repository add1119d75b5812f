//! A learner who has written nothing yet: every skeleton, as it is shipped.

#![allow(unused, missing_docs, clippy::pedantic, reason = "skeletons are not written yet")]

use netsplit_lab_raft::RaftLab;
use netsplit_lab_rate_limiter::RateLimiter;
use netsplit_sim::Lab;

#[path = "../../../labs/raft/exercises/election/skeleton.rs"]
mod election;
#[path = "../../../labs/rate-limiter/exercises/token-bucket/skeleton.rs"]
mod token_bucket;

fn main() -> std::process::ExitCode {
    netsplit_cli::main(&[
        RaftLab.with(election::filling()),
        RateLimiter.with(token_bucket::filling()),
    ])
}
