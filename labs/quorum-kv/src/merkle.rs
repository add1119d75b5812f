//! Merkle trees: how two nodes find the keys that differ, without sending those that do not.
//!
//! A [`MerkleTree`] summarises one slot of the ring (Dynamo, section 4.7: "each node maintains a
//! separate Merkle tree for each key range"). It has three levels: a root, [`BRANCHES`] inner
//! nodes, and [`LEAVES`] leaves that divide the keys by their hash. Two nodes compare the roots;
//! where they differ, the children; and so on down, so that only keys in differing leaves
//! are sent. A leaf is the exclusive-or of a digest per key: one key changes it in constant time,
//! and the order in which keys arrived does not matter.
//!
//! Left out: a tree that grows with its keys. With many more keys than leaves, one difference
//! sends a whole leaf of keys. And exclusive-or resists accidents, not adversaries.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::ring::Key;

/// Children of a node.
pub const BRANCHES: usize = 16;

/// Leaves of a tree.
pub const LEAVES: usize = BRANCHES * BRANCHES;

/// The level of the leaves; the root's is 0.
const BOTTOM: u8 = 2;

/// A node of the tree, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TreeNode {
    level: u8,
    index: u16,
}

impl TreeNode {
    /// The root of every tree.
    pub const ROOT: TreeNode = TreeNode { level: 0, index: 0 };

    /// The leaf that `key` belongs to.
    pub fn leaf_of(key: Key) -> TreeNode {
        // Not the low bits: those choose the slot on a ring of 2^k nodes.
        let index = (key.hash() >> 32) as usize % LEAVES;
        TreeNode { level: BOTTOM, index: index as u16 }
    }

    /// Whether it is a leaf.
    pub fn is_leaf(self) -> bool {
        self.level == BOTTOM
    }

    /// Its children; a leaf has none.
    pub fn children(self) -> impl Iterator<Item = TreeNode> {
        let first = self.index * BRANCHES as u16;
        let count = if self.is_leaf() { 0 } else { BRANCHES as u16 };
        (first..first + count).map(move |index| TreeNode { level: self.level + 1, index })
    }
}

/// The summary of one slot's keys.
#[derive(Clone, Debug)]
pub struct MerkleTree {
    leaves: Vec<u64>,
}

impl Default for MerkleTree {
    fn default() -> Self {
        MerkleTree { leaves: vec![0; LEAVES] }
    }
}

impl MerkleTree {
    /// Adds the digest of a key, or removes it if it was added before.
    pub fn toggle(&mut self, key: Key, digest: u64) {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&key.0.to_le_bytes());
        bytes[8..].copy_from_slice(&digest.to_le_bytes());
        self.leaves[TreeNode::leaf_of(key).index as usize] ^= xxh3_64(&bytes);
    }

    /// The hash of a node, over all leaves below it.
    pub fn hash(&self, node: TreeNode) -> u64 {
        if node.is_leaf() {
            return self.leaves[node.index as usize];
        }
        let mut bytes = Vec::with_capacity(8 * BRANCHES);
        for child in node.children() {
            bytes.extend_from_slice(&self.hash(child).to_le_bytes());
        }
        xxh3_64(&bytes)
    }

    /// The hashes of the children of `nodes`, for a peer to compare.
    pub fn below(&self, nodes: &[TreeNode]) -> Vec<(TreeNode, u64)> {
        nodes
            .iter()
            .flat_map(|node| node.children())
            .map(|child| (child, self.hash(child)))
            .collect()
    }

    /// Those of a peer's nodes whose hashes differ here.
    pub fn differing(&self, theirs: &[(TreeNode, u64)]) -> Vec<TreeNode> {
        theirs
            .iter()
            .filter(|(node, hash)| self.hash(*node) != *hash)
            .map(|(node, _)| *node)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::collection::btree_map;
    use proptest::prelude::*;

    use super::*;

    fn tree(entries: &BTreeMap<u64, u64>) -> MerkleTree {
        let mut tree = MerkleTree::default();
        for (key, digest) in entries {
            tree.toggle(Key(*key), *digest);
        }
        tree
    }

    /// The leaves that a descent from the root ends in.
    fn descend(ours: &MerkleTree, theirs: &MerkleTree) -> BTreeSet<TreeNode> {
        let root = (TreeNode::ROOT, theirs.hash(TreeNode::ROOT));
        let mut differing = ours.differing(&[root]);
        while differing.iter().any(|node| !node.is_leaf()) {
            differing = ours.differing(&theirs.below(&differing));
        }
        differing.into_iter().collect()
    }

    proptest! {
        #[test]
        fn a_descent_ends_in_exactly_the_leaves_that_differ(
            common in btree_map(0..500u64, 0..9u64, 0..200),
            ours in btree_map(0..500u64, 0..9u64, 0..5),
            theirs in btree_map(0..500u64, 0..9u64, 0..5),
        ) {
            let with = |extra: &BTreeMap<u64, u64>| {
                let mut all = common.clone();
                all.extend(extra.iter().map(|(key, digest)| (*key, *digest)));
                all
            };
            let (ours, theirs) = (with(&ours), with(&theirs));
            let differing: BTreeSet<_> = (0..500)
                .filter(|key| ours.get(key) != theirs.get(key))
                .map(|key| TreeNode::leaf_of(Key(key)))
                .collect();
            prop_assert_eq!(descend(&tree(&ours), &tree(&theirs)), differing);
        }
    }

    #[test]
    fn what_is_replaced_leaves_no_trace() {
        let mut tree = MerkleTree::default();
        let empty = tree.hash(TreeNode::ROOT);
        tree.toggle(Key(1), 10);
        assert_ne!(tree.hash(TreeNode::ROOT), empty);
        tree.toggle(Key(1), 10);
        assert_eq!(tree.hash(TreeNode::ROOT), empty);
    }

    #[test]
    fn a_single_difference_costs_one_path() {
        let entries: BTreeMap<_, _> = (0..5000).map(|key| (key, 1)).collect();
        let mut changed = entries.clone();
        changed.insert(17, 2);
        let (ours, theirs) = (tree(&entries), tree(&changed));
        assert_eq!(descend(&ours, &theirs), [TreeNode::leaf_of(Key(17))].into());
        assert_eq!(theirs.below(&[TreeNode::ROOT]).len(), BRANCHES);
    }
}
