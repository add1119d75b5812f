//! The parameters of the lab, as scenario files set them.

use netsplit_scenario::{Dist, Refusal, Share, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// The unit of [`Params::epsilon_millionths`].
pub const MILLION: u64 = 1_000_000;

/// Parameters of the consistent-hashing lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// V: the number of points on the ring of a node of weight 1.
    pub virtual_nodes: u32,
    /// k: the number of positions that multi-probe hashing tries for a key.
    pub probes: u32,
    /// M: the number of entries of Maglev's table; a prime larger than the number of nodes.
    pub table_size: u32,
    /// How much more than the mean load bounded loads allow a node.
    pub epsilon: Share,
    /// Sizes of the cache nodes, assigned round-robin: a node of size 2 works twice as fast as one
    /// of size 1, and has twice its capacity.
    pub sizes: Vec<u32>,
    /// Whether a node's share of the keys follows its size.
    pub weighted: bool,
    /// The capacity of a cache node of size 1, in entries.
    pub capacity: u32,
    /// The time that a request occupies a worker of a cache node of size 1.
    pub work: Span,
    /// The time that one entry that is handed over occupies a worker of a cache node of size 1, at
    /// either end.
    pub move_work: Span,
    /// The time that one read or write occupies a worker of the store.
    pub store_work: Dist,
    /// The capacity of the store's queue, in requests; it rejects requests while the queue is full.
    pub store_queue: u32,
    /// Whether requests for a key wait for a fetch of the key that is in flight, rather than fetch
    /// it again.
    pub coalesce: bool,
    /// Whether a cache node that does not own a request's key, by a newer view than the sender's,
    /// answers with that view, rather than with the value.
    pub redirect: bool,
    /// How a new view spreads.
    pub spread: Spread,
    /// The interval at which clients and cache nodes poll the directory for a new view.
    pub poll_every: Span,
    /// Heartbeat interval of cache nodes.
    pub beat_every: Span,
    /// The time without a heartbeat after which the directory removes a cache node.
    pub dead_after: Span,
    /// The timeout of every call between nodes, or from a client to a node.
    pub timeout: Span,
    /// The number of keys in the ownership statistics at the end of the run.
    pub census_keys: u32,
    /// The number of placements that the ownership statistics average over, each with its own salt;
    /// the first is the run's.
    pub census_rings: u32,
}

/// How a new view spreads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Spread {
    /// The directory sends it to every host that has ever polled; a host that it does not reach
    /// polls later.
    Push,
    /// Hosts only poll.
    Poll,
}

/// The largest Maglev table. The paper's largest has 655,373 entries.
const TABLE_SIZE_MAX: u32 = 10_000_000;

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

    /// Epsilon in millionths, so that the bound on loads is exact in integers.
    pub fn epsilon_millionths(&self) -> u64 {
        (*self.epsilon * MILLION as f64).round() as u64
    }

    /// Checks the ranges of the parameters, for a cluster that starts with this number of nodes.
    ///
    /// # Errors
    /// The first parameter that is out of range, with its range.
    pub(crate) fn check(&self, nodes: u32) -> Result<(), Refusal> {
        if self.sizes.is_empty() || self.sizes.contains(&0) {
            let wrong = "params.sizes gives some nodes no size";
            let expected = "expected at least one number, each at least 1";
            return Err(Refusal::new("params.sizes", wrong, expected));
        }
        let largest = self.sizes.iter().copied().max().unwrap_or(1);
        // What stands in memory is limited to what a laptop holds.
        for (name, value, most) in [
            ("sizes", largest, 1_000),
            ("virtual_nodes", self.virtual_nodes, 1_000_000 / largest.min(1_000)),
            ("probes", self.probes, 1_000),
            ("capacity", self.capacity, u32::MAX),
            ("census_keys", self.census_keys, 10_000_000),
            ("census_rings", self.census_rings, 100_000),
        ] {
            if !(1..=most).contains(&value) {
                let key = format!("params.{name}");
                let wrong = format!("{key} is {value}");
                return Err(Refusal::new(key, wrong, format!("expected from 1 to {most}")));
            }
        }
        let size = self.table_size;
        if size <= nodes || size > TABLE_SIZE_MAX || !is_prime(size) {
            let wrong = format!("params.table_size is {size}");
            let expected = format!(
                "expected a prime larger than the {nodes} nodes, and below {TABLE_SIZE_MAX}"
            );
            let refusal = Refusal::new("params.table_size", wrong, expected);
            return Err(refusal.or("nodes.cache.count"));
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
        assert!(sized(4_294_967_291).check(10).is_err(), "a prime, and 16 GiB");
        assert!(sized(7).check(10).is_err());
    }
}
