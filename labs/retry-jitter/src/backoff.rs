//! Backoff: the wait before the next try.
//!
//! All strategies but [`Immediate`] grow up to a cap, with the number of failures as
//! `min(cap, base * 2^n)` or, decorrelated, with the wait before. They differ in their jitter.
//! Clients that failed together and wait equally long come back together and fail together; a
//! random wait spreads them. The four formulas are those of Marc Brooker, "Exponential Backoff And
//! Jitter" (AWS Architecture Blog, 2015).
//!
//! [`SeededAlike`] is wrong: it has the formula of full jitter, but every client starts its
//! generator with the same seed. The waits look random to each client, and are the same for all.
//!
//! What this leaves out: a server's own hint when to come back (`Retry-After`), which knows more
//! than any formula; and waiting costs nothing here, while a real user leaves.

use std::time::Duration;

use netsplit_sim::random::unit;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// Computes the wait before each retry of one request. Each request makes a new one.
pub trait Backoff {
    /// Returns the wait after `failed` tries, the first of which is number 1. Called once after
    /// each failed try, in order.
    ///
    /// `rng` is the client's own generator, in which lies the difference between clients; draw
    /// from it alone, so that a run depends on its seed only.
    fn delay(&mut self, failed: u32, rng: &mut dyn Rng) -> Duration;
}

/// The bounds of the waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Half of the first exponential wait.
    pub base: Duration,
    /// The longest wait.
    pub cap: Duration,
    /// Whether waits are drawn at random. If not, each is the longest that could be drawn.
    pub jitter: bool,
}

impl Bounds {
    /// `min(cap, base * 2^failed)`.
    pub(crate) fn exponential(self, failed: u32) -> Duration {
        // Saturating, because a long outage brings exponents that no duration can hold.
        let factor = 2u32.saturating_pow(failed);
        self.base.saturating_mul(factor).min(self.cap)
    }

    /// Uniform between `from` and `to`; without jitter, `to`.
    fn draw(self, from: Duration, to: Duration, mut rng: &mut dyn Rng) -> Duration {
        if !self.jitter {
            return to;
        }
        let width = to.saturating_sub(from).as_nanos() as f64;
        from + Duration::from_nanos((unit(&mut rng) * width) as u64)
    }
}

/// Uniform between zero and the exponential wait: the widest spread that the wait allows.
pub struct FullJitter(pub Bounds);

impl Backoff for FullJitter {
    fn delay(&mut self, failed: u32, rng: &mut dyn Rng) -> Duration {
        let wait = self.0.exponential(failed);
        self.0.draw(Duration::ZERO, wait, rng)
    }
}

/// Half of the exponential wait for certain, the other half at random.
pub(crate) struct EqualJitter(pub Bounds);

impl Backoff for EqualJitter {
    fn delay(&mut self, failed: u32, rng: &mut dyn Rng) -> Duration {
        let wait = self.0.exponential(failed);
        self.0.draw(wait / 2, wait, rng)
    }
}

/// Up to three times the previous wait: grows by itself, and does not count failures.
pub(crate) struct DecorrelatedJitter {
    bounds: Bounds,
    previous: Duration,
}

impl DecorrelatedJitter {
    pub fn new(bounds: Bounds) -> DecorrelatedJitter {
        DecorrelatedJitter { bounds, previous: bounds.base }
    }
}

impl Backoff for DecorrelatedJitter {
    fn delay(&mut self, _failed: u32, rng: &mut dyn Rng) -> Duration {
        let Bounds { base, cap, .. } = self.bounds;
        let wait = self.bounds.draw(base, self.previous * 3, rng);
        self.previous = wait.min(cap);
        self.previous
    }
}

/// Twice as long each time, and equally long for all clients that failed equally often.
pub(crate) struct Exponential(pub Bounds);

impl Backoff for Exponential {
    fn delay(&mut self, failed: u32, _rng: &mut dyn Rng) -> Duration {
        self.0.exponential(failed)
    }
}

/// No wait.
pub(crate) struct Immediate;

impl Backoff for Immediate {
    fn delay(&mut self, _failed: u32, _rng: &mut dyn Rng) -> Duration {
        Duration::ZERO
    }
}

/// Full jitter, drawn from a generator with the same seed in every client.
pub(crate) struct SeededAlike(pub FullJitter);

impl Backoff for SeededAlike {
    fn delay(&mut self, failed: u32, _rng: &mut dyn Rng) -> Duration {
        let mut same_for_all = ChaCha8Rng::seed_from_u64(u64::from(failed));
        self.0.delay(failed, &mut same_for_all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seats::BACKOFF;

    const BOUNDS: Bounds =
        Bounds { base: Duration::from_millis(5), cap: Duration::from_secs(2), jitter: true };

    /// The first `count` waits of a strategy, in milliseconds.
    fn waits(name: &str, count: u32, rng: &mut ChaCha8Rng) -> Vec<f64> {
        waits_within(BOUNDS, name, count, rng)
    }

    fn waits_within(bounds: Bounds, name: &str, count: u32, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let filling = BACKOFF.fillings.iter().find(|filling| filling.name == name);
        let mut backoff = (filling.expect("it fills the seat").make)(bounds);
        (1..=count).map(|failed| backoff.delay(failed, rng).as_secs_f64() * 1e3).collect()
    }

    /// The mean of the n-th wait over many requests.
    fn mean(name: &str, n: u32) -> f64 {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let sum: f64 = (0..20_000).map(|_| waits(name, n, &mut rng)[n as usize - 1]).sum();
        sum / 20_000.0
    }

    #[test]
    fn the_exponential_wait_doubles_from_twice_the_base_to_the_cap() {
        let waits = waits("exponential", 40, &mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(waits[..9], [10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, 1280.0, 2000.0]);
        assert!(waits[9..].iter().all(|wait| *wait == 2000.0));
    }

    #[test]
    fn jitter_draws_from_the_interval_of_its_formula() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        for _ in 0..500 {
            let exponential = waits("exponential", 12, &mut rng);
            let full = waits("full-jitter", 12, &mut rng);
            let equal = waits("equal-jitter", 12, &mut rng);
            let decorrelated = waits("decorrelated-jitter", 12, &mut rng);
            let mut previous = 5.0;
            for n in 0..12 {
                assert!((0.0..=exponential[n]).contains(&full[n]));
                assert!((exponential[n] / 2.0..=exponential[n]).contains(&equal[n]));
                assert!((5.0..=f64::min(2000.0, 3.0 * previous)).contains(&decorrelated[n]));
                previous = decorrelated[n];
            }
        }
    }

    /// v/2, 3v/4, and for decorrelated jitter m(1) = (5 + 15)/2, m(n) = (5 + 3 m(n-1))/2.
    #[test]
    fn means_are_those_of_the_formulas() {
        for (name, n, expected) in [
            ("full-jitter", 1, 5.0),
            ("full-jitter", 4, 40.0),
            ("full-jitter", 12, 1000.0),
            ("equal-jitter", 4, 60.0),
            ("decorrelated-jitter", 1, 10.0),
            ("decorrelated-jitter", 2, 17.5),
            ("decorrelated-jitter", 3, 28.75),
            ("immediate", 5, 0.0),
        ] {
            let mean = mean(name, n);
            assert!((mean - expected).abs() <= 0.02 * expected, "{name} {n}: {mean}");
        }
    }

    #[test]
    fn clients_seeded_alike_wait_alike() {
        let of = |name, seed| waits(name, 8, &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(of("seeded-alike", 1), of("seeded-alike", 2));
        assert_ne!(of("full-jitter", 1), of("full-jitter", 2));
    }

    /// What is left of full and equal jitter is the exponential wait; decorrelated jitter triples.
    #[test]
    fn without_jitter_everybody_waits_the_longest_time() {
        let bounds = Bounds { jitter: false, ..BOUNDS };
        let of = |name| waits_within(bounds, name, 7, &mut ChaCha8Rng::seed_from_u64(1));
        assert_eq!(of("full-jitter"), of("exponential"));
        assert_eq!(of("equal-jitter"), of("exponential"));
        let tripled = [15.0, 45.0, 135.0, 405.0, 1215.0, 2000.0, 2000.0];
        assert_eq!(of("decorrelated-jitter"), tripled);
    }

    #[test]
    fn four_billion_failures_do_not_overflow() {
        for filling in BACKOFF.fillings {
            let mut rng = ChaCha8Rng::seed_from_u64(1);
            assert!((filling.make)(BOUNDS).delay(u32::MAX, &mut rng) <= BOUNDS.cap);
        }
    }
}
