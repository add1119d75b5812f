//! Parameters of the lab.

use std::time::Duration;

use netsplit_scenario::{Dist, Share, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// The parameters of the retry-jitter lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// The work of one try.
    pub service: Dist,
    /// The share of jobs that a server fails after it has done the work.
    pub failure_rate: Share,
    /// The number of leaves that an `ask` is split into, each of which is asked and retried by
    /// itself. The servers are divided among the leaves in turn, so their number must be a multiple
    /// of it.
    pub fan_out: u32,
    /// The number of tries of a request at each layer, the first included.
    pub tries: u32,
    /// How long a try waits for its answer, at each layer.
    pub try_timeout: Span,
    /// Half of the first exponential wait.
    pub backoff_base: Span,
    /// The longest wait of any backoff.
    pub backoff_cap: Span,
    /// Whether waits are drawn at random. If not, each is the longest that could be drawn.
    pub jitter: bool,
    /// Budget `retry-ratio`: the share of a retry that each request earns.
    pub retry_ratio: Share,
    /// Budget `token-bucket`: its capacity. A retry costs 5, one after a timeout 10.
    pub bucket: Limit,
    /// Budget `adaptive-throttling`: the tries that may be sent per accepted one before throttling
    /// starts. 2 wastes as many as are accepted, and notices recovery soon.
    pub throttle_k: f64,
    /// Budget `adaptive-throttling`: the time that it remembers; with 0s it never throttles.
    pub throttle_window: Span,
    /// The number of jobs that may wait at one node, beyond those being executed. `fifo` and
    /// `lifo` ignore it. Default: unlimited.
    pub queue_limit: Limit,
    /// Admission `lifo`: while more jobs than this wait, the newest is served first, and otherwise
    /// the oldest.
    pub lifo_above: Limit,
    /// What each try tells of the time that is left.
    pub deadlines: DeadlineMode,
    /// Whether charges carry an idempotency key.
    pub idempotency_keys: bool,
    /// The time that each hop takes off a deadline that it passes on, for the way there and back.
    pub reserve: Span,
    /// The time after which another replica is asked as well. Default: never.
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
            deadlines: DeadlineMode::Travel,
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
    /// This number.
    At(u32),
    /// No limit.
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

    /// The number as a count of things in memory.
    pub fn count(self) -> Option<usize> {
        self.limit().map(|limit| limit as usize)
    }
}

/// What a try tells of the time that is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeadlineMode {
    /// How long the client will wait; a proxy passes on what is left of that.
    Travel,
    /// How long the sender will wait; at each layer the time starts anew.
    PerHop,
    /// Nothing.
    None,
}

/// The time after which a caller asks another replica.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a duration, for example \"10ms\", or \"never\"")]
pub enum HedgeAfter {
    /// After this time without an answer.
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
