//! Deterministic subsets: each server has as many balancers as any other.

use netsplit_lab_load_balancing::exercises::ComparedSubset;
use netsplit_lab_load_balancing::seats;
use netsplit_lab_load_balancing::subset::{Subset, order_of_round};
use netsplit_sim::prelude::OpenFilling;
use netsplit_sim::rand::Rng;

/// The subsets of all balancers.
pub struct MySubset;

impl Subset for MySubset {
    /// Returns the servers of the balancer with this number, from 0: `size` different numbers below
    /// `servers`. `size` is from 1 to `servers`.
    ///
    /// - Cut an order of all servers into subsets of `size`; what is left over at its end is nobody's.
    ///   As many balancers as there are subsets make a round: the first of them has the first subset,
    ///   and so on.
    /// - Each round has an order of its own, `order_of_round(round, servers)`, with rounds from 0.
    /// - `rng` is the balancer's own, and not needed.
    fn of(&self, balancer: usize, servers: usize, size: usize, rng: &mut dyn Rng) -> Vec<usize> {
        todo!("cut the order of the round into subsets")
    }
}

/// The filling `my-subset`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::SUBSET.filling("my-subset", "My subsets", &ComparedSubset(MySubset))
}
