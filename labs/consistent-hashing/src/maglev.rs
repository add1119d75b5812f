//! Maglev: a lookup table that the nodes fill in turns.
//!
//! The table has M entries, a prime, and a key belongs to entry `hash mod M`. Every node has a
//! permutation of all entries: offset, offset + skip, offset + 2 skip, ... mod M, which visits
//! each because M is prime. The nodes take turns; at its turn a node takes the first entry of its
//! permutation that is still free (Eisenbud et al., "Maglev", NSDI 2016, section 3.4). As turns
//! are equal, so are the shares: floor or ceiling of M / N entries each, exactly.
//!
//! The price is a little disruption. A node that joins also changes which node comes first at
//! entries that it does not take, so some keys move between old nodes; fewer the larger the table
//! (section 5.3 of the paper).
//!
//! Left out: the connection table that Maglev puts in front, so that packets of a live connection
//! do not follow the table when it changes.

use crate::placement::{KeyHash, Loads, NodeIndex, Placement, View, hash};

/// The entries in the order in which a node prefers them, over and over.
#[derive(Debug)]
pub struct Permutation {
    next: u64,
    skip: u64,
    size: u64,
}

impl Permutation {
    fn of(node: NodeIndex, salt: u64, size: u64) -> Permutation {
        let draw = |purpose| hash(salt, [u64::from(node.0), purpose]);
        Permutation { next: draw(0) % size, skip: draw(1) % (size - 1) + 1, size }
    }
}

impl Iterator for Permutation {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let entry = self.next;
        self.next = (entry + self.skip) % self.size;
        Some(entry as usize)
    }
}

/// A table that is being filled: the node of each entry, or `None` where it is free.
pub type Entries = [Option<NodeIndex>];

/// One turn: the entry that a node takes, if any.
pub type Turn = fn(&mut Permutation, &Entries) -> Option<usize>;

/// The paper's turn: the first entry of the permutation that is free.
pub fn first_free(permutation: &mut Permutation, entries: &Entries) -> Option<usize> {
    permutation.find(|entry| entries[*entry].is_none())
}

/// The table; empty when there are no members.
#[derive(Debug)]
pub struct Maglev(Vec<NodeIndex>);

impl Maglev {
    /// A table of `size` entries, a prime, for the members of a view.
    pub fn new(view: &View, size: u32) -> Maglev {
        Maglev::fill(view, size, first_free)
    }

    /// Lets the members take turns, `weight` of them in a row, until no entry is free.
    pub fn fill(view: &View, size: u32, turn: Turn) -> Maglev {
        let mut table = vec![None; size as usize];
        let mut free = if view.members.is_empty() { 0 } else { size };
        let permutation = |node| Permutation::of(node, view.salt, u64::from(size));
        let mut members: Vec<_> =
            view.members.iter().map(|member| (member, permutation(member.node))).collect();
        while free > 0 {
            for (member, permutation) in &mut members {
                // No more turns than free entries, or the search for one would never end.
                for _ in 0..member.weight.min(free) {
                    if let Some(entry) = turn(permutation, &table) {
                        table[entry] = Some(member.node);
                        free -= 1;
                    }
                }
            }
        }
        Maglev(table.into_iter().flatten().collect())
    }
}

impl Placement for Maglev {
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        let entry = key.0.checked_rem(self.0.len() as u64)?;
        Some(self.0[entry as usize])
    }

    fn place(&self, key: KeyHash, _: &Loads) -> Option<NodeIndex> {
        self.owner(key)
    }

    fn table(&self) -> &[NodeIndex] {
        &self.0
    }
}
