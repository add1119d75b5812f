//! What nodes and clients say to each other.
//!
//! The legs of a quorum have kinds of their own, so that a scenario can give each its latency:
//! `write` and `write-reply` are W and A, `read` and `read-reply` are R and S of the PBS paper
//! (Bailis et al., VLDB 2012, section 4). What a write asks first, repairs, hints and
//! anti-entropy are apart from them.

use netsplit_sim::{Message, Rpc};
use serde::{Deserialize, Serialize};

use crate::merkle::TreeNode;
use crate::ring::{Key, Replica, Slot};
use crate::siblings::{Datum, Siblings, Versioned};
use crate::versions::Actor;

/// Every kind of message.
pub const KINDS: &[&str] = &[
    "get",
    "get-reply",
    "put",
    "put-reply",
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
    "tree",
    "tree-reply",
    "range",
    "range-reply",
];

/// Gives a message its kind and port, and a request its answer.
macro_rules! messages {
    ($($name:ident $kind:literal $port:literal $(-> $answer:ident)?;)*) => {$(
        impl Message for $name {
            const PORT: u16 = $port;

            fn kind(&self) -> &'static str {
                $kind
            }
        }
        $(impl Rpc for $name {
            type Response = $answer;
        })?
    )*};
}

messages! {
    Get "get" 101 -> GetReply;
    GetReply "get-reply" 1;
    Put "put" 102 -> PutReply;
    PutReply "put-reply" 1;
    Tree "tree" 105 -> TreeReply;
    TreeReply "tree-reply" 1;
    Range "range" 106 -> RangeReply;
    RangeReply "range-reply" 1;
}

/// A client asks a coordinator for a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Get(pub Key);

/// What the coordinator found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetReply(pub Result<Siblings, ReadError>);

/// No R nodes answered in time. The read had no effect: try another coordinator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadError;

/// A client asks a coordinator to write.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Put(pub Key, pub Datum, pub Writer);

/// Which of a session's writes this is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Writer {
    /// The session.
    pub actor: Actor,
    /// The how-manyth of its writes, from 1.
    pub count: u64,
}

/// What became of a write.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PutReply(pub Result<Versioned, WriteError>);

/// Why a write was not acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WriteError {
    /// Too few nodes said what it would replace: it was not begun, and may be tried again.
    NotBegun,
    /// Fewer than W nodes confirmed in time. Some may have it: treat it as perhaps done.
    Unconfirmed,
}

/// A coordinator asks what a node knows of a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Read {
    /// The key.
    pub key: Key,
    /// Why.
    pub purpose: ReadPurpose,
}

/// What a read is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReadPurpose {
    /// A client wants the value.
    Get,
    /// A write wants to know what it replaces.
    Ask,
}

/// What a node knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReadReply {
    /// The siblings, hints included.
    pub known: Siblings,
    /// As asked.
    pub purpose: ReadPurpose,
}

/// A node is to store something.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Write {
    /// The key.
    pub key: Key,
    /// What to merge with what it has.
    pub what: Siblings,
    /// Why.
    pub purpose: WritePurpose,
    /// Whom it is to be kept for, if not for the receiver itself.
    pub hint_for: Option<Replica>,
}

/// What a write is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WritePurpose {
    /// A client wrote.
    Put,
    /// A read found the node behind.
    Repair,
    /// The writer kept this for the node.
    Handoff,
}

/// Whether the node stored it. It does not if its disk fails.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WriteReply {
    /// It did.
    pub stored: bool,
    /// As asked.
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

/// A node shows a peer part of its Merkle tree of a slot.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tree {
    /// The slot.
    pub slot: Slot,
    /// Nodes of the tree with their hashes.
    pub hashes: Vec<(TreeNode, u64)>,
}

/// Which of them are different here.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TreeReply(pub Vec<TreeNode>);

/// A node sends a peer all it has in some leaves of a slot.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Range {
    /// The slot.
    pub slot: Slot,
    /// The leaves.
    pub leaves: Vec<TreeNode>,
    /// What is in them.
    pub entries: Vec<(Key, Siblings)>,
}

/// What the peer had in them.
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
