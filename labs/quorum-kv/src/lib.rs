//! The quorum-kv lab.
