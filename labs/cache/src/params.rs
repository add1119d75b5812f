//! Parameters of the lab.

use netsplit_scenario::{Dist, Refusal, Share, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// Parameters of the cache lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// The number of entries that fit into a cache node.
    pub capacity: u32,
    /// How long an entry is good for. Default: for ever.
    pub ttl: Ttl,
    /// The share of `ttl` by which each entry may expire earlier, at random.
    pub ttl_jitter: Share,
    /// Whether a hit starts the entry's `ttl` anew.
    pub renew_on_hit: bool,
    /// How early `xfetch` refreshes entries; above 0. The chance of a hit is
    /// exp(-left / (beta fetch)), with the time that is left and the duration of the last fetch.
    pub beta: f64,
    /// How often a write-behind cache node writes to the database.
    pub flush_every: Span,
    /// How long a lease is good for: nobody else may fill the key meanwhile.
    pub lease_for: Span,
    /// How long a reader waits before it asks again for a key that another is filling.
    pub lease_wait: Span,
    /// The time that a read or write occupies a worker of the database.
    pub db_work: Dist,
    /// The number of reads and writes that may wait for a worker of the database; it rejects more.
    pub db_queue: u32,
    /// How long an app waits for a cache node. A reader then asks the database.
    pub cache_timeout: Span,
    /// How long an app waits for the database.
    pub db_timeout: Span,
    /// The number of keys that the operation `scan` reads in turn. They are keys of their own.
    pub scan_keys: u64,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            capacity: 1000,
            ttl: Ttl::Never(Never::Never),
            ttl_jitter: Share(0.0),
            renew_on_hit: false,
            beta: 1.0,
            flush_every: Span::ms(1000),
            lease_for: Span::ms(10_000),
            lease_wait: Span::ms(5),
            db_work: Dist::Exponential { mean: 5_000_000, shift: 0 },
            db_queue: 100,
            cache_timeout: Span::ms(50),
            db_timeout: Span::ms(500),
            scan_keys: 1_000_000,
        }
    }
}

impl Params {
    /// Checks the ranges of the parameters.
    ///
    /// # Errors
    /// The first parameter that is out of range.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        for (name, value) in [("capacity", self.capacity.into()), ("scan_keys", self.scan_keys)] {
            if value == 0 {
                let key = format!("params.{name}");
                let wrong = format!("{key} is 0");
                return Err(Refusal::new(key, wrong, "expected at least 1"));
            }
        }
        if !(self.beta > 0.0 && self.beta.is_finite()) {
            let wrong = format!("params.beta is {}", self.beta);
            return Err(Refusal::new("params.beta", wrong, "expected a number above 0"));
        }
        if self.flush_every.is_zero() {
            let wrong = "params.flush_every is 0s";
            return Err(Refusal::new("params.flush_every", wrong, "expected more than 0s"));
        }
        Ok(())
    }
}

/// How long an entry is good for.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a duration, for example \"10s\", or \"never\"")]
pub enum Ttl {
    /// For this time after its fill.
    After(Span),
    /// For ever.
    Never(Never),
}

/// The word for no expiry.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Never {
    /// Never.
    Never,
}
