//! The knobs of the lab.

use std::time::Duration;

use netsplit_scenario::{Dist, Share, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// The knobs of the retry-jitter lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How much work one try is.
    pub service: Dist,
    /// How often a server fails what it has worked at.
    pub failure_rate: Share,
    /// Into how many leaves an `ask` is split, each of which is asked and retried by itself. The
    /// servers are dealt to the leaves in turn, so their number must be a multiple.
    pub fan_out: u32,
    /// How many tries a request has at each layer, the first included.
    pub tries: u32,
    /// How long a try waits for its answer, at each layer.
    pub try_timeout: Span,
    /// Half of the first wait of exponential backoff.
    pub backoff_base: Span,
    /// The longest wait of any backoff.
    pub backoff_cap: Span,
    /// Whether waits are drawn at random. If not, each is the longest that could be drawn.
    pub jitter: bool,
    /// Budget `retry-ratio`: how many retries each request earns.
    pub retry_ratio: Share,
    /// Budget `token-bucket`: how many tokens it holds. A retry costs 5, one after a time-out 10.
    pub bucket: Limit,
    /// Budget `adaptive-throttling`: how many tries may be sent per accepted one before
    /// throttling sets in. 2 wastes as many as are accepted, and notices recovery soon.
    pub throttle_k: f64,
    /// Budget `adaptive-throttling`: how far back it remembers; with no memory it never throttles.
    pub throttle_window: Span,
    /// How many jobs may wait at one node, beyond those that its workers are at; unless said,
    /// any number. `fifo` and `lifo` know no limit.
    pub queue_limit: Limit,
    /// Admission `lifo`: with more than so many waiting, the newest is served first, and otherwise
    /// the oldest.
    pub lifo_above: Limit,
    /// What each try says of how long its answer is waited for.
    pub deadlines: Deadlines,
    /// Whether charges carry the key that the identity in the seat gives them.
    pub idempotency_keys: bool,
    /// What each hop takes off a deadline that it passes on, for the way there and back.
    pub reserve: Span,
    /// How long a try may be unanswered before another replica is asked as well; unless said, no
    /// other is.
    pub hedge_after: HedgeAfter,
    /// Whether proxies retry too, or leave that to the client.
    pub proxies_retry: bool,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            service: Dist::Constant(10_000_000),
            failure_rate: Share(0.0),
            fan_out: 1,
            tries: 3,
            try_timeout: Span::ms(1000),
            backoff_base: Span::ms(50),
            backoff_cap: Span::ms(5000),
            jitter: true,
            retry_ratio: Share(0.1),
            bucket: Limit::At(500),
            throttle_k: 2.0,
            throttle_window: Span::ms(120_000),
            queue_limit: Limit::Unlimited(Unlimited::Unlimited),
            lifo_above: Limit::At(0),
            deadlines: Deadlines::Travel,
            idempotency_keys: true,
            reserve: Span::ms(5),
            hedge_after: HedgeAfter::Never(Never::Never),
            proxies_retry: true,
        }
    }
}

/// A number, or none.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a number, for example 20, or \"unlimited\"")]
pub enum Limit {
    /// So many.
    At(u32),
    /// Any number.
    Unlimited(Unlimited),
}

/// The word for no limit.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unlimited {
    /// No limit.
    Unlimited,
}

impl Limit {
    /// The number, if there is one.
    pub fn limit(self) -> Option<u32> {
        match self {
            Limit::At(limit) => Some(limit),
            Limit::Unlimited(_) => None,
        }
    }
}

/// How long an answer is waited for, as told to who is to give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Deadlines {
    /// How long the client will wait: a proxy passes on what is left of that.
    Travel,
    /// How long the sender will wait: at each layer the time begins anew.
    PerHop,
    /// Nothing.
    None,
}

/// When a caller asks another replica.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a duration, for example \"10ms\", or \"never\"")]
pub enum HedgeAfter {
    /// After so long without an answer.
    After(Span),
    /// Never.
    Never(Never),
}

/// The word for never.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Never {
    /// Never.
    Never,
}

impl HedgeAfter {
    /// The delay, if there is one.
    pub fn delay(self) -> Option<Duration> {
        match self {
            HedgeAfter::After(delay) => Some(*delay),
            HedgeAfter::Never(_) => None,
        }
    }
}
