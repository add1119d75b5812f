//! A learner who has written every step, each in a way of their own: right code that is not the
//! reference's is never red.

use netsplit_lab_raft::RaftLab;
use netsplit_lab_rate_limiter::RateLimiter;
use netsplit_sim::Lab;

mod solutions;

use solutions::{election, token_bucket};

fn main() -> std::process::ExitCode {
    netsplit_cli::main(&[
        RaftLab.with(election::filling()),
        RateLimiter.with(token_bucket::filling()),
    ])
}
