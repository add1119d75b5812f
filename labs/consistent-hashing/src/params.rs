//! The knobs of the lab, as scenario files turn them.

use netsplit_scenario::{Dist, Share, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// What epsilon is counted in.
pub const MILLION: u64 = 1_000_000;

/// Parameters of the consistent-hashing lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// V: how many points on the ring a node of weight 1 has.
    pub virtual_nodes: u32,
    /// k: how many places multi-probe hashing tries for a key.
    pub probes: u32,
    /// M: how many entries Maglev's table has; a prime, and more than there are nodes.
    pub table_size: u32,
    /// How much more than the mean load bounded loads let a node have.
    pub epsilon: Share,
    /// How big the cache nodes are, dealt to them in turn: a node of size 2 works twice as fast
    /// and remembers twice as much as one of size 1.
    pub sizes: Vec<u32>,
    /// Whether a node's share of the keys follows its size.
    pub weighted: bool,
    /// How many entries a cache node of size 1 can remember.
    pub capacity: u32,
    /// How long a worker of a cache node of size 1 is busy with one request.
    pub work: Span,
    /// How long workers of cache nodes are busy with one entry that is handed over.
    pub move_work: Span,
    /// How long a worker of the store is busy with one read or write.
    pub store_work: Dist,
    /// How many requests may wait at a store; it turns the next one away.
    pub store_queue: u32,
    /// Whether requests for a key that is being fetched already wait for that fetch, rather
    /// than fetch it again.
    pub coalesce: bool,
    /// Whether a cache node sends a request whose key it does not own, by a newer view than the
    /// sender's, back with that view, rather than answer it.
    pub redirect: bool,
    /// How a new view spreads: the directory tells everybody at once, or waits to be asked.
    pub spread: Spread,
    /// How often everybody asks the directory for a new view.
    pub poll_every: Span,
    /// How often a cache node tells the directory that it is there.
    pub beat_every: Span,
    /// How long a cache node may be silent before the directory strikes it out.
    pub dead_after: Span,
    /// How long anybody waits for an answer from a node.
    pub timeout: Span,
    /// How many keys the census at the end of the run asks the owners of.
    pub census_keys: u32,
    /// How many placements it averages over, each with its own salt; the first is the run's.
    pub census_rings: u32,
}

/// How a new view spreads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Spread {
    /// The directory tells everybody who ever asked; who was not reached asks later.
    Push,
    /// Everybody asks every so often.
    Poll,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            virtual_nodes: 100,
            probes: 21,
            table_size: 5003,
            epsilon: Share(0.25),
            sizes: vec![1],
            weighted: true,
            capacity: 10_000,
            work: Span(std::time::Duration::from_micros(200)),
            move_work: Span(std::time::Duration::from_micros(10)),
            store_work: Dist::Exponential { mean: 5_000_000, shift: 0 },
            store_queue: 100,
            coalesce: true,
            redirect: true,
            spread: Spread::Push,
            poll_every: Span::ms(1000),
            beat_every: Span::ms(100),
            dead_after: Span::ms(500),
            timeout: Span::ms(500),
            census_keys: 16_384,
            census_rings: 1,
        }
    }
}

impl Params {
    /// The size of a cache node.
    pub fn size_of(&self, node: u32) -> u32 {
        self.sizes[node as usize % self.sizes.len()]
    }

    /// Epsilon in millionths: a bound that is exact is a whole number of whole numbers.
    pub fn epsilon_millionths(&self) -> u64 {
        (*self.epsilon * MILLION as f64).round() as u64
    }

    /// Checks what a type cannot say.
    ///
    /// # Errors
    /// Says which parameter is wrong, and what it has to be.
    pub fn check(&self, nodes: u32) -> Result<(), String> {
        if self.sizes.is_empty() || self.sizes.contains(&0) {
            return Err("params.sizes must hold numbers, each at least 1".into());
        }
        for (name, value) in [
            ("virtual_nodes", self.virtual_nodes),
            ("probes", self.probes),
            ("capacity", self.capacity),
            ("census_keys", self.census_keys),
            ("census_rings", self.census_rings),
        ] {
            if value == 0 {
                return Err(format!("params.{name} must be at least 1"));
            }
        }
        let size = self.table_size;
        if size <= nodes || !is_prime(size) {
            return Err(format!(
                "params.table_size is {size}; it must be a prime larger than the {nodes} nodes"
            ));
        }
        Ok(())
    }
}

fn is_prime(n: u32) -> bool {
    let divides = |d: &u32| n.is_multiple_of(*d);
    n > 1 && !(2..=n.isqrt()).any(|d| divides(&d))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_must_have_a_prime_size() {
        let primes: Vec<_> = (0..30).filter(|n| is_prime(*n)).collect();
        assert_eq!(primes, [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        let sized = |table_size| Params { table_size, ..Params::default() };
        assert_eq!(sized(65_537).check(10), Ok(()));
        assert!(sized(65_536).check(10).is_err());
        assert!(sized(7).check(10).is_err());
    }
}
