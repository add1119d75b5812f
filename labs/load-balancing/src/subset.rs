//! Subsets: the servers that one of many balancers knows.
//!
//! A connection to every server from every client costs memory, threads and health checks in
//! proportion to both. So each client has a few servers, and what counts is that each server has as
//! many clients as any other. Beyer and others, "Site Reliability Engineering" (2016), chapter 20.

use netsplit_sim::random::stream;
use rand::Rng;

use crate::pick::below;

/// The subset of one balancer.
pub trait Subset: Sync {
    /// Returns the servers of the balancer with this number, from 0: `size` different numbers below
    /// `servers`, in any order. `size` is from 1 to `servers`. `rng` is the balancer's own.
    fn of(&self, balancer: usize, servers: usize, size: usize, rng: &mut dyn Rng) -> Vec<usize>;
}

/// All servers, whatever the size.
pub struct All;

impl Subset for All {
    fn of(&self, _balancer: usize, servers: usize, _size: usize, _rng: &mut dyn Rng) -> Vec<usize> {
        (0..servers).collect()
    }
}

/// Random servers, drawn by each balancer for itself: some servers have many balancers, others few.
pub struct RandomSubset;

impl Subset for RandomSubset {
    fn of(&self, _balancer: usize, servers: usize, size: usize, rng: &mut dyn Rng) -> Vec<usize> {
        let mut all = shuffled(servers, rng);
        all.truncate(size);
        all
    }
}

/// Deterministic subsets: each round of balancers divides all servers among itself, in an order that
/// all of the round know.
pub struct Deterministic;

impl Subset for Deterministic {
    fn of(&self, balancer: usize, servers: usize, size: usize, _rng: &mut dyn Rng) -> Vec<usize> {
        let subsets = servers / size;
        let (round, place) = (balancer / subsets, balancer % subsets);
        order_of_round(round, servers)[place * size..][..size].to_vec()
    }
}

/// The order of the servers in a round: another one for each, so that a server which is down does not
/// add to the load of the same few in all rounds, and so that those left over take turns.
pub fn order_of_round(round: usize, servers: usize) -> Vec<usize> {
    shuffled(servers, &mut stream(round as u64, "order of round"))
}

/// Fisher and Yates' shuffle of the numbers below `count`.
fn shuffled(count: usize, rng: &mut dyn Rng) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    (1..count).rev().for_each(|last| order.swap(last, below(last + 1, rng)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For each server, the number of balancers that know it.
    fn known_by(subset: &dyn Subset, balancers: usize, servers: usize, size: usize) -> Vec<usize> {
        let mut counts = vec![0; servers];
        for balancer in 0..balancers {
            let mut rng = stream(balancer as u64, "test");
            let mut chosen = subset.of(balancer, servers, size, &mut rng);
            chosen.iter().for_each(|server| counts[*server] += 1);
            chosen.sort_unstable();
            chosen.dedup();
            assert_eq!(chosen.len(), size, "a server twice");
        }
        counts
    }

    #[test]
    fn every_server_has_exactly_as_many_clients_when_the_rounds_are_full() {
        for size in [10, 30] {
            assert_eq!(known_by(&Deterministic, 300, 300, size), vec![size; 300]);
        }
    }

    #[test]
    fn the_example_of_the_book_has_two_or_three_clients_for_each_server() {
        // Four subsets of three make a round, so ten clients are two and a half.
        let mut counts = known_by(&Deterministic, 10, 12, 3);
        counts.sort_unstable();
        assert_eq!(counts, [[2; 6], [3; 6]].concat());
    }

    #[test]
    fn servers_left_over_take_turns() {
        // Three of thirteen are left over in each round.
        let counts = known_by(&Deterministic, 400, 13, 5);
        assert!(counts.iter().all(|count| (130..180).contains(count)), "{counts:?}");
    }

    #[test]
    fn random_subsets_are_uneven() {
        let counts = known_by(&RandomSubset, 300, 300, 10);
        let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
        assert!(*least <= 4 && *most >= 17, "{least} to {most}");
    }
}
