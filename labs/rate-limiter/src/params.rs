//! The parameters of the lab.

use netsplit_scenario::{Dist, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// Parameters of the rate-limiter lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Requests per `window` that each tenant may send, at least 1; for the concurrency limit,
    /// requests in flight.
    pub limit: u32,
    /// The time that `limit` is about; `window` / `limit` must be a whole number of nanoseconds.
    pub window: Span,
    /// How many requests may come at once after a quiet time, at least 1: the size of token
    /// buckets, the tolerance of GCRA, the queue of the leaky bucket.
    pub burst: u32,
    /// How long a gateway waits for the store before it decides by itself, and the store for
    /// the gateways' totals.
    pub store_timeout: Span,
    /// With the coordination `synced`: how often the store renews budgets. Longer than
    /// `store_timeout`, and than a message to the farthest gateway, its answer and the budget
    /// take together.
    pub sync_every: Span,
    /// How long deciding about an attempt occupies a worker of the gateway.
    pub deciding: Span,
    /// How long serving an admitted request occupies a worker of the gateway.
    pub service: Dist,
    /// Attempts of a client, the first included.
    pub attempts: u32,
    /// How long a client that ignores Retry-After waits before it retries.
    pub retry_pause: Span,
    /// A client that honours Retry-After waits up to this much longer, uniformly at random, so
    /// that not all come back at the same instant.
    pub retry_jitter: Span,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            limit: 100,
            window: Span::ms(1000),
            burst: 20,
            store_timeout: Span::ms(200),
            sync_every: Span::ms(500),
            deciding: Span::default(),
            service: Dist::Constant(0),
            attempts: 1,
            retry_pause: Span::ms(10),
            retry_jitter: Span::default(),
        }
    }
}
