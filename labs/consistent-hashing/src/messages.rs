//! What clients, cache nodes, the directory and the store say to each other.

use netsplit_sim::{Message, Rpc};
use serde::{Deserialize, Serialize};

use crate::cache::{Entry, Key, Version};
use crate::placement::{Epoch, Member, NodeIndex, View};

/// Every kind of message.
pub const KINDS: &[&str] = &[
    "get", "got", "put", "put-done", "fetch", "fetched", "store", "stored", "move", "moved",
    "beat", "poll", "polled", "leave", "left", "view",
];

/// Gives a message its kind and port, and a request its answer.
macro_rules! messages {
    ($($name:ident $kind:literal $port:literal $(-> $answer:ident)?;)*) => {
        $(
            impl Message for $name {
                const PORT: u16 = $port;

                fn kind(&self) -> &'static str {
                    $kind
                }
            }
            $(impl Rpc for $name {
                type Response = $answer;
            })?
        )*

        #[cfg(test)]
        const USED: &[&str] = &[$($kind),*];
    };
}

messages! {
    Get "get" 101 -> Got;
    Got "got" 1;
    Put "put" 102 -> PutDone;
    PutDone "put-done" 1;
    Fetch "fetch" 103 -> Fetched;
    Fetched "fetched" 1;
    Store "store" 104 -> Stored;
    Stored "stored" 1;
    Move "move" 105 -> Moved;
    Moved "moved" 1;
    Beat "beat" 106;
    Poll "poll" 107 -> Polled;
    Polled "polled" 1;
    Leave "leave" 108 -> Left;
    Left "left" 1;
    Push "view" 109;
}

/// A client asks a cache node for a key.
#[derive(Debug, Serialize, Deserialize)]
pub struct Get {
    /// The key.
    pub key: Key,
    /// The view by which it was sent here.
    pub epoch: Epoch,
    /// The owner has no room: this node stands in.
    pub spilled: bool,
}

/// The answer.
#[derive(Debug, Serialize, Deserialize)]
pub enum Got {
    /// The value, from the cache or from the store.
    Value(Option<u64>),
    /// By this newer view the key is somebody else's: ask there.
    Elsewhere(View),
    /// The store turned the fetch away.
    Overloaded,
    /// The store did not answer.
    Silence,
}

/// A client writes through the key's cache node.
#[derive(Debug, Serialize, Deserialize)]
pub struct Put {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: u64,
    /// The view by which it was sent here.
    pub epoch: Epoch,
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize)]
pub enum PutDone {
    /// It is in the store, and in the cache.
    Done,
    /// By this newer view the key is somebody else's: write there.
    Elsewhere(View),
    /// The store turned it away: it had no effect.
    Overloaded,
    /// The store did not answer: it may have had its effect.
    Silence,
}

/// A cache node reads the store.
#[derive(Debug, Serialize, Deserialize)]
pub struct Fetch(pub Key);

/// The entry; `None` when the store's queue was full.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Fetched(pub Option<Entry>);

/// A cache node writes to the store.
#[derive(Debug, Serialize, Deserialize)]
pub struct Store(pub Key, pub u64);

/// The version that the write got; `None` when the store's queue was full.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Stored(pub Option<Version>);

/// Entries that belong to the receiver now.
#[derive(Debug, Serialize, Deserialize)]
pub struct Move(pub Vec<(Key, Entry)>);

/// They have arrived.
#[derive(Debug, Serialize, Deserialize)]
pub struct Moved;

/// A cache node is there.
#[derive(Debug, Serialize, Deserialize)]
pub struct Beat(pub Member);

/// Somebody knows the view of this epoch; is there a newer one?
#[derive(Debug, Serialize, Deserialize)]
pub struct Poll(pub Epoch);

/// The newer view, if there is one.
#[derive(Debug, Serialize, Deserialize)]
pub struct Polled(pub Option<View>);

/// A node is to leave for good.
#[derive(Debug, Serialize, Deserialize)]
pub struct Leave(pub NodeIndex);

/// It is out of the view.
#[derive(Debug, Serialize, Deserialize)]
pub struct Left;

/// There is a new view.
#[derive(Debug, Serialize, Deserialize)]
pub struct Push(pub View);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_message_is_declared() {
        assert_eq!(KINDS, USED);
    }
}
