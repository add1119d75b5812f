//! The events that cache nodes record, for the invariants, and show, for the page.

use netsplit_sim::prelude::*;

use crate::types::{Key, Token, Version};

/// A cache node has started, with an empty memory.
pub(crate) fn started(host: &Host) {
    host.record("started", Value::Null);
}

/// A reader has missed a key, and may fill it under this token.
pub(crate) fn granted(host: &Host, key: Key, token: Token, lease_for: Duration) {
    let lease_ns = lease_for.as_nanos() as u64;
    host.record("granted", json!({ "key": key.0, "token": token.0, "lease_ns": lease_ns }));
}

/// A reader's fill was stored.
pub(crate) fn filled(host: &Host, key: Key, token: Token, version: Version) {
    host.record("filled", json!({ "key": key.0, "token": token.0, "version": version.0 }));
}

/// A reader's early fill has replaced what it read.
pub(crate) fn refreshed(host: &Host, key: Key, version: Version) {
    host.show("refreshed", || json!({ "key": key.0, "version": version.0 }));
}

/// A reader whose fetch has failed gave its lease back.
pub(crate) fn released(host: &Host, key: Key) {
    host.record("released", json!({ "key": key.0 }));
}

/// A writer's value was stored.
pub(crate) fn replaced(host: &Host, key: Key, version: Version) {
    host.record("replaced", json!({ "key": key.0, "version": version.0 }));
}

/// A key was deleted.
pub(crate) fn deleted(host: &Host, key: Key) {
    host.record("deleted", json!({ "key": key.0 }));
}

/// A key had to go for another.
pub(crate) fn evicted(host: &Host, key: Key) {
    host.show("evicted", || json!({ "key": key.0 }));
}
