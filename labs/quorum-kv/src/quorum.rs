//! When enough nodes have answered.
//!
//! A [`Reading`] collects what nodes know of a key, until `need` have answered; its answer is
//! the merge of theirs. If R + W > N, one of the R has seen every acknowledged write. What that
//! does not give is linearizability: a read that overlaps a write may see it while a later read
//! does not. [`Reading::to_repair`] says which nodes must store the answer first, so that no
//! later read can miss it (Attiya, Bar-Noy and Dolev 1995 call it the write-back).
//!
//! The seat [`Quorum`] says who counts and how many: [`Strict`] counts only the N holders,
//! [`Sloppy`] lets the nodes after them stand in (Dynamo, section 4.6), and [`OffByOne`] is what
//! its name says.
//!
//! Left out: a coordinator remembers nothing of who answered lately, so each request finds out
//! anew that a node is silent.

use std::collections::BTreeMap;

use crate::ring::Replica;
use crate::siblings::Siblings;
use crate::versions::Versions;

/// The seat `quorum`: who counts, and how many are enough.
pub trait Quorum {
    /// Whether nodes beyond the N may stand in for one that does not answer.
    fn stand_ins(&self) -> bool {
        false
    }

    /// How many answers are waited for where `configured` should be.
    fn enough(&self, configured: usize) -> usize {
        configured
    }

    /// How many holders must have what a read answers before it does, so that no later read
    /// misses it. Where R and W do not overlap, nothing could keep that promise.
    fn must_hold(&self, n: usize, r: usize, w: usize) -> usize {
        if r + w > n { n - r + 1 } else { 0 }
    }
}

/// R and W of the N holders.
#[derive(Clone, Copy, Debug)]
pub struct Strict;

impl Quorum for Strict {}

/// Any R and W nodes.
#[derive(Clone, Copy, Debug)]
pub struct Sloppy;

impl Quorum for Sloppy {
    fn stand_ins(&self) -> bool {
        true
    }

    fn must_hold(&self, _: usize, _: usize, _: usize) -> usize {
        0
    }
}

/// One answer fewer than there should be.
#[derive(Clone, Copy, Debug)]
pub struct OffByOne;

impl Quorum for OffByOne {
    fn enough(&self, configured: usize) -> usize {
        configured.saturating_sub(1).max(1)
    }
}

/// The answers to one read, so far.
#[derive(Clone, Debug)]
pub struct Reading {
    need: usize,
    answers: BTreeMap<Replica, Siblings>,
}

impl Reading {
    /// A read that needs so many answers.
    pub fn new(need: usize) -> Reading {
        Reading { need, answers: BTreeMap::new() }
    }

    /// A node answered. Once it was [brought up to date](Reading::on_repaired), an answer that
    /// left it earlier says nothing.
    pub fn on_answer(&mut self, from: Replica, known: Siblings) {
        self.answers.entry(from).or_insert(known);
    }

    /// A node stored the answer.
    pub fn on_repaired(&mut self, who: Replica, answer: &Siblings) {
        self.answers.insert(who, answer.clone());
    }

    /// Whether enough nodes have.
    pub fn is_complete(&self) -> bool {
        self.answers.len() >= self.need
    }

    /// What they know together.
    pub fn merged(&self, rule: &dyn Versions) -> Siblings {
        let mut merged = Siblings::default();
        for known in self.answers.values() {
            merged.merge(rule, known);
        }
        merged
    }

    /// Which nodes answered with less than `answer`.
    pub fn behind(&self, rule: &dyn Versions, answer: &Siblings) -> Vec<Replica> {
        self.answers
            .iter()
            .filter(|(_, known)| !known.covers(rule, answer))
            .map(|(replica, _)| *replica)
            .collect()
    }

    /// Which of `holders` to tell the answer before it is given, and how many of them must
    /// confirm, so that `must_hold` have it; `None` when enough have it already.
    pub fn to_repair(
        &self,
        rule: &dyn Versions,
        answer: &Siblings,
        holders: &[Replica],
        must_hold: usize,
    ) -> Option<(Vec<Replica>, usize)> {
        let up_to_date = |holder: &&Replica| {
            let known = self.answers.get(*holder);
            known.is_some_and(|known| known.covers(rule, answer))
        };
        let have = holders.iter().filter(up_to_date).count();
        let missing = must_hold.saturating_sub(have);
        if missing == 0 || answer.is_empty() {
            return None;
        }
        let lacking = holders.iter().filter(|holder| !up_to_date(holder));
        Some((lacking.copied().collect(), missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::siblings::{Datum, Versioned};
    use crate::versions::{Actor, ByVector, Version};

    const HOLDERS: [Replica; 3] = [Replica(0), Replica(1), Replica(2)];

    fn write(actor: u64, count: u64) -> Siblings {
        let mut version = Version::default();
        version.vector.learn(Actor(actor), count);
        version.stamp.wall_ns = count;
        Versioned { version, datum: Datum(count) }.into()
    }

    fn reading(need: usize, answers: &[(u32, Siblings)]) -> Reading {
        let mut reading = Reading::new(need);
        for (replica, known) in answers {
            reading.on_answer(Replica(*replica), known.clone());
        }
        reading
    }

    #[test]
    fn a_read_answers_with_the_newest_and_knows_who_is_behind() {
        let reading = reading(2, &[(0, write(1, 1)), (2, write(1, 2))]);
        assert!(reading.is_complete());
        let answer = reading.merged(&ByVector);
        assert_eq!(answer, write(1, 2));
        assert_eq!(reading.behind(&ByVector, &answer), [Replica(0)]);
    }

    #[test]
    fn one_answer_short_is_incomplete() {
        assert!(!reading(2, &[(0, write(1, 1))]).is_complete());
        assert_eq!(Strict.enough(2), 2);
        assert_eq!(OffByOne.enough(2), 1);
        assert_eq!(OffByOne.enough(1), 1);
    }

    #[test]
    fn an_answer_that_enough_nodes_hold_needs_no_repair() {
        let agreed = reading(2, &[(0, write(1, 1)), (1, write(1, 1))]);
        assert_eq!(agreed.to_repair(&ByVector, &write(1, 1), &HOLDERS, 2), None);
        let nothing = reading(2, &[(0, Siblings::default()), (1, Siblings::default())]);
        assert_eq!(nothing.to_repair(&ByVector, &Siblings::default(), &HOLDERS, 3), None);
    }

    #[test]
    fn what_was_repaired_is_not_behind() {
        let mut reading = reading(2, &[(0, write(1, 1)), (1, write(1, 2))]);
        reading.on_repaired(Replica(0), &write(1, 2));
        reading.on_repaired(Replica(2), &write(1, 2));
        reading.on_answer(Replica(2), write(1, 1));
        assert!(reading.behind(&ByVector, &write(1, 2)).is_empty());
    }

    #[test]
    fn a_read_quorum_meets_every_set_that_must_hold_its_answer() {
        for (n, r, w) in [(3, 2, 2), (3, 1, 3), (3, 3, 1), (5, 3, 3), (5, 2, 4)] {
            assert!(Strict.must_hold(n, r, w) + r > n);
        }
        assert_eq!(Strict.must_hold(3, 1, 1), 0);
        assert_eq!(Sloppy.must_hold(3, 2, 2), 0);
    }

    #[test]
    fn an_answer_that_one_node_holds_goes_to_the_others_first() {
        let torn = reading(2, &[(0, write(1, 1)), (1, write(1, 2))]);
        let lacking = vec![Replica(0), Replica(2)];
        assert_eq!(
            torn.to_repair(&ByVector, &write(1, 2), &HOLDERS, 2),
            Some((lacking.clone(), 1))
        );
        assert_eq!(torn.to_repair(&ByVector, &write(1, 2), &HOLDERS, 3), Some((lacking, 2)));
    }
}
