//! The power of two choices, for servers that are not equally strong.

use netsplit_lab_load_balancing::exercises::ComparedPick;
use netsplit_lab_load_balancing::pick::{Known, Pick};
use netsplit_lab_load_balancing::seats;
use netsplit_sim::prelude::OpenFilling;
use netsplit_sim::rand::Rng;
use netsplit_sim::random::unit;

/// The pick of one balancer. It needs no fields: the balancer counts.
pub struct MyPick;

impl Pick for MyPick {
    /// Returns the server for the next request.
    ///
    /// - It is one of `open`, which has at least one.
    /// - Of two different ones, drawn at random, it is the one with less load; if there is only one,
    ///   it is that. The load of a server `s` is what it would have of this balancer with this
    ///   request: `known[s].outstanding` and one more, divided by `known[s].weight`.
    /// - Draw from `rng` alone, which is the balancer's own: `unit(&mut rng)`, with
    ///   `let mut rng = rng`, is uniform in [0, 1).
    fn pick(&mut self, open: &[usize], known: &[Known], rng: &mut dyn Rng) -> usize {
        todo!("the better of two")
    }
}

/// The filling `my-p2c`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::PICK.filling("my-p2c", "My two choices", |_| Box::new(ComparedPick(MyPick)))
}
