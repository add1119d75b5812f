//! Two choices: the shorter of two random queues.

use netsplit_lab_queueing::exercises::ComparedBalancer;
use netsplit_lab_queueing::{Balancer, Replicas, seats};
use netsplit_sim::prelude::OpenFilling;
use netsplit_sim::rand::Rng;
use netsplit_sim::random::unit;

/// The balancer of one front end. Give it the fields that it needs.
pub struct MyBalancer {}

impl MyBalancer {
    /// A balancer that has sent nothing. `replicas.servers` is the number of servers.
    fn new(replicas: Replicas) -> MyBalancer {
        todo!("no server has an unanswered job")
    }
}

impl Balancer for MyBalancer {
    /// Returns the server for the next job of `leaf`; the job is sent at once.
    ///
    /// - It is one of `replicas.of(leaf)` other than `taken`, which has a copy of the job already;
    ///   `None` if there is no other.
    /// - Of two different ones, drawn at random, it is the one with fewer unanswered jobs. If there
    ///   is only one, it is that.
    /// - Draw from `rng` alone, which is the front end's own: `unit(&mut rng)`, with
    ///   `let mut rng = rng`, is uniform in [0, 1).
    fn pick(&mut self, leaf: usize, taken: Option<usize>, rng: &mut dyn Rng) -> Option<usize> {
        todo!("the better of two")
    }

    /// A job that `pick` sent to `server` needs no attention any more: it was answered, timed out,
    /// or abandoned.
    fn finished(&mut self, server: usize) {
        todo!("one unanswered job fewer")
    }
}

/// The filling `my-two-choices`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::BALANCER.filling("my-two-choices", "My two choices", |replicas| {
        Box::new(ComparedBalancer::new(MyBalancer::new(replicas), replicas))
    })
}
