//! Keys, versions and entries.

use serde::{Deserialize, Serialize};

/// A key, by its rank: `k1` has rank 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key(pub u64);

/// The number of writes of a key so far; 0 for a key that was never written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version(pub u64);

impl Version {
    /// The version of a write that the database does not have yet.
    pub const TO_COME: Version = Version(u64::MAX);
}

/// The value of a key at some version. A cache does not look at versions, and a real one would have
/// none: they are there to be measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The value; `None` for a key that was never written.
    pub value: Option<u64>,
    /// Its version.
    pub version: Version,
}

/// A lease's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Token(pub u64);
