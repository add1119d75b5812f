//! The messages between clients, apps, lock nodes and the storage.

use netsplit_sim::prelude::*;

use crate::types::{Key, Owner, Token};

messages! { KINDS:
    Append "append" @ 100 => Appended "append-done";
    Acquire "acquire" @ 101 => Acquired "acquire-done";
    Renew "renew" @ 102 => Renewed "renew-done";
    Release "release" @ 103 => Released "release-done";
    Wake "wake" @ 104;
    Read "read" @ 105 => ReadDone "read-done";
    Write "write" @ 106 => Written "write-done";
}

/// Takes the lock of a key, and adds to its list: from a client to an app.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Append(pub Key, pub u64);

/// The answer to an [`Append`].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Appended {
    /// It was added.
    Done,
    /// The lock was not to be had in time.
    NoLock,
    /// The lease was over before the write.
    LeaseOver,
    /// The storage refused the token.
    Fenced,
    /// The storage did not answer the read.
    Unread,
    /// The storage did not answer the write.
    Unknown,
}

/// Takes a lock.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Acquire(pub Key, pub Owner);

/// The token under which the lock is held; `None` while another holds it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Acquired(pub Option<Token>);

/// Renews a lease.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Renew(pub Key, pub Owner);

/// Whether the lease was still its owner's.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Renewed(pub bool);

/// Gives a lock back.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Release(pub Key, pub Owner);

/// The lock is not this owner's any more, if it was.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Released;

/// A lock that this owner waits for is free.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Wake(pub Owner);

/// Reads a key's list: under a token by a holder, without one by anybody.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Read(pub Key, pub Option<Token>);

/// The list; `None` when the token was refused.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReadDone(pub Option<Vec<u64>>);

/// Replaces a key's list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Write {
    pub key: Key,
    /// `None` where the lock has no tokens.
    pub token: Option<Token>,
    pub list: Vec<u64>,
}

/// Whether the list was replaced; not if the token was refused.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Written(pub bool);
