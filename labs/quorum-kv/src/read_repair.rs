//! Read repair: a read that finds nodes behind brings them up to date.
//!
//! A [`Reading`] is the combined knowledge of the nodes that answered. The seat [`Repair`] decides which
//! nodes must store it: before the client gets its answer, so that no later read can miss what
//! this one returned (Attiya, Bar-Noy and Dolev 1995 call it the write-back), and after it, so that
//! replicas converge on every key that is read (Dynamo, section 5). The parameter `read_repair`
//! switches off the first or both.

use std::collections::BTreeMap;

use crate::ring::Replica;
use crate::siblings::Siblings;
use crate::versions::Versions;

/// A read, after enough nodes have answered it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The nodes that hold the key, in ring order.
    pub holders: Vec<Replica>,
    /// What each node that answered knows of the key. With a sloppy quorum, stand-ins are among
    /// them.
    pub answers: BTreeMap<Replica, Siblings>,
    /// The merge of the answers: what the client gets.
    pub merged: Siblings,
    /// The number of holders that must have stored `merged` before the client gets it.
    pub must_hold: usize,
}

/// Writes that a read waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteBack {
    /// The nodes to send the merged answer to, in this order.
    pub to: Vec<Replica>,
    /// The number of them that must confirm that they stored it; the read fails when fewer do.
    pub confirmations: usize,
}

/// The seat `read-repair`: which nodes must store what a read returns.
pub trait Repair: Sync {
    /// The read is about to be answered: the writes that it must wait for. Called when the
    /// parameter `read_repair` is `blocking`.
    ///
    /// No later read misses the answer once `must_hold` holders have it. Those that answered with
    /// it count; of the others it is not known whether they have it.
    fn before_answer(&self, versions: &dyn Versions, reading: &Reading) -> WriteBack;

    /// The read was answered, and all nodes that were asked have answered or timed out: the nodes
    /// to send the merged answer to, in this order. Called unless `read_repair` is `off`. The
    /// answers include the late ones, and of nodes that confirmed the write-back what they stored.
    fn after_answer(&self, versions: &dyn Versions, reading: &Reading) -> Vec<Replica>;
}

/// Holders that are behind get the merged answer.
#[derive(Clone, Copy, Debug)]
pub struct MergedAnswer;

impl Repair for MergedAnswer {
    fn before_answer(&self, versions: &dyn Versions, reading: &Reading) -> WriteBack {
        let Reading { holders, answers, merged, must_hold } = reading;
        let up_to_date = |holder: &&Replica| {
            answers.get(*holder).is_some_and(|known| versions.covers(known, merged))
        };
        let have = holders.iter().filter(up_to_date).count();
        let confirmations = must_hold.saturating_sub(have);
        // No write has been seen, so there is none that a later read could miss.
        if confirmations == 0 || merged.is_empty() {
            return WriteBack::default();
        }
        // To all of the others, silent ones too: the quickest confirmations decide.
        let to = holders.iter().filter(|holder| !up_to_date(holder)).copied().collect();
        WriteBack { to, confirmations }
    }

    fn after_answer(&self, versions: &dyn Versions, reading: &Reading) -> Vec<Replica> {
        let Reading { holders, answers, merged, .. } = reading;
        let behind = answers.iter().filter(|(_, known)| !versions.covers(known, merged));
        // Not the stand-ins: hints hand over what they keep, and they are no holders to repair.
        behind.map(|(node, _)| *node).filter(|node| holders.contains(node)).collect()
    }
}

/// Repairs after the answer only: all nodes converge, and the next read may come too early.
#[derive(Clone, Copy, Debug)]
pub struct LateRepair;

impl Repair for LateRepair {
    fn before_answer(&self, _: &dyn Versions, _: &Reading) -> WriteBack {
        WriteBack::default()
    }

    fn after_answer(&self, versions: &dyn Versions, reading: &Reading) -> Vec<Replica> {
        MergedAnswer.after_answer(versions, reading)
    }
}

/// Nodes that are behind stay behind.
#[derive(Clone, Copy, Debug)]
pub struct NoRepair;

impl Repair for NoRepair {
    fn before_answer(&self, _: &dyn Versions, _: &Reading) -> WriteBack {
        WriteBack::default()
    }

    fn after_answer(&self, _: &dyn Versions, _: &Reading) -> Vec<Replica> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::siblings::{Datum, Versioned};
    use crate::versions::{Actor, ByVector, Version};

    fn write(actor: u64, count: u64) -> Siblings {
        let mut version = Version::default();
        version.vector.learn(Actor(actor), count);
        version.stamp.wall_ns = count;
        Versioned { version, datum: Datum(count) }.into()
    }

    fn reading(must_hold: usize, answers: &[(u32, Siblings)]) -> Reading {
        let answers: BTreeMap<_, _> =
            answers.iter().map(|(node, known)| (Replica(*node), known.clone())).collect();
        let merge = |all: Siblings, known| ByVector.merge(&all, known);
        let merged = answers.values().fold(Siblings::default(), merge);
        Reading { holders: (0..3).map(Replica).collect(), answers, merged, must_hold }
    }

    #[test]
    fn an_answer_that_enough_nodes_hold_needs_no_write_back() {
        let agreed = reading(2, &[(0, write(1, 1)), (1, write(1, 1))]);
        assert_eq!(MergedAnswer.before_answer(&ByVector, &agreed), WriteBack::default());
        let nothing = reading(3, &[(0, Siblings::default()), (1, Siblings::default())]);
        assert_eq!(MergedAnswer.before_answer(&ByVector, &nothing), WriteBack::default());
    }

    #[test]
    fn an_answer_that_one_node_holds_goes_to_the_others_first() {
        let to = vec![Replica(0), Replica(2)];
        for (must_hold, confirmations) in [(2, 1), (3, 2)] {
            let torn = reading(must_hold, &[(0, write(1, 1)), (1, write(1, 2))]);
            let expected = WriteBack { to: to.clone(), confirmations };
            assert_eq!(MergedAnswer.before_answer(&ByVector, &torn), expected);
        }
    }

    #[test]
    fn holders_that_answered_with_less_are_behind() {
        let torn = reading(2, &[(0, write(1, 1)), (1, write(1, 2)), (4, write(1, 1))]);
        assert_eq!(MergedAnswer.after_answer(&ByVector, &torn), [Replica(0)]);
        assert_eq!(NoRepair.after_answer(&ByVector, &torn), []);
    }
}
