//! Fencing: a resource that looks at tokens and not at clocks.
//!
//! A lock cannot stop a holder that does not know it has lost the lock, nor a packet that is under
//! way. The resource can: it remembers the greatest token that it has seen, and refuses smaller
//! ones (Kleppmann, "How to do distributed locking", 2016). Who takes a lock must touch the resource
//! with its token before it relies on what it reads there. Otherwise a late write of the holder
//! before it comes between the read and the write, under a token that nothing has topped yet.

use std::collections::BTreeMap;

use crate::types::{Key, Token};

/// What a client wants of the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To read, in order to write what depends on it.
    Read,
    /// To write.
    Write,
}

/// Decides which accesses the resource admits.
pub trait Fencing {
    /// A resource that has seen no token.
    fn new() -> Self
    where
        Self: Sized;

    /// Whether an access to `key` under `token` is admitted.
    fn admit(&mut self, key: Key, token: Token, access: Access) -> bool;
}

/// Creates a resource's fencing.
pub type MakeFencing = fn() -> Box<dyn Fencing>;

/// Makes a [`MakeFencing`] of a type.
pub fn fencing<F: Fencing + 'static>() -> Box<dyn Fencing> {
    Box::new(F::new())
}

/// Refuses what comes under a smaller token than some access before it.
#[derive(Clone, Debug, Default)]
pub struct Fenced(BTreeMap<Key, Token>);

impl Fencing for Fenced {
    fn new() -> Fenced {
        Fenced::default()
    }

    fn admit(&mut self, key: Key, token: Token, _: Access) -> bool {
        let greatest = self.0.entry(key).or_default();
        let admitted = token >= *greatest;
        *greatest = token.max(*greatest);
        admitted
    }
}

/// Wrong: looks at no token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unfenced;

impl Fencing for Unfenced {
    fn new() -> Unfenced {
        Unfenced
    }

    fn admit(&mut self, _: Key, _: Token, _: Access) -> bool {
        true
    }
}

/// Wrong: a read tells the resource nothing, so a late write may still come after it.
#[derive(Clone, Debug)]
pub struct FencesWrites(Fenced);

impl Fencing for FencesWrites {
    fn new() -> FencesWrites {
        FencesWrites(Fenced::new())
    }

    fn admit(&mut self, key: Key, token: Token, access: Access) -> bool {
        access == Access::Read || self.0.admit(key, token, access)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smaller_token_is_refused() {
        let mut fenced = Fenced::new();
        assert!(fenced.admit(Key(0), Token(33), Access::Write));
        assert!(fenced.admit(Key(0), Token(34), Access::Write));
        assert!(!fenced.admit(Key(0), Token(33), Access::Write));
        assert!(fenced.admit(Key(1), Token(33), Access::Write), "a key of its own");
    }

    #[test]
    fn a_read_fences_the_writes_before_it() {
        let (mut fenced, mut writes_only) = (Fenced::new(), FencesWrites::new());
        for fencing in [&mut fenced as &mut dyn Fencing, &mut writes_only] {
            assert!(fencing.admit(Key(0), Token(33), Access::Read));
            assert!(fencing.admit(Key(0), Token(34), Access::Read));
        }
        assert!(!fenced.admit(Key(0), Token(33), Access::Write));
        assert!(writes_only.admit(Key(0), Token(33), Access::Write));
    }
}
