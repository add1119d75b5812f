//! The exercises of this lab, and the wrappers that compare a learner's code with the reference's.

use netsplit_sim::comparison::{Reference, compare, differ, is_comparing};
use netsplit_sim::prelude::*;
use rand::Rng;

use crate::admission::{Admission, Arrival, DropExpired, Turn};
use crate::backoff::{Backoff, Bounds};
use crate::budget::{Budget, RetryRatio, Try};
use crate::identity::{IdempotencyKey, Identity, PerRequest, Purchase, Receipt};

/// The exercises, in the order in which they are taken.
pub(crate) const EXERCISES: Exercises = Exercises {
    lab: "netsplit_lab_retry_jitter::RetryJitter",
    steps: exercise_files!(
        "full-jitter" => "backoff.rs",
        "retry-budget" => "budget.rs",
        "deadlines" => "admission.rs",
        "idempotency-keys" => "identity.rs",
    ),
};

/// A backoff that a learner wrote. How it draws is its own affair; in a run that compares, each wait
/// must be one that the reference could have drawn.
pub struct ComparedBackoff<B> {
    yours: B,
    bounds: Bounds,
}

impl<B> ComparedBackoff<B> {
    /// A learner's backoff within these bounds.
    pub fn new(yours: B, bounds: Bounds) -> ComparedBackoff<B> {
        ComparedBackoff { yours, bounds }
    }
}

impl<B: Backoff> Backoff for ComparedBackoff<B> {
    fn delay(&mut self, failed: u32, rng: &mut dyn Rng) -> Duration {
        let wait = self.yours.delay(failed, rng);
        let longest = self.bounds.exponential(failed);
        let possible = if self.bounds.jitter { wait <= longest } else { wait == longest };
        if is_comparing() && !possible {
            let up_to = if self.bounds.jitter { "at most " } else { "" };
            let call = format!("the wait after {failed} failed tries");
            differ(call, format!("waited {wait:?}"), format!("waits {up_to}{longest:?}"));
        }
        wait
    }
}

/// A budget that a learner wrote, and the reference beside it in a run that compares.
pub struct ComparedBudget<B> {
    yours: B,
    reference: Reference<RetryRatio>,
}

impl<B> ComparedBudget<B> {
    /// A learner's budget of `ratio` retries per request.
    pub fn new(yours: B, ratio: f64) -> ComparedBudget<B> {
        ComparedBudget { yours, reference: Reference::new(|| RetryRatio::new(ratio)) }
    }
}

impl<B: Budget> Budget for ComparedBudget<B> {
    fn allows(&mut self, what: Try, now: Duration, rng: &mut dyn Rng) -> bool {
        let allows = self.yours.allows(what, now, rng);
        if let Some(reference) = self.reference.get_mut() {
            let call = || format!("a try of a process at {now:?} on its clock, {what:?}");
            // The reference draws nothing.
            compare(&allows, &reference.allows(what, now, rng), call, |allows| {
                if *allows { "allowed it" } else { "refused it" }.into()
            });
        }
        allows
    }

    fn on_answer(&mut self, accepted: bool, now: Duration) {
        self.yours.on_answer(accepted, now);
    }
}

/// A queue that a learner wrote, and the reference beside it in a run that compares.
pub struct ComparedAdmission<A> {
    yours: A,
    reference: Reference<DropExpired>,
}

impl<A> ComparedAdmission<A> {
    /// A learner's queue for a server with these slots, in which at most `limit` jobs may wait.
    pub fn new(yours: A, slots: Option<usize>, limit: Option<usize>) -> ComparedAdmission<A> {
        let reference = Reference::new(|| DropExpired::new(slots, limit));
        ComparedAdmission { yours, reference }
    }
}

impl<A: Admission> Admission for ComparedAdmission<A> {
    fn arrive(&mut self, work: Duration, deadline: Option<Duration>) -> Arrival {
        let arrival = self.yours.arrive(work, deadline);
        if let Some(reference) = self.reference.get_mut() {
            let call = || match deadline {
                Some(deadline) => format!("the arrival of {work:?} of work, due at {deadline:?}"),
                None => format!("the arrival of {work:?} of work without a deadline"),
            };
            // Tickets may be numbered in any way.
            let tell = |arrival: &Arrival| match arrival {
                Arrival::Start => "started it",
                Arrival::Wait(_) => "let it wait",
                Arrival::Reject => "rejected it",
            };
            let expected = tell(&reference.arrive(work, deadline));
            compare(&tell(&arrival), &expected, call, |told| (*told).into());
        }
        arrival
    }

    fn leave(&mut self, now: Duration) -> Turn {
        let turn = self.yours.leave(now);
        if let Some(reference) = self.reference.get_mut() {
            let outcome = |turn: &Turn| (turn.next.is_some(), turn.dropped.len());
            let call = || format!("the end of a job at {now:?} on the server's clock");
            compare(&outcome(&turn), &outcome(&reference.leave(now)), call, |(next, dropped)| {
                let next = if *next { "started the next" } else { "started none" };
                format!("{next} and dropped {dropped}")
            });
        }
        turn
    }
}

/// Idempotency keys that a learner wrote, and the reference beside them in a run that compares.
pub struct ComparedIdentity<I> {
    yours: I,
    reference: PerRequest,
}

impl<I> ComparedIdentity<I> {
    /// A learner's side.
    pub fn new(yours: I) -> ComparedIdentity<I> {
        ComparedIdentity { yours, reference: PerRequest::default() }
    }
}

impl<I: Identity> Identity for ComparedIdentity<I> {
    fn key(&self, purchase: Purchase, number: u32) -> Option<IdempotencyKey> {
        let key = self.yours.key(purchase, number);
        if is_comparing() {
            // Any key will do that all tries of a request have, and no other request.
            let next = Purchase { request: purchase.request + 1, ..purchase };
            let yours = (key.is_some(), key == self.yours.key(purchase, 1));
            let outcome = (yours.0, yours.1, key != self.yours.key(next, number));
            let call = || format!("the key of try {number} of {purchase:?}");
            compare(&outcome, &(true, true, true), call, |outcome| {
                match outcome {
                    (false, _, _) => "sent no key",
                    (_, false, _) => "made another key than for the first try",
                    (_, _, false) => "made the key of the customer's next purchase, too",
                    _ => "made a key of the request",
                }
                .into()
            });
        }
        key
    }

    fn known(&self, key: Option<IdempotencyKey>) -> Option<Receipt> {
        let receipt = self.yours.known(key);
        if is_comparing() {
            let call = || format!("the arrival of a try with the key {key:?}");
            let tell = |receipt: &Option<Receipt>| format!("found {receipt:?}");
            compare(&receipt, &self.reference.known(key), call, tell);
        }
        receipt
    }

    fn charge(&mut self, key: Option<IdempotencyKey>) -> (Receipt, bool) {
        let charge = self.yours.charge(key);
        if is_comparing() {
            let call = || format!("the charge of a try with the key {key:?}");
            compare(&charge, &self.reference.charge(key), call, |(receipt, new)| {
                let new = if *new { "a new" } else { "an earlier" };
                format!("answered with {new} receipt, {}", receipt.0)
            });
        }
        charge
    }
}
