//! Parameters of the lab.

use netsplit_scenario::{Dist, Refusal, Share, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// Parameters of the lab of leases.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How long a lease lasts, unless it is renewed.
    pub ttl: Span,
    /// How often the holder renews its lease.
    pub renew: Span,
    /// The share of `ttl` that a holder stops earlier, as clocks may run at different rates.
    pub drift: Share,
    /// What a holder stops earlier besides.
    pub slack: Span,
    /// How long the holder works between its read and its write.
    pub work: Dist,
    /// The time between the holder's last look at the clock and its write.
    pub gap: Span,
    /// How often a client that nothing wakes asks for the lock again, and how long a free lock waits
    /// for the one that it woke.
    pub poll: Span,
    /// How long a lock node without a disk grants nothing after a restart.
    pub restart_delay: Span,
    /// How long the majority of a consensus group takes to agree, after the disk.
    pub commit: Dist,
    /// How long a client waits for a lock node.
    pub lock_timeout: Span,
    /// How long a client waits for the storage.
    pub storage_timeout: Span,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            ttl: Span::ms(10_000),
            renew: Span::ms(3000),
            drift: Share(0.01),
            slack: Span::ms(2),
            work: Dist::Exponential { mean: 5_000_000, shift: 0 },
            gap: Span::ms(0),
            poll: Span::ms(100),
            restart_delay: Span::ms(0),
            commit: Dist::Exponential { mean: 1_000_000, shift: 1_000_000 },
            lock_timeout: Span::ms(500),
            storage_timeout: Span::ms(1000),
        }
    }
}

impl Params {
    /// Checks what the types leave open.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let positive = [("ttl", self.ttl), ("renew", self.renew), ("poll", self.poll)];
        let zero = positive.iter().find(|(_, span)| span.is_zero());
        zero.map_or(Ok(()), |(name, _)| {
            let key = format!("params.{name}");
            let wrong = format!("{key} is 0s");
            Err(Refusal::new(key, wrong, "expected more than 0s"))
        })
    }
}
