//! The knobs of the lab.

use std::time::Duration;

use netsplit_scenario::{Dist, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The knobs of the queueing lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// Into how many leaf requests the front end splits each request. The servers are dealt to
    /// the leaves in turn, so their number must be a multiple: 200 servers and a fan-out of 100
    /// give each leaf two replicas.
    pub fan_out: u32,
    /// How much work one leaf request is.
    pub service: Dist,
    /// How many leaf requests may wait at one server, beyond those that its workers are at; a
    /// full server rejects the next one. Unless said, any number may wait.
    pub queue_limit: QueueLimit,
    /// How long a leaf request may be out before the front end asks another replica as well;
    /// unless said, it never does.
    pub hedge_after: HedgeAfter,
    /// Whether the front end tells the slower of two replicas to stop.
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

/// How many leaf requests may wait at a server.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected how many may wait, for example 20, or \"unlimited\"")]
pub enum QueueLimit {
    /// At most so many.
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

/// When the front end asks a second replica.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected a duration, for example \"10ms\", or \"never\"")]
pub enum HedgeAfter {
    /// After so long without an answer.
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
