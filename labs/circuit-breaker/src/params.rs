//! The knobs of the lab. The breaker's defaults are resilience4j's, but for one: there, a breaker
//! may be half-open for ever.

use std::time::Duration;

use netsplit_scenario::{Dist, Share, Span};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::outlier::Ejection;
use crate::rules::Rules;
use crate::windows::{CountWindow, TimeWindow, Window};

/// The knobs of the circuit-breaker lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How much work one call is for a host of a service.
    pub service: Dist,
    /// The probability that a call fails for no reason.
    pub error_rate: Share,
    /// Which host of a service is asked: the one that the key belongs to, or the next in turn.
    pub routing: Routing,
    /// How long a front end waits for one call.
    pub call_timeout: Span,
    /// Calls per request, at most: the first and its retries.
    pub attempts: u32,
    /// The wait before a retry.
    pub backoff: Span,
    /// Requests that a front end handles at once, or "unlimited"; the others wait in order.
    pub threads: Limit,
    /// Of these, how many may be calling one service, or "unlimited"; others are rejected.
    pub bulkhead: Limit,
    /// What to answer when the service cannot: nothing, or the last good answer for the key.
    pub fallback: Fallback,
    /// How old such an answer may be.
    pub stale_for: Span,
    /// What a closed breaker judges by: the last so many calls (100), or those of the last so long
    /// ("10s").
    pub window: Past,
    /// The breaker opens at this share of failed calls.
    pub failure_rate: Share,
    /// The breaker opens at this share of slow calls.
    pub slow_rate: Share,
    /// A call that takes longer is slow, even if it succeeds.
    pub slow_after: Span,
    /// Calls in the window before their rates count; no more than the window holds.
    pub min_calls: u32,
    /// The breaker opens after so many failures in a row, whatever the rates; or "unlimited".
    pub consecutive: Limit,
    /// How long an open breaker turns everybody away.
    pub open_for: Span,
    /// Each breaker stays open longer by its own share of this share, drawn once.
    pub open_jitter: Share,
    /// Calls that a half-open breaker lets through, and judges by.
    pub probes: u32,
    /// How long a breaker may be half-open; then it opens again.
    pub half_open_for: Span,
    /// Whether failing hosts are taken out of the rotation; for the routing "any".
    pub ejection: bool,
    /// A host is ejected after so many failures in a row.
    pub eject_after: u32,
    /// Ejected hosts return at sweeps, so far apart.
    pub eject_interval: Span,
    /// How long the first ejection of a host lasts; the n-th, n times as long.
    pub eject_for: Span,
    /// The most of a service's hosts that may be ejected at once; one always may.
    pub eject_at_most: Share,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            service: Dist::Constant(5_000_000),
            error_rate: Share(0.0),
            routing: Routing::Key,
            call_timeout: Span::ms(500),
            attempts: 1,
            backoff: Span::ms(20),
            threads: Limit::NONE,
            bulkhead: Limit::NONE,
            fallback: Fallback::None,
            stale_for: Span::ms(86_400_000),
            window: Past::Calls(100),
            failure_rate: Share(0.5),
            slow_rate: Share(1.0),
            slow_after: Span::ms(60_000),
            min_calls: 100,
            consecutive: Limit::NONE,
            open_for: Span::ms(60_000),
            open_jitter: Share(0.0),
            probes: 10,
            half_open_for: Span::ms(60_000),
            ejection: false,
            eject_after: 5,
            eject_interval: Span::ms(10_000),
            eject_for: Span::ms(30_000),
            eject_at_most: Share(0.1),
        }
    }
}

impl Params {
    /// What a breaker goes by that stays open for `open_for`.
    pub(crate) fn rules(&self, open_for: Duration) -> Rules {
        Rules {
            failure_rate: self.failure_rate.0,
            slow_rate: self.slow_rate.0,
            slow_after: *self.slow_after,
            min_calls: self.min_calls,
            consecutive: self.consecutive.limit(),
            open_for,
            probes: self.probes,
            half_open_for: *self.half_open_for,
        }
    }

    /// When hosts are ejected, if they are.
    pub(crate) fn ejection(&self) -> Option<Ejection> {
        self.ejection.then(|| Ejection {
            after: self.eject_after,
            interval: *self.eject_interval,
            base: *self.eject_for,
            at_most: self.eject_at_most.0,
        })
    }

    /// What does not fit together.
    pub(crate) fn problem(&self) -> Option<String> {
        let zero = |name: &str| Some(format!("params.{name} is 0; it must be at least 1"));
        match &self.window {
            Past::Calls(size) if self.min_calls > *size => Some(format!(
                "params.min_calls is {}, but params.window holds {size} calls: it would never open",
                self.min_calls
            )),
            Past::Time(length) if length.as_nanos() < 10 => {
                Some("params.window is too short to have ten parts".to_owned())
            }
            _ if self.threads.limit() == Some(0) => zero("threads"),
            _ if self.attempts == 0 => zero("attempts"),
            _ if self.probes == 0 => zero("probes"),
            _ if self.min_calls == 0 => zero("min_calls"),
            _ if self.eject_after == 0 => zero("eject_after"),
            _ if self.eject_interval.is_zero() => zero("eject_interval"),
            _ => None,
        }
    }
}

/// Which host of a service is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Routing {
    /// The key's own: hosts are shards.
    Key,
    /// The next in turn: hosts are replicas.
    Any,
}

/// What to answer when the service cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// The truth: that it cannot.
    None,
    /// The last good answer for the key, if there was one.
    Cache,
}

/// What a closed breaker judges by.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected a number of calls, for example 100, or a duration, for example \"10s\""
)]
pub enum Past {
    /// The last so many calls.
    Calls(u32),
    /// The calls of the last so long.
    Time(Span),
}

impl Past {
    /// A window that holds nothing yet.
    pub(crate) fn empty(self) -> Box<dyn Window> {
        match self {
            Past::Calls(size) => Box::new(CountWindow::new(size)),
            Past::Time(length) => Box::new(TimeWindow::new(*length)),
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
    const NONE: Limit = Limit::Unlimited(Unlimited::Unlimited);

    /// The number, if there is one.
    pub fn limit(self) -> Option<u32> {
        match self {
            Limit::At(limit) => Some(limit),
            Limit::Unlimited(_) => None,
        }
    }
}
