//! Parameters of the lab.

use std::time::Duration;

use netsplit_scenario::{Dist, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of the queueing lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// The number of leaf requests per request. The servers are divided among the leaves in turn,
    /// so their number must be a multiple of it: 200 servers and a fan-out of 100 give each leaf
    /// two replicas.
    pub fan_out: u32,
    /// The work of one leaf request.
    pub service: Dist,
    /// The number of leaf requests that may wait at one server, beyond those being executed; a
    /// full server rejects the next one. Default: unlimited.
    pub queue_limit: QueueLimit,
    /// The time after which the front end asks a second replica of a leaf that has not answered.
    /// Default: never.
    pub hedge_after: HedgeAfter,
    /// Whether the front end cancels the slower of two copies.
    pub cancel_losers: bool,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            fan_out: 1,
            service: Dist::Exponential { mean: 1_000_000, shift: 0 },
            queue_limit: QueueLimit::Unlimited(Unlimited::Unlimited),
            hedge_after: HedgeAfter::Never(Never::Never),
            cancel_losers: true,
        }
    }
}

/// The number of leaf requests that may wait at a server.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected a number, for example 20, or \"unlimited\"")]
pub enum QueueLimit {
    /// At most this many.
    AtMost(u32),
    /// Any number.
    Unlimited(Unlimited),
}

/// The word for no limit.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unlimited {
    /// No limit.
    Unlimited,
}

impl QueueLimit {
    /// The limit, if there is one.
    pub fn limit(self) -> Option<u32> {
        match self {
            QueueLimit::AtMost(limit) => Some(limit),
            QueueLimit::Unlimited(_) => None,
        }
    }
}

/// The time after which the front end asks a second replica.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected a duration, for example \"10ms\", or \"never\"")]
pub enum HedgeAfter {
    /// After this time without an answer.
    After(Span),
    /// Never.
    Never(Never),
}

/// The word for no hedging.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
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
