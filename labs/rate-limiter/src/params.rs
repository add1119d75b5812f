//! The knobs of the lab.

use netsplit_scenario::{Dist, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// Parameters of the rate-limiter lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// How many requests each tenant is allowed per `window`; for the concurrency limit, how
    /// many at once.
    pub limit: u32,
    /// The time that `limit` is about; `window` / `limit` must be whole nanoseconds.
    pub window: Span,
    /// How many requests may come at once after a quiet time: the size of token buckets, the
    /// tolerance of GCRA, the queue of the leaky bucket.
    pub burst: u32,
    /// How long a gateway waits for the store before it decides by itself.
    pub store_timeout: Span,
    /// With the coordination `synced`: how often the store settles up with the gateways. Longer
    /// than a message to the farthest gateway, its answer and the budget take together.
    pub sync_every: Span,
    /// How long a worker of a gateway is busy with each attempt, admitted or not.
    pub deciding: Span,
    /// How long a worker of a gateway is busy with an admitted request.
    pub service: Dist,
    /// How often a client tries, the first time included.
    pub attempts: u32,
    /// How long a client that does not honour Retry-After waits before it tries again.
    pub retry_pause: Span,
    /// A client that honours Retry-After waits up to so much longer, evenly drawn, so that not
    /// all come back at the same instant.
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
