//! The exercises of this lab, and the wrapper that compares a limiter with the reference.

use netsplit_sim::comparison::{compare, is_comparing};
use netsplit_sim::prelude::*;

use crate::limiter::{Decision, Limiter, Policy};

/// The exercises, in the order in which they are taken.
pub(crate) const EXERCISES: Exercises = Exercises {
    lab: "netsplit_lab_rate_limiter::RateLimiter",
    steps: exercise_files!("token-bucket" => "token_bucket.rs"),
};

/// A limiter that a learner wrote, and the reference beside it in a run that compares.
#[derive(Clone, Debug)]
pub struct Compared<L, R> {
    yours: L,
    reference: Option<R>,
    requests: u64,
}

impl<L: Limiter, R: Limiter> Limiter for Compared<L, R> {
    fn new(policy: &Policy) -> Compared<L, R> {
        let reference = is_comparing().then(|| R::new(policy));
        Compared { yours: L::new(policy), reference, requests: 0 }
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        let yours = self.yours.try_acquire(now);
        self.requests += 1;
        if let Some(reference) = self.reference.as_mut().filter(|_| is_comparing()) {
            let call = || format!("request {} of a tenant, at {now:?} on its clock", self.requests);
            compare(&yours, &reference.try_acquire(now), call, told);
        }
        yours
    }
}

/// A decision in words.
fn told(decision: &Decision) -> String {
    match decision {
        Decision::Admit { after } if after.is_zero() => "admitted it".into(),
        Decision::Admit { after } => format!("admitted it, to wait for {after:?}"),
        Decision::Reject { retry_after } => format!("rejected it, to retry after {retry_after:?}"),
    }
}
