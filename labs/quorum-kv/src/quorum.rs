//! Quorums: when enough nodes have answered.
//!
//! A coordinator sends a request to the N nodes that hold the key and counts answers in a
//! [`Tally`], R of them for a read and W for a write. If R + W > N, one of the R has stored every
//! acknowledged write (Gifford 1979). That does not make the store linearizable: a read that
//! overlaps a write may see it while a later read does not, unless enough nodes store what a read
//! returns before it does ([`Quorum::must_hold`]).
//!
//! The seat [`Quorum`] decides which nodes count and how many are enough: [`Strict`] counts only
//! the N holders, [`Sloppy`] uses the nodes after them as stand-ins (Dynamo, section 4.6), and
//! [`OffByOne`] waits for one answer fewer.
//!
//! Left out: a coordinator does not remember which nodes answered lately, so each request finds
//! out anew that a node is silent.

use std::collections::BTreeSet;

use crate::ring::Replica;

/// The state of one request at its coordinator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The number of nodes whose answers complete the request.
    pub need: usize,
    /// The nodes that have answered a read, or stored a write.
    pub answered: BTreeSet<Replica>,
    /// Nodes that may still stand in for a silent one, in the order in which they are used. With
    /// none from the start, the coordinator does not watch for silent nodes.
    pub spare: Vec<Replica>,
}

/// A node that stands in for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StandIn {
    /// The node that does not answer.
    pub missing: Replica,
    /// The node that gets the request in its place; a write with a hint that names `missing`.
    pub substitute: Replica,
}

/// The sizes of a store's quorums: `1 <= r <= n` and `1 <= w <= n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// N: the number of nodes that hold a key.
    pub n: usize,
    /// R: the number of nodes that answer a read.
    pub r: usize,
    /// W: the number of nodes that store a write before it is acknowledged.
    pub w: usize,
}

/// The seat `quorum`: which answers count, and how many are enough.
///
/// For each request the coordinator calls [`begin`](Quorum::begin) and sends the request to the
/// holders, then [`on_answer`](Quorum::on_answer) for each node that answers, and
/// [`on_silence`](Quorum::on_silence) once, `stand_in_after` after the start. A request fails when
/// all nodes that were asked have answered or timed out and it is still not complete.
pub trait Quorum: Sync {
    /// A request that needs `configured` answers, which is R or W, begins; `others` are the nodes
    /// that do not hold the key, in ring order. Returns the state to start from.
    fn begin(&self, configured: usize, others: &[Replica]) -> Tally;

    /// `from` answered a read, or stored a write. A write that failed there does not come here.
    /// Returns whether the request is complete; it is not called again after that.
    fn on_answer(&self, tally: &mut Tally, from: Replica) -> bool;

    /// Some time has passed, and the nodes `silent`, in the order in which they were asked, have
    /// neither answered nor timed out. Returns the nodes to ask in their place. A write that is
    /// complete comes here as well, so that nodes which missed it get their hints.
    fn on_silence(&self, tally: &mut Tally, silent: &[Replica]) -> Vec<StandIn>;

    /// The number of holders that must have stored what a read returns, before it does, so that no
    /// later read misses it; 0 where no number could promise that. It is the write-back of
    /// Attiya, Bar-Noy and Dolev (1995).
    fn must_hold(&self, sizes: Sizes) -> usize;
}

/// R and W of the N holders.
#[derive(Clone, Copy, Debug)]
pub struct Strict;

impl Quorum for Strict {
    fn begin(&self, configured: usize, _: &[Replica]) -> Tally {
        // No spares: an answer from a node outside the N says nothing about what the N stored.
        Tally { need: configured, ..Tally::default() }
    }

    fn on_answer(&self, tally: &mut Tally, from: Replica) -> bool {
        // A set, since quorums overlap in nodes: two answers of one node are one.
        tally.answered.insert(from);
        tally.answered.len() >= tally.need
    }

    fn on_silence(&self, _: &mut Tally, _: &[Replica]) -> Vec<StandIn> {
        Vec::new()
    }

    fn must_hold(&self, Sizes { n, r, w }: Sizes) -> usize {
        // Any R nodes include one of n - r + 1, since only r - 1 are left outside. Where R and W do
        // not overlap, acknowledged writes are missed anyway, and there is nothing to protect.
        if r + w > n { n - r + 1 } else { 0 }
    }
}

/// R and W of any nodes.
#[derive(Clone, Copy, Debug)]
pub struct Sloppy;

impl Quorum for Sloppy {
    fn begin(&self, configured: usize, others: &[Replica]) -> Tally {
        Tally { spare: others.to_vec(), ..Strict.begin(configured, others) }
    }

    fn on_answer(&self, tally: &mut Tally, from: Replica) -> bool {
        Strict.on_answer(tally, from)
    }

    fn on_silence(&self, tally: &mut Tally, silent: &[Replica]) -> Vec<StandIn> {
        // One substitute each: two hints on one node would count once, and die with it together.
        let pairs = silent.iter().zip(std::mem::take(&mut tally.spare));
        pairs.map(|(missing, substitute)| StandIn { missing: *missing, substitute }).collect()
    }

    fn must_hold(&self, _: Sizes) -> usize {
        // The next read may count other nodes altogether: no number of holders is enough.
        0
    }
}

/// One answer fewer than configured, but at least one.
#[derive(Clone, Copy, Debug)]
pub struct OffByOne;

impl Quorum for OffByOne {
    fn begin(&self, configured: usize, others: &[Replica]) -> Tally {
        Strict.begin(configured.saturating_sub(1).max(1), others)
    }

    fn on_answer(&self, tally: &mut Tally, from: Replica) -> bool {
        Strict.on_answer(tally, from)
    }

    fn on_silence(&self, tally: &mut Tally, silent: &[Replica]) -> Vec<StandIn> {
        Strict.on_silence(tally, silent)
    }

    fn must_hold(&self, sizes: Sizes) -> usize {
        Strict.must_hold(sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHERS: [Replica; 2] = [Replica(3), Replica(4)];

    fn answers_until_complete(quorum: &dyn Quorum, configured: usize) -> usize {
        let mut tally = quorum.begin(configured, &OTHERS);
        1 + (0..9).take_while(|node| !quorum.on_answer(&mut tally, Replica(*node))).count()
    }

    #[test]
    fn a_request_is_complete_with_as_many_answers_as_configured() {
        for configured in 1..=3 {
            assert_eq!(answers_until_complete(&Strict, configured), configured);
            assert_eq!(answers_until_complete(&Sloppy, configured), configured);
        }
        assert_eq!(answers_until_complete(&OffByOne, 2), 1);
        assert_eq!(answers_until_complete(&OffByOne, 1), 1);
    }

    #[test]
    fn a_node_counts_once() {
        let mut tally = Strict.begin(2, &OTHERS);
        assert!(!Strict.on_answer(&mut tally, Replica(1)));
        assert!(!Strict.on_answer(&mut tally, Replica(1)));
        assert!(Strict.on_answer(&mut tally, Replica(2)));
    }

    #[test]
    fn each_silent_node_gets_a_substitute_while_there_are_any() {
        let silent = [Replica(2), Replica(0), Replica(1)];
        let mut tally = Sloppy.begin(2, &OTHERS);
        let stand_in = |missing, substitute| StandIn {
            missing: Replica(missing),
            substitute: Replica(substitute),
        };
        assert_eq!(Sloppy.on_silence(&mut tally, &silent), [stand_in(2, 3), stand_in(0, 4)]);
        assert_eq!(Sloppy.on_silence(&mut tally, &silent), []);
        assert_eq!(Strict.on_silence(&mut Strict.begin(2, &OTHERS), &silent), []);
    }

    #[test]
    fn a_read_quorum_meets_every_set_that_must_hold_its_answer() {
        for (n, r, w) in [(3, 2, 2), (3, 1, 3), (3, 3, 1), (5, 3, 3), (5, 2, 4)] {
            assert!(Strict.must_hold(Sizes { n, r, w }) + r > n);
        }
        // One short of an overlap, where there is nothing to protect.
        assert_eq!(Strict.must_hold(Sizes { n: 3, r: 1, w: 2 }), 0);
        assert_eq!(Sloppy.must_hold(Sizes { n: 3, r: 2, w: 2 }), 0);
    }
}
