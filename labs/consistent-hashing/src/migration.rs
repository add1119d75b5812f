//! The trait behind the seat `migration`: what a node does with entries whose keys it no longer
//! owns.
//!
//! Every cache node asks it when its view changes. [`HandOver`], the reference, sends them to
//! their new owners, who then never miss. [`Drop`] removes them: the new owners miss once per
//! key, and the backing store pays. That is what most caches do, and it is fine as long as few
//! keys move at a time. [`Hoard`] keeps them, which costs nothing until the key comes back: then
//! the node serves what was true when it left. (Memcache clients that rehash around a dead server
//! have this bug when it returns.)
//!
//! A node that was cut off may be removed from the view and admitted again without hearing of
//! either. By all the views that it knows it owned its keys all along, and yet others owned them
//! meanwhile. All that it can tell is that it missed a view: see
//! [`on_view_missed`](Migration::on_view_missed).

use crate::cache::{Cache, Entry, Key};

/// Builds a migration: what the seat `migration` is filled with.
pub type MakeMigration = fn() -> Box<dyn Migration>;

/// The policy of a cache node when its view changes.
pub trait Migration {
    /// By a new view, other nodes own the keys `lost`, which are in the cache, in order. Removes
    /// from `cache` what this node should not keep, and returns the entries to send to their new
    /// owners.
    fn on_keys_lost(&self, cache: &mut Cache, lost: &[Key]) -> Vec<(Key, Entry)>;

    /// There was a view that this node did not hear of: other nodes may have owned any of its
    /// keys, and accepted writes. Called before [`on_keys_lost`](Migration::on_keys_lost).
    fn on_view_missed(&self, cache: &mut Cache);
}

/// Sends the entries to their new owners.
#[derive(Debug)]
pub struct HandOver;

impl Migration for HandOver {
    fn on_keys_lost(&self, cache: &mut Cache, lost: &[Key]) -> Vec<(Key, Entry)> {
        cache.take(lost)
    }

    fn on_view_missed(&self, cache: &mut Cache) {
        // Nothing tells which entries are stale, and a miss is cheaper than a stale read.
        cache.clear();
    }
}

/// Removes the entries.
#[derive(Debug)]
pub struct Drop;

impl Migration for Drop {
    fn on_keys_lost(&self, cache: &mut Cache, lost: &[Key]) -> Vec<(Key, Entry)> {
        cache.take(lost);
        Vec::new()
    }

    fn on_view_missed(&self, cache: &mut Cache) {
        cache.clear();
    }
}

/// Mutant: keeps the entries.
#[derive(Debug)]
pub struct Hoard;

impl Migration for Hoard {
    fn on_keys_lost(&self, _: &mut Cache, _: &[Key]) -> Vec<(Key, Entry)> {
        Vec::new()
    }

    fn on_view_missed(&self, _: &mut Cache) {}
}

/// Mutant: as [`Drop`], but ignores that it missed a view. (If it handed entries over, the new
/// owners' versions would soon replace its stale ones.)
#[derive(Debug)]
pub struct TrustsGaps;

impl Migration for TrustsGaps {
    fn on_keys_lost(&self, cache: &mut Cache, lost: &[Key]) -> Vec<(Key, Entry)> {
        Drop.on_keys_lost(cache, lost)
    }

    fn on_view_missed(&self, _: &mut Cache) {}
}
