//! One row under optimistic concurrency: everybody may read, and a write wins only if nobody
//! has written since.
//!
//! It stands for a compare-and-set on anything: a conditional put, an `If-Match` header, an
//! `UPDATE ... WHERE version = ?`. N clients that start together make N rounds of it: in each,
//! one wins and all others have worked in vain, so the work grows with N^2 unless somebody
//! waits. That is the contention of Brooker's article on backoff.
//!
//! [`Row::write_blindly`] is wrong: it does not look at the version, nobody ever has to try again,
//! and all but one of the concurrent updates are lost.

use serde::{Deserialize, Serialize};

/// How many writes came before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version(pub u64);

/// The row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Which version this is.
    pub version: Version,
    /// A counter that clients add one to.
    pub value: u64,
}

/// Writes `value` into a row of which the writer has read `version`; says whether it did.
pub type WriteRule = fn(row: &mut Row, version: Version, value: u64) -> bool;

impl Row {
    /// Writes if the row is still as it was read.
    pub fn write_if_unchanged(&mut self, version: Version, value: u64) -> bool {
        let unchanged = self.version == version;
        if unchanged {
            self.write_blindly(version, value);
        }
        unchanged
    }

    /// Writes, whatever has happened since.
    pub fn write_blindly(&mut self, _version: Version, value: u64) -> bool {
        self.version.0 += 1;
        self.value = value;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_who_read_the_same_version_one_wins() {
        let mut row = Row::default();
        let read = row;
        assert!(row.write_if_unchanged(read.version, read.value + 1));
        assert!(!row.write_if_unchanged(read.version, read.value + 1));
        let read = row;
        assert!(row.write_if_unchanged(read.version, read.value + 1));
        assert_eq!(row.value, 2);
    }

    #[test]
    fn blind_writes_lose_updates() {
        let mut row = Row::default();
        assert!(row.write_blindly(Version(0), 1) && row.write_blindly(Version(0), 1));
        assert_eq!((row.version, row.value), (Version(2), 1));
    }
}
