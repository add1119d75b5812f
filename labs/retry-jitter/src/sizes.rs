//! How much work each try is.
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

use crate::caller::Copy;

/// Draws the work of tries.
#[derive(Debug)]
pub(crate) struct Sizes {
    service: Sampler,
    seed: OnceCell<u64>,
}

impl Sizes {
    pub fn new(service: &Dist) -> Sizes {
        Sizes {
            service: Sampler::new(service),
            seed: OnceCell::new(),
        }
    }

    /// Takes the seed from the first host that asks, before it has drawn anything else.
    pub fn seed_from(&self, host: &Host) {
        self.seed.get_or_init(|| host.rng().next_u64());
    }

    pub fn work(&self, request: u64, leaf: u32, copy: Copy) -> Duration {
        let place = (u64::from(leaf) << 40) + (u64::from(copy.number) << 1) + u64::from(copy.hedge);
        let seed = self.seed.get().expect("a session has seeded it");
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(
            seed ^ request.rotate_left(44).wrapping_add(place),
        );
        self.service.draw(&mut rng)
    }
}
