//! Maglev: a table that the nodes fill by turns.
//!
//! The table has M entries, a prime, and a key belongs to entry `hash mod M`. Every node has an
//! order of its own over all entries: offset, offset + skip, offset + 2 skip, ... mod M, which
//! visits each because M is prime. The nodes take turns; at its turn a node takes the first
//! entry of its order that is still free (Eisenbud et al., "Maglev", NSDI 2016, section 3.4).
//! As turns are equal, so are the shares: floor or ceiling of M / N entries each, exactly.
//!
//! The price is a little disruption. A node that joins also changes who comes first at entries
//! that it does not take, so some keys move between old nodes; fewer the larger the table
//! (section 5.3 of the paper).
//!
//! Left out: the connection table that Maglev puts in front, so that packets of a live
//! connection do not follow the table when it changes.

use std::rc::Rc;

use crate::params::Params;
use crate::placement::{KeyHash, NodeIndex, Placement, View, hash};

/// What a node does at its turn.
pub trait Turn {
    /// The entry that it takes: the first free one of those that it wishes for, in order.
    fn take(&self, order: &mut Order, is_free: &dyn Fn(usize) -> bool) -> Option<usize> {
        order.find(|entry| is_free(*entry))
    }
}

/// The rule of the paper.
#[derive(Debug)]
pub struct FirstFree;

impl Turn for FirstFree {}

/// The entries in the order in which a node wishes for them, over and over.
#[derive(Debug)]
pub struct Order {
    next: u64,
    skip: u64,
    size: u64,
}

impl Order {
    fn of(node: NodeIndex, salt: u64, size: u64) -> Order {
        let name = |use_of| hash(salt, [u64::from(node.0), use_of]);
        Order { next: name(0) % size, skip: name(1) % (size - 1) + 1, size }
    }
}

impl Iterator for Order {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let entry = self.next;
        self.next = (entry + self.skip) % self.size;
        Some(entry as usize)
    }
}

/// The table; empty when there are no members.
#[derive(Debug)]
pub struct Maglev(Vec<NodeIndex>);

/// Makes it.
pub fn make(view: &View, params: &Params) -> Rc<dyn Placement> {
    Rc::new(Maglev::fill(&FirstFree, view, params))
}

impl Maglev {
    /// Lets the members of a view take turns, as many in a row as they weigh.
    pub fn fill(turn: &impl Turn, view: &View, params: &Params) -> Maglev {
        let size = params.table_size;
        let mut table = vec![None; size as usize];
        let mut free = if view.members.is_empty() { 0 } else { size };
        let order = |node| Order::of(node, view.salt, u64::from(size));
        let mut orders: Vec<_> = view.members.iter().map(|m| (m, order(m.node))).collect();
        while free > 0 {
            for (member, order) in &mut orders {
                for _ in 0..member.weight.min(free) {
                    let taken = turn.take(order, &|entry| table[entry].is_none());
                    if let Some(entry) = taken {
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

    fn table(&self) -> &[NodeIndex] {
        &self.0
    }
}
