//! Asking less of a service that accepts little.
//!
//! A retry budget leaves first tries alone, so a service that is down is still asked everything
//! once. [`AdaptiveThrottling`] is a [`Budget`] over all tries: it compares how many were wanted of
//! late with how many the service accepted, and refuses the more at random, the further these are
//! apart (Beyer et al., *Site Reliability Engineering*, 2016, chapter 21, "Client-Side
//! Throttling"). A few are always sent, and by them it finds out that the service is back.
//!
//! What this leaves out: the price of a rejection to the server, which is why the book has it at
//! the client; and criticality, by which the book throttles batch work before users.

use std::collections::VecDeque;
use std::time::Duration;

use netsplit_sim::random::unit;
use rand::Rng;

use crate::budget::{Budget, Try};

/// Refuses a share of all tries that grows with the share that the service did not accept.
pub struct AdaptiveThrottling {
    /// How many tries may be sent per accepted one before throttling sets in: K.
    k: f64,
    /// How far back it remembers.
    window: Duration,
    /// When tries were wanted, refused ones included.
    requests: VecDeque<Duration>,
    /// When tries were accepted.
    accepts: VecDeque<Duration>,
}

impl AdaptiveThrottling {
    /// Throttling by `k` over the last `window`.
    pub fn new(k: f64, window: Duration) -> AdaptiveThrottling {
        AdaptiveThrottling { k, window, requests: VecDeque::new(), accepts: VecDeque::new() }
    }

    /// `max(0, (requests - K accepts) / (requests + 1))`, chapter 21, equation 21-1.
    fn rejection_probability(&self) -> f64 {
        let (requests, accepts) = (self.requests.len() as f64, self.accepts.len() as f64);
        ((requests - self.k * accepts) / (requests + 1.0)).max(0.0)
    }

    fn forget(&mut self, now: Duration) {
        for times in [&mut self.requests, &mut self.accepts] {
            let old = times.partition_point(|at| *at + self.window <= now);
            times.drain(..old);
        }
    }
}

impl Budget for AdaptiveThrottling {
    fn allows(&mut self, _what: Try, now: Duration, mut rng: &mut dyn Rng) -> bool {
        self.forget(now);
        let refused = unit(&mut rng) < self.rejection_probability();
        self.requests.push_back(now);
        !refused
    }

    fn on_answer(&mut self, accepted: bool, now: Duration) {
        if accepted {
            self.accepts.push_back(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    use super::*;

    fn rng() -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(1)
    }

    /// How many of `count` tries in a row are sent.
    fn allowed(throttling: &mut AdaptiveThrottling, count: u32) -> u32 {
        let mut rng = rng();
        (0..count).map(|_| u32::from(throttling.allows(Try::First, Duration::ZERO, &mut rng))).sum()
    }

    #[test]
    fn throttling_follows_the_formula() {
        let mut throttling = AdaptiveThrottling::new(2.0, Duration::from_mins(2));
        let at = Duration::from_secs(1);
        for (requests, accepts, expected) in [
            (0, 0, 0.0),
            (100, 50, 0.0),
            (100, 100, 0.0),
            (100, 25, 50.0 / 101.0),
            (100, 0, 100.0 / 101.0),
        ] {
            throttling.requests = [at].repeat(requests).into();
            throttling.accepts = [at].repeat(accepts).into();
            assert_eq!(throttling.rejection_probability(), expected);
        }
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten() {
        let mut throttling = AdaptiveThrottling::new(2.0, Duration::from_secs(2));
        allowed(&mut throttling, 1000);
        let sent = |throttling: &mut AdaptiveThrottling, now| {
            let now = Duration::from_millis(now);
            throttling.allows(Try::First, now, &mut rng())
        };
        assert!(!sent(&mut throttling, 1999));
        throttling.requests.retain(|at| *at == Duration::ZERO);
        assert!(sent(&mut throttling, 2000));
    }

    /// A service that accepts nothing is asked ever less: the n-th request is sent with
    /// probability 1/(n+1), which sums to a logarithm.
    #[test]
    fn a_dead_service_is_hardly_asked() {
        let mut throttling = AdaptiveThrottling::new(2.0, Duration::from_mins(2));
        let asked = allowed(&mut throttling, 10_000);
        assert!((3..30).contains(&asked), "{asked}");
    }
}
