//! Service times: the work of each try.
//!
//! Work belongs to a request's leaf and to the copy of its try, wherever and whenever that is
//! served: two variants do the same work as far as they send the same tries. Copies differ from
//! each other, so slowness is a server's bad moment and not the request's nature.

use std::cell::OnceCell;
use std::time::Duration;

use netsplit_scenario::Dist;
use netsplit_sim::Host;
use netsplit_sim::random::Sampler;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

use crate::caller::Attempt;

/// Draws the work of tries.
#[derive(Debug)]
pub(crate) struct ServiceTimes {
    service: Sampler,
    seed: OnceCell<u64>,
}

impl ServiceTimes {
    pub fn new(service: &Dist) -> ServiceTimes {
        ServiceTimes { service: Sampler::new(service), seed: OnceCell::new() }
    }

    /// Takes the seed from the first host that calls this, before it has drawn anything else.
    pub fn seed_from(&self, host: &Host) {
        self.seed.get_or_init(|| host.rng().next_u64());
    }

    pub fn work(&self, request: u64, leaf: u32, attempt: Attempt) -> Duration {
        let seed = self.seed.get().expect("a session has seeded it");
        let place = place(request, leaf, attempt);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ place);
        self.service.draw(&mut rng)
    }
}

/// A number of its own for each copy: up to 128 tries of 65,536 leaves of 2^40 requests.
fn place(request: u64, leaf: u32, attempt: Attempt) -> u64 {
    let (leaf, number) = (u64::from(leaf), u64::from(attempt.number));
    (request << 24) + (leaf << 8) + (number << 1) + u64::from(attempt.hedge)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Two copies in one place would be equally slow, and hedging would not help.
    #[test]
    fn every_copy_has_a_place_of_its_own() {
        let mut places = BTreeSet::new();
        for request in 1..=50 {
            for leaf in 0..100 {
                for number in 1..=4 {
                    for hedge in 0..2 {
                        let attempt = Attempt { number, hedge };
                        assert!(places.insert(place(request, leaf, attempt)));
                    }
                }
            }
        }
    }
}
