//! The exercises of this lab, and the wrappers that compare a learner's code with the reference.

use netsplit_sim::comparison::{Reference, compare, is_comparing};
use netsplit_sim::prelude::*;

use crate::budget::{Budget, GlobalBucket, Ledger, Round, SharedBudget, Statement};
use crate::limiter::{Decision, Limiter, Policy};

/// The exercises, in the order in which they are taken.
pub(crate) const EXERCISES: Exercises = Exercises {
    lab: "netsplit_lab_rate_limiter::RateLimiter",
    steps: exercise_files!(
        "token-bucket" => "token_bucket.rs",
        "sliding-window" => "sliding_log.rs",
        "gcra" => "gcra.rs",
        "shared-budget" => "budget.rs",
        "gateway-and-store" => "coordination.rs",
    ),
};

/// A limiter that a learner wrote, and the reference beside it in a run that compares.
#[derive(Clone, Debug)]
pub struct Compared<L, R> {
    yours: L,
    reference: Reference<R>,
    policy: Policy,
    requests: u64,
}

impl<L: Limiter, R: Limiter> Limiter for Compared<L, R> {
    fn new(policy: &Policy) -> Compared<L, R> {
        let reference = Reference::new(|| R::new(policy));
        Compared { yours: L::new(policy), reference, policy: *policy, requests: 0 }
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        let yours = self.yours.try_acquire(now);
        self.requests += 1;
        if let Some(reference) = self.reference.get_mut() {
            let Policy { limit, window, burst } = self.policy;
            let call = || {
                format!(
                    "request {} of a tenant ({limit} per {window:?}, burst {burst}), at {now:?} on \
                     its clock",
                    self.requests
                )
            };
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

/// Rules of a shared budget that a learner wrote, and in a run that compares the reference's on a
/// copy of the same state.
#[derive(Clone, Copy, Debug)]
pub struct ComparedBudget<B>(pub B);

impl<B: SharedBudget> SharedBudget for ComparedBudget<B> {
    fn settle(&self, ledger: &mut Ledger, round: &Round) {
        let before = is_comparing().then(|| ledger.clone());
        self.0.settle(ledger, round);
        if let Some(before) = before {
            let mut expected = before.clone();
            GlobalBucket.settle(&mut expected, round);
            let call = || format!("settling {round:?} with {before:?}");
            compare(ledger, &expected, call, |ledger| format!("left {ledger:?}"));
        }
    }

    fn statement(&self, ledger: &Ledger, region: usize) -> Statement {
        let yours = self.0.statement(ledger, region);
        if is_comparing() {
            let call = || format!("the statement to region {region} of {ledger:?}");
            compare(&yours, &GlobalBucket.statement(ledger, region), call, |statement| {
                format!("stated {statement:?}")
            });
        }
        yours
    }

    fn renew(&self, budget: &mut Budget, statement: &Statement) {
        let before = is_comparing().then(|| budget.clone());
        self.0.renew(budget, statement);
        if let Some(before) = before {
            let mut expected = before.clone();
            GlobalBucket.renew(&mut expected, statement);
            let call = || format!("the arrival of {statement:?} at {before:?}");
            compare(budget, &expected, call, |budget| format!("left {budget:?}"));
        }
    }

    fn try_spend(&self, budget: &mut Budget) -> bool {
        let before = is_comparing().then(|| budget.clone());
        let yours = self.0.try_spend(budget);
        if let Some(before) = before {
            let mut expected = before.clone();
            let reference = GlobalBucket.try_spend(&mut expected);
            let call = || format!("a request at {before:?}");
            compare(&(yours, &*budget), &(reference, &expected), call, |(admitted, budget)| {
                let admitted = if *admitted { "admitted" } else { "rejected" };
                format!("{admitted} it and left {budget:?}")
            });
        }
        yours
    }
}
