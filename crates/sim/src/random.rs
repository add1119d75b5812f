//! Randomness: one seed, and from it an independent stream per purpose.
//!
//! A [`stream`] is named by its purpose (`link/n1/n2/get`, `arrivals/clients`), so that a
//! change to one part of a run leaves the draws of every other part alone: two variants of an
//! algorithm meet the same arrivals, and the k-th message of a kind on a link meets the same
//! latency.
//!
//! A [`Sampler`] turns exactly two uniform numbers into one duration, whatever its
//! distribution, so that streams stay aligned. Its mathematics is `libm`'s rather than the
//! platform's, so that all machines agree to the last bit; golden draws in the tests check that.
//! `rand_distr` would do neither: it draws a varying number of times, and takes the platform's
//! logarithm as soon as any crate of the build enables `num-traits/std`.

use std::time::Duration;

use netsplit_scenario::Dist;
use rand::rngs::{ChaCha8Rng, Xoshiro256PlusPlus};
use rand::{Rng, SeedableRng};
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// The random stream of `seed` for the purpose called `name`.
pub fn stream(seed: u64, name: &str) -> ChaCha8Rng {
    ChaCha8Rng::from_seed(key(seed, name))
}

/// A random stream with a small state, for the many channels of a network.
pub(crate) fn small_stream(seed: u64, name: &str) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::from_seed(key(seed, name))
}

fn key(seed: u64, name: &str) -> [u8; 32] {
    let mut key = [0; 32];
    key[..16].copy_from_slice(&xxh3_128_with_seed(name.as_bytes(), seed).to_le_bytes());
    key[16..].copy_from_slice(&xxh3_128_with_seed(name.as_bytes(), !seed).to_le_bytes());
    key
}

/// A uniform number in `[0, 1)` with 53 random bits.
pub fn unit(rng: &mut impl Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// The 99th percentile of the standard normal distribution.
const Z_99: f64 = 2.326_347_874_040_840_8;

/// A distribution of durations, ready to draw from.
#[derive(Clone, Debug)]
pub struct Sampler(Shape);

/// All parameters in nanoseconds.
#[derive(Clone, Debug)]
enum Shape {
    Constant(f64),
    Uniform {
        min: f64,
        width: f64,
    },
    Normal {
        mean: f64,
        std_dev: f64,
        absolute: bool,
    },
    LogNormal {
        mu: f64,
        sigma: f64,
        shift: f64,
    },
    Exponential {
        mean: f64,
        shift: f64,
    },
    Pareto {
        scale: f64,
        inverse_shape: f64,
        shift: f64,
    },
    /// (cumulative share before, share, part)
    Mixture(Vec<(f64, f64, Shape)>),
}

impl Sampler {
    /// Prepares `dist`.
    pub fn new(dist: &Dist) -> Sampler {
        Sampler(Shape::new(dist))
    }

    /// Draws once. Takes two numbers from `rng`, whatever the distribution.
    pub fn draw(&self, rng: &mut impl Rng) -> Duration {
        self.at((unit(rng), unit(rng)))
    }

    /// The duration for two uniform numbers.
    pub(crate) fn at(&self, (u, v): (f64, f64)) -> Duration {
        Duration::from_nanos(self.0.at(u, v).max(0.0).round() as u64)
    }
}

impl Shape {
    fn new(dist: &Dist) -> Shape {
        match *dist {
            Dist::Constant(value) => Shape::Constant(value as f64),
            Dist::Uniform { min, max } => {
                Shape::Uniform { min: min as f64, width: max.saturating_sub(min) as f64 }
            }
            Dist::Normal { mean, std_dev, absolute } => {
                Shape::Normal { mean: mean as f64, std_dev: std_dev as f64, absolute }
            }
            Dist::LogNormal { median, p99, shift } => Shape::LogNormal {
                mu: libm::log(median as f64),
                sigma: libm::log(p99 as f64 / median as f64) / Z_99,
                shift: shift as f64,
            },
            Dist::Exponential { mean, shift } => {
                Shape::Exponential { mean: mean as f64, shift: shift as f64 }
            }
            Dist::Pareto { scale, shape, shift } => Shape::Pareto {
                scale: scale as f64,
                inverse_shape: 1.0 / shape,
                shift: shift as f64,
            },
            Dist::Mixture(ref parts) => Shape::mixture(parts),
        }
    }

    fn mixture(parts: &[(f64, Dist)]) -> Shape {
        let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
        let mut before = 0.0;
        let shares = parts.iter().map(|(weight, dist)| {
            let share = weight / total;
            before += share;
            (before - share, share, Shape::new(dist))
        });
        Shape::Mixture(shares.collect())
    }

    /// The draw for the uniform numbers `u` and `v`.
    fn at(&self, u: f64, v: f64) -> f64 {
        match self {
            Shape::Constant(value) => *value,
            Shape::Uniform { min, width } => min + width * u,
            Shape::Normal { mean, std_dev, absolute } => {
                let x = mean + std_dev * standard_normal(u, v);
                if *absolute { x.abs() } else { x }
            }
            Shape::LogNormal { mu, sigma, shift } => {
                shift + libm::exp(mu + sigma * standard_normal(u, v))
            }
            Shape::Exponential { mean, shift } => shift - mean * libm::log(1.0 - u),
            Shape::Pareto { scale, inverse_shape, shift } => {
                shift + scale * libm::pow(1.0 - u, -inverse_shape)
            }
            Shape::Mixture(parts) => {
                let part = parts.partition_point(|(before, _, _)| *before <= u).max(1) - 1;
                let (before, share, shape) = &parts[part];
                // Given its part, u is uniform again once it is stretched.
                shape.at(((u - before) / share).clamp(0.0, 1.0 - f64::EPSILON), v)
            }
        }
    }
}

/// Box and Muller's transform (1958).
fn standard_normal(u: f64, v: f64) -> f64 {
    libm::sqrt(-2.0 * libm::log(1.0 - u)) * libm::cos(2.0 * std::f64::consts::PI * v)
}

/// A draw from 0..count, uniform or zipf, from one uniform number.
#[derive(Clone, Debug)]
pub enum Ranks {
    /// Every rank is equally likely.
    Uniform(u64),
    /// Rank i (from 0) in proportion to 1 / (i + 1)^s; the table is the cumulative share.
    Zipf(Vec<f64>),
}

impl Ranks {
    /// Ranks 0 to `count - 1`, with the zipf exponent `s` if there is one.
    pub fn new(count: u64, zipf: Option<f64>) -> Ranks {
        let Some(s) = zipf else {
            return Ranks::Uniform(count.max(1));
        };
        let mut total = 0.0;
        let cumulative = (1..=count.max(1)).map(|i| {
            total += libm::pow(i as f64, -s);
            total
        });
        let mut table: Vec<f64> = cumulative.collect();
        for share in &mut table {
            *share /= total;
        }
        Ranks::Zipf(table)
    }

    /// Draws one rank.
    pub fn draw(&self, rng: &mut impl Rng) -> u64 {
        let u = unit(rng);
        match self {
            Ranks::Uniform(count) => ((u * *count as f64) as u64).min(count - 1),
            Ranks::Zipf(table) => {
                (table.partition_point(|share| *share <= u) as u64).min(table.len() as u64 - 1)
            }
        }
    }
}
