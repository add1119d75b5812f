//! A retry budget: retries as a share of requests.

use std::time::Duration;

use netsplit_lab_retry_jitter::exercises::ComparedBudget;
use netsplit_lab_retry_jitter::{Budget, Try, seats};
use netsplit_sim::prelude::OpenFilling;
use netsplit_sim::rand::Rng;

/// The number of retries that a process starts with, and the most that it can save.
const BURST: f64 = 10.0;

/// The budget of one process, for all its requests. Give it the fields that it needs.
pub struct MyBudget {}

impl MyBudget {
    /// A budget of `ratio` retries per request, with `BURST` retries saved.
    fn new(ratio: f64) -> MyBudget {
        todo!("a budget with some retries saved")
    }
}

impl Budget for MyBudget {
    /// Whether a try may be sent. One that is refused is not sent, and its request is given up.
    ///
    /// - The first try of a request is always allowed, and earns `ratio` of a retry. More than
    ///   `BURST` retries are never saved.
    /// - A retry, after an error or after a timeout, is allowed if a whole one is saved, and spends
    ///   it.
    fn allows(&mut self, what: Try, now: Duration, rng: &mut dyn Rng) -> bool {
        todo!("earn, or spend")
    }

    /// A try has ended; `accepted` says whether the service did the work. Requests earn whether
    /// they succeed or not: the load is what the ratio is about.
    fn on_answer(&mut self, accepted: bool, now: Duration) {}
}

/// The filling `my-retry-budget`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::BUDGET.filling("my-retry-budget", "My retry budget", |params| {
        let ratio = *params.retry_ratio;
        Box::new(ComparedBudget::new(MyBudget::new(ratio), ratio))
    })
}
