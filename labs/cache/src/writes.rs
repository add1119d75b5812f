//! The steps by which a write reaches the database and the cache.
//!
//! Nothing makes the two one step, so between them others read, fetch and fill. The order decides
//! what they can leave behind.

/// A step of a write. An app takes them in turn, each when the last one has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Writes the database.
    Database,
    /// Deletes the key from the cache: the next reader fetches it.
    Delete,
    /// Sets the new value in the cache.
    Set,
    /// Has the cache write the database, and then keep the value.
    Through,
    /// Has the cache keep the value, and write the database later.
    Behind,
}

/// The steps of a write.
pub type Steps = &'static [Step];

/// Database, then delete: who reads after the delete finds the new value.
pub const DELETE_AFTER: Steps = &[Step::Database, Step::Delete];
/// The cache writes the database before it answers, one write of a key at a time.
pub const WRITE_THROUGH: Steps = &[Step::Through];
/// The cache answers at once: fast, and what it had not written yet is lost when it crashes.
pub const WRITE_BEHIND: Steps = &[Step::Behind];
/// Wrong: who reads between the two puts the old value back, and nobody deletes it.
pub const DELETE_BEFORE: Steps = &[Step::Delete, Step::Database];
/// Wrong: of two writes at once, the database may have the one last and the cache the other.
pub const SET_AFTER: Steps = &[Step::Database, Step::Set];
/// Wrong: only expiry ends the old value.
pub const NO_DELETE: Steps = &[Step::Database];
