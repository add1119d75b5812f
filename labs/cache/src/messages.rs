//! The messages between clients, apps, cache nodes and the database.

use netsplit_sim::prelude::*;

use crate::types::{Entry, Key, Token, Version};

messages! { KINDS:
    Read "read" @ 100 => ReadDone "read-done";
    Write "write" @ 101 => WriteDone "write-done";
    Get "get" @ 102 => Got "got";
    Fill "fill" @ 103 => Filled "filled";
    Delete "delete" @ 104 => Deleted "deleted";
    Load "db-read" @ 105 => Loaded "db-read-done";
    Store "db-write" @ 106 => Stored "db-write-done";
    Put "put" @ 107 => PutDone "put-done";
    Release "release" @ 108 => Released "released";
}

/// Reads a key: from a client to an app.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Read(pub Key);

/// The answer to a [`Read`].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum ReadDone {
    /// The value.
    Value(Option<u64>),
    /// The database rejected the read.
    Overloaded,
    /// The database did not answer in time.
    Lost,
}

/// Writes a key: from a client to an app.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Write(pub Key, pub u64);

/// The answer to a [`Write`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum WriteDone {
    /// All its steps are done.
    Done,
    /// The database rejected it, and it had no effect.
    Overloaded,
    /// A step was not confirmed in time.
    Lost,
}

/// Reads a key from a cache node.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Get(pub Key);

/// The answer to a [`Get`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Got {
    /// It is there.
    Hit(Entry),
    /// It is there, and the reader should fetch it again: it soon expires, at this time of the
    /// cache node.
    Early(Entry, Duration),
    /// It is not: the reader may fill it under this token.
    Miss(Token),
    /// It is not, and another reader is filling it.
    Wait,
}

/// Puts an entry into a cache node.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Fill {
    pub key: Key,
    pub entry: Entry,
    pub by: Filler,
    /// How long the fetch took.
    pub cost: Duration,
}

/// Who fills a key.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Filler {
    /// A reader that missed it, under this token.
    Missed(Token),
    /// A reader that hit the entry that expires then, and replaces that one only.
    Early(Duration),
    /// A writer, which replaces what is there.
    Writer,
}

/// The entry was stored, or refused.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Filled;

/// Gives the lease of a key back, as its fetch has failed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Release(pub Key, pub Token);

/// The lease is over.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Released;

/// Deletes a key from a cache node.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Delete(pub Key);

/// The key is not there any more.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Deleted;

/// Reads the database.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Load(pub Key);

/// The entry; `None` when the database's queue was full.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Loaded(pub Option<Entry>);

/// Writes the database.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Store(pub Key, pub u64);

/// The version of the value; `None` when the database's queue was full.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stored(pub Option<Version>);

/// Writes a key through a cache node.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Put {
    pub key: Key,
    pub value: u64,
    /// Whether the cache node answers before it has written the database.
    pub behind: bool,
}

/// The answer to a [`Put`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PutDone(pub WriteDone);
