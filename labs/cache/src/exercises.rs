//! The exercises of this lab, and the wrapper that compares a learner's code with the reference's.

use netsplit_sim::comparison::{Reference, compare};
use netsplit_sim::prelude::*;

use crate::eviction::{Eviction, Sieve};
use crate::leases::{Leases, Leasing};
use crate::types::{Key, Token};

/// The exercises, in the order in which they are taken.
pub(crate) const EXERCISES: Exercises = Exercises {
    lab: "netsplit_lab_cache::CacheLab",
    steps: exercise_files!("sieve" => "eviction.rs", "lease" => "leases.rs"),
};

/// A filling that a learner wrote, and the reference beside it in a run that compares.
#[derive(Clone, Debug)]
pub struct Compared<Y, R> {
    yours: Y,
    reference: Reference<R>,
}

/// An eviction of a learner, held against SIEVE.
pub fn sieve<Y: Eviction + Default + 'static>() -> Box<dyn Eviction> {
    Box::new(Compared { yours: Y::default(), reference: Reference::new(Sieve::default) })
}

impl<Y: Eviction> Eviction for Compared<Y, Sieve> {
    fn inserted(&mut self, key: Key) {
        self.yours.inserted(key);
        self.reference.get_mut().into_iter().for_each(|reference| reference.inserted(key));
    }

    fn hit(&mut self, key: Key) {
        self.yours.hit(key);
        self.reference.get_mut().into_iter().for_each(|reference| reference.hit(key));
    }

    fn removed(&mut self, key: Key) {
        self.yours.removed(key);
        self.reference.get_mut().into_iter().for_each(|reference| reference.removed(key));
    }

    fn evict(&mut self) -> Option<Key> {
        let yours = self.yours.evict();
        if let Some(reference) = self.reference.get_mut() {
            let call = || "a full cache needed a place".to_owned();
            compare(&yours, &reference.evict(), call, |key| match key {
                Some(key) => format!("gave up k{}", key.0 + 1),
                None => "gave up nothing".into(),
            });
        }
        yours
    }
}

impl<Y: Leasing> Leasing for Compared<Y, Leases> {
    fn new(lease_for: Duration, first: Token) -> Compared<Y, Leases> {
        let reference = Reference::new(|| Leases::new(lease_for, first));
        Compared { yours: Y::new(lease_for, first), reference }
    }

    fn ask(&mut self, key: Key, now: Duration) -> Option<Token> {
        let yours = self.yours.ask(key, now);
        if let Some(reference) = self.reference.get_mut() {
            let call = || format!("a reader missed k{} at {now:?}", key.0 + 1);
            compare(&yours, &reference.ask(key, now), call, |token| match token {
                Some(token) => format!("granted it token {}", token.0),
                None => "had it wait".into(),
            });
        }
        yours
    }

    fn redeem(&mut self, key: Key, token: Token) -> bool {
        let yours = self.yours.redeem(key, token);
        if let Some(reference) = self.reference.get_mut() {
            let call = || format!("token {} of k{} came back", token.0, key.0 + 1);
            compare(&yours, &reference.redeem(key, token), call, |stored| match stored {
                true => "took it".into(),
                false => "refused it".into(),
            });
        }
        yours
    }

    fn deleted(&mut self, key: Key) {
        self.yours.deleted(key);
        self.reference.get_mut().into_iter().for_each(|reference| reference.deleted(key));
    }
}
