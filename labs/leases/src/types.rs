//! Keys, owners and tokens.

use serde::{Deserialize, Serialize};

/// A key, by its rank: `k1` has rank 0. Each has a lock of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key(pub u64);

/// The random value by which a lock knows its owner: one for each attempt to take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Owner(pub u64);

/// A fencing token: the number of a grant. A later grant of a lock has a greater one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Token(pub u64);
