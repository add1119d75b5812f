//! Messages between nodes and clients.
//!
//! The legs of a quorum have kinds of their own, so that a scenario can give each its latency:
//! `write` and `write-reply` are W and A, `read` and `read-reply` are R and S of the PBS paper
//! (Bailis et al., VLDB 2012, section 4). The read before a write (`ask`), repairs, hints and
//! anti-entropy have others.

use netsplit_sim::{Message, Rpc, messages};
use serde::{Deserialize, Serialize};

use crate::merkle::TreeNode;
use crate::ring::{Key, Replica, Slot};
use crate::siblings::{Datum, Siblings, Versioned};
use crate::versions::Writer;

messages! { CLIENT_KINDS:
    Get "get" @ 101 => GetReply "get-reply";
    Put "put" @ 102 => PutReply "put-reply";
}

messages! { TREE_KINDS:
    Tree "tree" @ 105 => TreeReply "tree-reply";
    Range "range" @ 106 => RangeReply "range-reply";
}

/// Every kind of message.
pub(crate) const KINDS: &[&str] = &[
    CLIENT_KINDS[0],
    CLIENT_KINDS[1],
    CLIENT_KINDS[2],
    CLIENT_KINDS[3],
    "read",
    "read-reply",
    "write",
    "write-reply",
    "ask",
    "ask-reply",
    "repair",
    "repair-reply",
    "handoff",
    "handoff-reply",
    TREE_KINDS[0],
    TREE_KINDS[1],
    TREE_KINDS[2],
    TREE_KINDS[3],
];

/// A client asks a coordinator for a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Get(pub Key);

/// The siblings that the coordinator found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetReply(pub Result<Siblings, ReadError>);

/// Fewer than R nodes answered in time. The read had no effect: try another coordinator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadError;

/// A client asks a coordinator to write a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Put(pub Key, pub Datum, pub Writer);

/// The write with its version, or why it was not acknowledged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PutReply(pub Result<Versioned, WriteError>);

/// Why a write was not acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WriteError {
    /// Fewer than R nodes answered the read before it: nothing was written, and it may be retried.
    NotBegun,
    /// Fewer than W nodes confirmed in time. Some may have stored it: the effect is unknown.
    Unconfirmed,
}

/// A coordinator asks what a node knows of a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Read {
    /// The key.
    pub key: Key,
    /// Its purpose, which decides the kind of the message.
    pub purpose: ReadPurpose,
}

/// The purpose of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadPurpose {
    /// A client wants the value.
    Get,
    /// A write needs to know the versions that it replaces.
    Ask,
}

/// What a node knows of a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReadReply {
    /// The siblings, hints included.
    pub known: Siblings,
    /// The purpose of the read.
    pub purpose: ReadPurpose,
}

/// A node is asked to store siblings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Write {
    /// The key.
    pub key: Key,
    /// The siblings to merge with its own.
    pub what: Siblings,
    /// Its purpose, which decides the kind of the message.
    pub purpose: WritePurpose,
    /// The node to keep it for, if not the receiver itself.
    pub hint_for: Option<Replica>,
}

/// The purpose of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WritePurpose {
    /// A client wrote.
    Put,
    /// A read found the node behind.
    Repair,
    /// The sender kept this for the node.
    Handoff,
}

/// Whether the node stored it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WriteReply {
    /// False if its disk failed.
    pub stored: bool,
    /// The purpose of the write.
    pub purpose: WritePurpose,
}

impl Message for Read {
    const PORT: u16 = 103;

    fn kind(&self) -> &'static str {
        match self.purpose {
            ReadPurpose::Get => "read",
            ReadPurpose::Ask => "ask",
        }
    }
}

impl Rpc for Read {
    type Response = ReadReply;
}

impl Message for ReadReply {
    fn kind(&self) -> &'static str {
        match self.purpose {
            ReadPurpose::Get => "read-reply",
            ReadPurpose::Ask => "ask-reply",
        }
    }
}

impl Message for Write {
    const PORT: u16 = 104;

    fn kind(&self) -> &'static str {
        match self.purpose {
            WritePurpose::Put => "write",
            WritePurpose::Repair => "repair",
            WritePurpose::Handoff => "handoff",
        }
    }
}

impl Rpc for Write {
    type Response = WriteReply;
}

impl Message for WriteReply {
    fn kind(&self) -> &'static str {
        match self.purpose {
            WritePurpose::Put => "write-reply",
            WritePurpose::Repair => "repair-reply",
            WritePurpose::Handoff => "handoff-reply",
        }
    }
}

/// A node sends a peer part of its Merkle tree of a slot.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tree {
    /// The slot.
    pub slot: Slot,
    /// Nodes of the tree with their hashes.
    pub hashes: Vec<(TreeNode, u64)>,
}

/// Those of them whose hashes differ at the peer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TreeReply(pub Vec<TreeNode>);

/// A node sends a peer all keys in some leaves of a slot.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Range {
    /// The slot.
    pub slot: Slot,
    /// The leaves.
    pub leaves: Vec<TreeNode>,
    /// The keys in them, with what is stored of them.
    pub entries: Vec<(Key, Siblings)>,
}

/// The keys that the peer has in them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RangeReply(pub Vec<(Key, Siblings)>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_message_is_declared() {
        let what = Siblings::default();
        let key = Key(0);
        for purpose in [ReadPurpose::Get, ReadPurpose::Ask] {
            assert!(KINDS.contains(&Read { key, purpose }.kind()));
            let known = what.clone();
            assert!(KINDS.contains(&ReadReply { known, purpose }.kind()));
        }
        for purpose in [WritePurpose::Put, WritePurpose::Repair, WritePurpose::Handoff] {
            let (what, hint_for) = (what.clone(), None);
            assert!(KINDS.contains(&Write { key, what, purpose, hint_for }.kind()));
            let stored = true;
            assert!(KINDS.contains(&WriteReply { stored, purpose }.kind()));
        }
    }
}
