//! Full jitter: a random wait, up to one that grows with each failure.

use std::time::Duration;

use netsplit_lab_retry_jitter::exercises::ComparedBackoff;
use netsplit_lab_retry_jitter::{Backoff, Bounds, seats};
use netsplit_sim::prelude::OpenFilling;
use netsplit_sim::rand::Rng;
use netsplit_sim::random::unit;

/// The waits of one request. Each request makes a new one.
pub struct MyBackoff {
    /// `base` is half of the first exponential wait, `cap` the longest; without `jitter` nothing is
    /// random.
    bounds: Bounds,
}

impl Backoff for MyBackoff {
    /// The wait after `failed` tries, from 1 on.
    ///
    /// - It is uniform between zero and min(cap, base * 2^failed), whatever `failed` is.
    /// - Without `bounds.jitter` it is the longest of these.
    /// - Draw from `rng` alone, which is the client's own: `unit(&mut rng)`, with `let mut rng =
    ///   rng`, is uniform in [0, 1).
    fn delay(&mut self, failed: u32, rng: &mut dyn Rng) -> Duration {
        todo!("a random wait")
    }
}

/// The filling `my-full-jitter`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::BACKOFF.filling("my-full-jitter", "My full jitter", |bounds| {
        Box::new(ComparedBackoff::new(MyBackoff { bounds }, bounds))
    })
}
