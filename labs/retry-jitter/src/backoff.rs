//! How long to wait before the next try.
//!
//! A [`Backoff`] is asked once per retry, with the number of tries that have failed, and says
//! how long to wait. All strategies but [`Immediate`] grow with that number up to a cap:
//! [`Bounds::exponential`] is `min(cap, base * 2^n)`. What differs is the jitter. Clients that
//! failed together and wait equally long come back together and fail together; a random wait
//! spreads them. The four formulas are those of Marc Brooker, "Exponential Backoff And Jitter"
//! (AWS Architecture Blog, 2015), and [`STRATEGIES`] is the table of them all.
//!
//! [`SeededAlike`] is wrong: it has the formula of full jitter, but every client starts its
//! generator with the same seed. The waits look random to each client, and are the same for all.
//!
//! What this leaves out: a server's own word on when to come back (`Retry-After`), which knows
//! more than any formula; and it costs nothing to be patient here, while a real user leaves.

use std::time::Duration;

use netsplit_sim::random::unit;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// Says how long to wait before each retry of one request.
pub trait Backoff {
    /// The wait after `failed` tries, of which the first is number 1.
    fn delay(&mut self, failed: u32, rng: &mut dyn Rng) -> Duration;
}

/// Between which waits a strategy moves.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Half of the first wait without jitter.
    pub base: Duration,
    /// No wait is longer.
    pub cap: Duration,
    /// Whether waits are drawn at random, or are the longest that could be drawn.
    pub jitter: bool,
}

impl Bounds {
    /// `min(cap, base * 2^failed)`.
    fn exponential(self, failed: u32) -> Duration {
        let factor = 2u32.saturating_pow(failed);
        self.base.saturating_mul(factor).min(self.cap)
    }

    /// Evenly from `from` to `to`; without jitter, `to`.
    fn draw(self, from: Duration, to: Duration, mut rng: &mut dyn Rng) -> Duration {
        if !self.jitter {
            return to;
        }
        let width = to.saturating_sub(from).as_nanos() as f64;
        from + Duration::from_nanos((unit(&mut rng) * width) as u64)
    }
}

/// Makes a request's backoff.
pub type Strategy = fn(Bounds) -> Box<dyn Backoff>;

/// Every strategy by the name of its filling.
pub const STRATEGIES: &[(&str, Strategy)] = &[
    ("full-jitter", |bounds| Box::new(FullJitter(bounds))),
    ("equal-jitter", |bounds| Box::new(EqualJitter(bounds))),
    ("decorrelated-jitter", |bounds| {
        Box::new(DecorrelatedJitter { bounds, previous: bounds.base })
    }),
    ("exponential", |bounds| Box::new(Exponential(bounds))),
    ("immediate", |_| Box::new(Immediate)),
    ("seeded-alike", |bounds| Box::new(SeededAlike(bounds))),
];

/// Somewhere between nothing and the exponential wait.
struct FullJitter(Bounds);

impl Backoff for FullJitter {
    fn delay(&mut self, failed: u32, rng: &mut dyn Rng) -> Duration {
        let wait = self.0.exponential(failed);
        self.0.draw(Duration::ZERO, wait, rng)
    }
}

/// Half of the exponential wait for certain, the other half at random.
struct EqualJitter(Bounds);

impl Backoff for EqualJitter {
    fn delay(&mut self, failed: u32, rng: &mut dyn Rng) -> Duration {
        let wait = self.0.exponential(failed);
        self.0.draw(wait / 2, wait, rng)
    }
}

/// Up to three times the previous wait: grows by itself, and forgets how often it failed.
struct DecorrelatedJitter {
    bounds: Bounds,
    previous: Duration,
}

impl Backoff for DecorrelatedJitter {
    fn delay(&mut self, _failed: u32, rng: &mut dyn Rng) -> Duration {
        let Bounds { base, cap, .. } = self.bounds;
        let wait = self.bounds.draw(base, self.previous * 3, rng);
        self.previous = wait.min(cap);
        self.previous
    }
}

/// Twice as long each time, and equally long for all who failed equally often.
struct Exponential(Bounds);

impl Backoff for Exponential {
    fn delay(&mut self, failed: u32, _rng: &mut dyn Rng) -> Duration {
        self.0.exponential(failed)
    }
}

/// No wait at all.
struct Immediate;

impl Backoff for Immediate {
    fn delay(&mut self, _failed: u32, _rng: &mut dyn Rng) -> Duration {
        Duration::ZERO
    }
}

/// Full jitter, drawn from a generator that every client has seeded alike.
struct SeededAlike(Bounds);

impl Backoff for SeededAlike {
    fn delay(&mut self, failed: u32, _rng: &mut dyn Rng) -> Duration {
        let mut everybodys = ChaCha8Rng::seed_from_u64(u64::from(failed));
        FullJitter(self.0).delay(failed, &mut everybodys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds =
        Bounds { base: Duration::from_millis(5), cap: Duration::from_secs(2), jitter: true };

    /// The first `count` waits of a strategy, in milliseconds.
    fn waits(name: &str, count: u32, rng: &mut ChaCha8Rng) -> Vec<f64> {
        waits_within(BOUNDS, name, count, rng)
    }

    fn waits_within(bounds: Bounds, name: &str, count: u32, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let strategy = STRATEGIES.iter().find(|(known, _)| *known == name);
        let mut backoff = strategy.expect("it is in the table").1(bounds);
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
    fn absurd_numbers_of_failures_do_not_overflow() {
        for (_, strategy) in STRATEGIES {
            let mut rng = ChaCha8Rng::seed_from_u64(1);
            assert!(strategy(BOUNDS).delay(u32::MAX, &mut rng) <= BOUNDS.cap);
        }
    }
}
