//! Deadlines: a server drops the work of those who have given up.

use std::time::Duration;

use netsplit_lab_retry_jitter::exercises::ComparedAdmission;
use netsplit_lab_retry_jitter::{Admission, Arrival, Ticket, Turn, seats};
use netsplit_sim::prelude::OpenFilling;

/// The slots of one server and the queue in front of them. Give it the fields that it needs.
pub struct MyQueue {}

impl MyQueue {
    /// An idle server that executes as many jobs at once as it has `slots`, and lets at most
    /// `limit` others wait. `None` is for no limit.
    fn new(slots: Option<usize>, limit: Option<usize>) -> MyQueue {
        todo!("an idle server")
    }
}

impl Admission for MyQueue {
    /// A job arrives that will take `work` and is of no use after `deadline`, if it has told one.
    ///
    /// - With a free slot it starts.
    /// - Otherwise it waits, with a ticket that no earlier job had, unless `limit` jobs wait
    ///   already: then it is rejected.
    fn arrive(&mut self, work: Duration, deadline: Option<Duration>) -> Arrival {
        todo!("start it, let it wait, or reject it")
    }

    /// A job that had a slot leaves at `now`, on the clock of the deadlines. The slot goes to the
    /// job that has waited longest (`Turn::next`), or is free again if nobody waits.
    ///
    /// - A job that would not be finished at its deadline, if it started now, is dropped when its
    ///   turn comes (`Turn::dropped`), and the next one has its turn. Work without a deadline is
    ///   never dropped.
    fn leave(&mut self, now: Duration) -> Turn {
        todo!("whose turn it is, and who is too late")
    }
}

/// The filling `my-deadlines`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::ADMISSION.filling("my-deadlines", "My deadlines", |slots, params| {
        let limit = params.queue_limit.count();
        Box::new(ComparedAdmission::new(MyQueue::new(slots, limit), slots, limit))
    })
}
