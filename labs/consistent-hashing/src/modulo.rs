//! Hash modulo N: perfectly balanced, and almost every key moves when N changes.
//!
//! A key stays where it is only if its hash leaves the same remainder modulo N and N + 1, which
//! happens to one hash in N + 1. So a tenth node moves nine keys in ten.
//!
//! Left out: nothing. It is one line, which is why it is everywhere.

use crate::placement::{KeyHash, Loads, NodeIndex, Placement, View};

/// One bucket per unit of weight, in the order of the view.
#[derive(Debug)]
pub struct Modulo(Vec<NodeIndex>);

impl Modulo {
    /// The buckets of a view's members.
    pub fn new(view: &View) -> Modulo {
        Modulo(view.buckets())
    }
}

impl Placement for Modulo {
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        let bucket = key.0.checked_rem(self.0.len() as u64)?;
        Some(self.0[bucket as usize])
    }

    fn place(&self, key: KeyHash, _: &Loads) -> Option<NodeIndex> {
        self.owner(key)
    }

    fn table(&self) -> &[NodeIndex] {
        &[]
    }
}
