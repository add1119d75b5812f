//! A row under optimistic concurrency: every client may read it, and a write succeeds only if the
//! row has not changed since.
//!
//! It stands for a compare-and-set on anything: a conditional put, an `If-Match` header, an
//! `UPDATE ... WHERE version = ?`. N clients that start together need N rounds: in each, one write
//! succeeds and all others are in vain, so the work grows with N^2 unless clients wait. That is
//! the contention of Brooker's article on backoff.
//!
//! [`write_blindly`] is wrong: it ignores the version, no client ever has to try again, and all but
//! one of the concurrent updates are lost.

use serde::{Deserialize, Serialize};

/// The number of writes so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version(pub u64);

/// The row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its version, which each write raises by one.
    pub version: Version,
    /// A counter, to which each client adds one.
    pub value: u64,
}

/// Writes `value` into a row of which the writer has read `version`, or refuses to; returns whether
/// it wrote.
pub type WriteRule = fn(row: &mut Row, version: Version, value: u64) -> bool;

/// Writes if the row is still as it was read.
pub(crate) fn write_if_unchanged(row: &mut Row, version: Version, value: u64) -> bool {
    row.version == version && write_blindly(row, version, value)
}

/// Writes, whatever has happened since.
pub(crate) fn write_blindly(row: &mut Row, _version: Version, value: u64) -> bool {
    row.version.0 += 1;
    row.value = value;
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_writers_with_the_same_version_one_succeeds() {
        let mut row = Row::default();
        let read = row;
        assert!(write_if_unchanged(&mut row, read.version, read.value + 1));
        assert!(!write_if_unchanged(&mut row, read.version, read.value + 1));
        let read = row;
        assert!(write_if_unchanged(&mut row, read.version, read.value + 1));
        assert_eq!(row.value, 2);
    }

    #[test]
    fn blind_writes_lose_updates() {
        let mut row = Row::default();
        assert!(write_blindly(&mut row, Version(0), 1) && write_blindly(&mut row, Version(0), 1));
        assert_eq!((row.version, row.value), (Version(2), 1));
    }
}
