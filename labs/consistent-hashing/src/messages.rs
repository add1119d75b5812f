//! The messages between clients, cache nodes, the directory and the store.

use netsplit_sim::messages;
use serde::{Deserialize, Serialize};

use crate::cache::{Entry, Key, Version};
use crate::placement::{Epoch, Member, NodeIndex, View};

messages! { KINDS:
    Get "get" @ 101 => Got "got";
    Put "put" @ 102 => PutDone "put-done";
    Fetch "fetch" @ 103 => Fetched "fetched";
    Store "store" @ 104 => Stored "stored";
    Move "move" @ 105 => Moved "moved";
    Heartbeat "beat" @ 106;
    Poll "poll" @ 107 => Polled "polled";
    Leave "leave" @ 108 => Left "left";
    Push "view" @ 109;
}

/// Reads a key: from a client to a cache node.
#[derive(Debug, Serialize, Deserialize)]
pub struct Get {
    /// The key.
    pub key: Key,
    /// The epoch of the view by which the client chose this node.
    pub epoch: Epoch,
    /// Whether this node stands in for an owner that is full.
    pub spilled: bool,
}

/// The answer to a [`Get`].
#[derive(Debug, Serialize, Deserialize)]
pub enum Got {
    /// The value, from the cache or from the store.
    Value(Option<u64>),
    /// By this newer view another node owns the key: ask that one.
    Redirect(View),
    /// The store rejected the read.
    Overloaded,
    /// The store did not answer in time.
    StoreTimeout,
}

/// Writes a key: from a client to a cache node.
#[derive(Debug, Serialize, Deserialize)]
pub struct Put {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: u64,
    /// The epoch of the view by which the client chose this node.
    pub epoch: Epoch,
}

/// The answer to a [`Put`].
#[derive(Debug, Serialize, Deserialize)]
pub enum PutDone {
    /// The value is in the store, and in the cache.
    Done,
    /// By this newer view another node owns the key: write there.
    Redirect(View),
    /// The store rejected the write: it had no effect.
    Overloaded,
    /// The store did not answer in time: the write may have had its effect.
    StoreTimeout,
}

/// Reads a key: from a cache node to the store.
#[derive(Debug, Serialize, Deserialize)]
pub struct Fetch(pub Key);

/// The entry; `None` when the store's queue was full.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Fetched(pub Option<Entry>);

/// Writes a key: from a cache node to the store.
#[derive(Debug, Serialize, Deserialize)]
pub struct Store(pub Key, pub u64);

/// The version of the value written; `None` when the store's queue was full.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Stored(pub Option<Version>);

/// Entries that the receiver owns now: from their old owner.
#[derive(Debug, Serialize, Deserialize)]
pub struct Move(pub Vec<(Key, Entry)>);

/// The entries have arrived.
#[derive(Debug, Serialize, Deserialize)]
pub struct Moved;

/// A cache node is up: to the directory.
#[derive(Debug, Serialize, Deserialize)]
pub struct Heartbeat(pub Member);

/// Asks the directory for a view newer than this epoch.
#[derive(Debug, Serialize, Deserialize)]
pub struct Poll(pub Epoch);

/// The newer view, if there is one.
#[derive(Debug, Serialize, Deserialize)]
pub struct Polled(pub Option<View>);

/// Removes a node from the view for good: from the operator to the directory.
#[derive(Debug, Serialize, Deserialize)]
pub struct Leave(pub NodeIndex);

/// The node is no longer in the view.
#[derive(Debug, Serialize, Deserialize)]
pub struct Left;

/// A new view: from the directory to all that have polled it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Push(pub View);
