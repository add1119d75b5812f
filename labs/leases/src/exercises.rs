//! The exercises of this lab, and the wrapper that compares a learner's code with the reference's.

use netsplit_sim::comparison::{Reference, compare};
use netsplit_sim::prelude::*;

use crate::fencing::{Access, Fenced, Fencing};
use crate::holding::{ChecksTime, Holder, Terms};
use crate::types::{Key, Token};

/// The exercises, in the order in which they are taken.
pub(crate) const EXERCISES: Exercises = Exercises {
    lab: "netsplit_lab_leases::LeaseLab",
    steps: exercise_files!("fencing-tokens" => "fencing.rs", "lease-holder" => "holding.rs"),
};

/// A filling that a learner wrote, and the reference beside it in a run that compares.
#[derive(Clone, Debug)]
pub struct Compared<Y, R> {
    yours: Y,
    reference: Reference<R>,
}

impl<Y: Fencing> Fencing for Compared<Y, Fenced> {
    fn new() -> Compared<Y, Fenced> {
        Compared { yours: Y::new(), reference: Reference::new(Fenced::new) }
    }

    fn admit(&mut self, key: Key, token: Token, access: Access) -> bool {
        let yours = self.yours.admit(key, token, access);
        if let Some(reference) = self.reference.get_mut() {
            let what = if access == Access::Read { "read" } else { "write" };
            let call = || format!("a {what} of k{} came under token {}", key.0 + 1, token.0);
            compare(&yours, &reference.admit(key, token, access), call, |admitted| {
                if *admitted { "admitted it".into() } else { "refused it".into() }
            });
        }
        yours
    }
}

impl<Y: Holder> Holder for Compared<Y, ChecksTime> {
    fn new(terms: Terms) -> Compared<Y, ChecksTime> {
        Compared { yours: Y::new(terms), reference: Reference::new(|| ChecksTime::new(terms)) }
    }

    fn granted(&mut self, sent: Duration, answered: Duration) {
        self.yours.granted(sent, answered);
        if let Some(reference) = self.reference.get_mut() {
            reference.granted(sent, answered);
            let call = || format!("a lease asked for at {sent:?} was granted at {answered:?}");
            compare(&self.yours.until(), &reference.until(), call, |until| match until {
                Some(until) => format!("acted until {until:?}"),
                None => "acted for ever".into(),
            });
        }
    }

    fn until(&self) -> Option<Duration> {
        self.yours.until()
    }
}
