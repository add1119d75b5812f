//! The seat `migration`: what becomes of entries whose keys belong elsewhere in a new view.
//!
//! Every node asks it when its view changes. [`HandOver`], the reference, sends them to their
//! new owners, who then never miss. [`Drop`] forgets them: the new owners miss once per key,
//! and the backing store pays. That is what most caches do, and it is fine as long as few keys
//! move at a time. [`Hoard`] keeps them, which costs nothing until the key comes back: then the
//! node serves what was true when it left. (Memcache clients that rehash around a dead server
//! have this bug when it returns.)
//!
//! A node that was cut off may be struck out and admitted again without hearing of either. By
//! all the views that it knows its keys were always its own, and yet others had them meanwhile.
//! All that it can tell is that there was a view that it missed: see
//! [`missed`](Migration::missed).

use crate::cache::{Cache, Entry, Key};

/// What becomes of entries whose keys belong elsewhere now.
pub trait Migration {
    /// Takes out of `cache` what should go, and returns what should be sent to its new owner.
    fn leave(&self, cache: &mut Cache, is_foreign: &dyn Fn(Key) -> bool) -> Vec<(Key, Entry)>;

    /// There was a view that this node did not hear of: others may have owned any of its keys,
    /// and have taken writes. Forgets all of them.
    fn missed(&self, cache: &mut Cache) {
        cache.take(|_| true);
    }
}

/// They are sent to their new owners.
#[derive(Debug)]
pub struct HandOver;

impl Migration for HandOver {
    fn leave(&self, cache: &mut Cache, is_foreign: &dyn Fn(Key) -> bool) -> Vec<(Key, Entry)> {
        cache.take(is_foreign)
    }
}

/// They are forgotten.
#[derive(Debug)]
pub struct Drop;

impl Migration for Drop {
    fn leave(&self, cache: &mut Cache, is_foreign: &dyn Fn(Key) -> bool) -> Vec<(Key, Entry)> {
        cache.take(is_foreign);
        Vec::new()
    }
}

/// They stay.
#[derive(Debug)]
pub struct Hoard;

impl Migration for Hoard {
    fn leave(&self, _: &mut Cache, _: &dyn Fn(Key) -> bool) -> Vec<(Key, Entry)> {
        Vec::new()
    }

    fn missed(&self, _: &mut Cache) {}
}

/// They are forgotten, and a view that was missed does not matter. (Were they handed over, their
/// newer versions would soon replace what this node wrongly believes.)
#[derive(Debug)]
pub struct TrustsGaps;

impl Migration for TrustsGaps {
    fn leave(&self, cache: &mut Cache, is_foreign: &dyn Fn(Key) -> bool) -> Vec<(Key, Entry)> {
        Drop.leave(cache, is_foreign)
    }

    fn missed(&self, _: &mut Cache) {}
}
