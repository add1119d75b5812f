//! Kinds of locks: where a lease is kept, by which clock it ends, and whom a free lock wakes.

/// A kind of lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// One node that stands for a consensus group: its table is on disk before it answers, each
    /// commit takes a majority's time, and leases end by a clock that nobody sets.
    Consensus,
    /// The first lock node alone, with its table in memory and leases that end by the wall clock,
    /// as in Redis.
    Single,
    /// A majority of independent lock nodes, each like `Single`. There is no token, since no node
    /// knows what the others have granted.
    Redlock,
}

impl Lock {
    /// The number of lock nodes, of `nodes`, that a client asks.
    pub fn asked(self, nodes: usize) -> usize {
        if self == Lock::Redlock { nodes } else { 1 }
    }

    /// The number of grants, of `nodes`, that make a lock: more than half of those asked.
    pub fn quorum(self, nodes: usize) -> usize {
        self.asked(nodes) / 2 + 1
    }
}

/// How a client waits for a lock that another holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// A free lock wakes who has waited longest.
    WatchPredecessor,
    /// A free lock wakes all who wait: a herd, of which one gets it.
    WatchAll,
    /// Nobody is woken; each asks again and again.
    Poll,
}

impl Waiting {
    /// The number of clients that a free lock wakes, of those who wait.
    pub fn woken(self, waiting: usize) -> usize {
        match self {
            Waiting::WatchPredecessor => waiting.min(1),
            Waiting::WatchAll => waiting,
            Waiting::Poll => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_needs_more_than_half_of_the_nodes_that_are_asked() {
        let quorums = [Lock::Consensus, Lock::Single, Lock::Redlock].map(|lock| lock.quorum(5));
        assert_eq!(quorums, [1, 1, 3]);
        assert_eq!([1, 2, 4].map(|nodes| Lock::Redlock.quorum(nodes)), [1, 2, 3]);
    }
}
