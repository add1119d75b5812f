//! The lab's parameters. The breaker's defaults are resilience4j's, but for one: there, a breaker
//! may be half-open for ever.

use std::time::Duration;

use netsplit_scenario::{Dist, Refusal, Share, Span};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::outlier::EjectionConfig;
use crate::types::BreakerConfig;
use crate::windows::{CountWindow, TimeWindow, Window};

/// Parameters of the circuit-breaker lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// The work that one call is for a host of a service.
    pub service: Dist,
    /// The probability that a call fails at random.
    pub error_rate: Share,
    /// The host of a service that is called: the one that the key belongs to, or the next in turn.
    pub routing: Routing,
    /// How long a front end waits for one call.
    pub call_timeout: Span,
    /// The most calls per request: the first and its retries.
    pub attempts: u32,
    /// The wait before a retry.
    pub backoff: Span,
    /// The requests that a front end handles at once, or "unlimited"; the others wait in order.
    pub threads: Limit,
    /// Of these, the number that may be calling one service, or "unlimited"; others are rejected.
    pub bulkhead: Limit,
    /// The answer when the service has none: no answer, or the last good one for the key.
    pub fallback: Fallback,
    /// The greatest age of such an answer.
    pub stale_for: Span,
    /// The calls that a closed breaker judges by: a number of the last ones (100), or those of a
    /// time up to the present ("10s").
    pub window: WindowSize,
    /// The breaker opens at this share of failed calls.
    pub failure_rate: Share,
    /// The breaker opens at this share of slow calls.
    pub slow_rate: Share,
    /// A call that takes longer is slow, even if it succeeds.
    pub slow_after: Span,
    /// The fewest calls in the window by whose rates the breaker opens; at most what the window
    /// holds.
    pub min_calls: u32,
    /// The breaker opens at this number of failures in a row, whatever the rates; or "unlimited".
    pub consecutive: Limit,
    /// How long an open breaker rejects all calls.
    pub open_for: Span,
    /// Each breaker stays open longer by a random share of `open_for` up to this, drawn once.
    pub open_jitter: Share,
    /// The calls that a half-open breaker lets through, and judges by.
    pub probes: u32,
    /// How long a breaker may be half-open; then it opens again.
    pub half_open_for: Span,
    /// Whether failing hosts are taken out of the rotation; for the routing "any".
    pub ejection: bool,
    /// The number of failures in a row at which a host is ejected.
    pub eject_after: u32,
    /// The interval at which ejected hosts may return.
    pub eject_interval: Span,
    /// How long the first ejection of a host lasts; the n-th, n times as long.
    pub eject_for: Span,
    /// The greatest share of a service's hosts that may be ejected at once; one always may.
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
            window: WindowSize::Calls(100),
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
    /// The configuration of a breaker that stays open for `open_for`.
    pub(crate) fn breaker_config(&self, open_for: Duration) -> BreakerConfig {
        BreakerConfig {
            window: self.window,
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

    /// The configuration of outlier ejection, if it is on.
    pub(crate) fn ejection_config(&self) -> Option<EjectionConfig> {
        self.ejection.then(|| EjectionConfig {
            after: self.eject_after,
            interval: *self.eject_interval,
            base: *self.eject_for,
            at_most: self.eject_at_most.0,
        })
    }

    /// Whether the parameters fit together.
    ///
    /// # Errors
    /// The first that does not, and what to do.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        match self.window {
            WindowSize::Calls(size) if self.min_calls > size => {
                let wrong = format!(
                    "params.min_calls is {}, but params.window holds at most {size} calls, so the \
                     breaker would never open",
                    self.min_calls
                );
                let expected = format!("expected min_calls of at most {size}, the window");
                return Err(Refusal::new("params.min_calls", wrong, expected).or("params.window"));
            }
            WindowSize::Time(length) if length.as_nanos() < 10 => {
                let wrong = "params.window is too short";
                return Err(Refusal::new("params.window", wrong, "expected at least 10ns"));
            }
            WindowSize::Calls(_) | WindowSize::Time(_) => {}
        }
        let positive = [
            ("threads", self.threads.limit() != Some(0)),
            ("attempts", self.attempts > 0),
            ("probes", self.probes > 0),
            ("min_calls", self.min_calls > 0),
            ("half_open_for", !self.half_open_for.is_zero()),
            ("eject_after", self.eject_after > 0),
            ("eject_interval", !self.eject_interval.is_zero()),
        ];
        match positive.iter().find(|(_, fits)| !fits) {
            Some((name, _)) => {
                let key = format!("params.{name}");
                let wrong = format!("{key} is 0");
                Err(Refusal::new(key, wrong, "expected more than 0"))
            }
            None => Ok(()),
        }
    }
}

/// The host of a service that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Routing {
    /// The key's own: hosts are shards.
    Key,
    /// The next in turn: hosts are replicas.
    Any,
}

/// The answer when the service has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// No answer: the request fails.
    None,
    /// The last good answer for the key, if there was one.
    Cache,
}

/// The calls that a closed breaker judges by.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected a number of calls, for example 100, or a duration, for example \"10s\""
)]
pub enum WindowSize {
    /// This number of the last calls.
    Calls(u32),
    /// The calls of this time up to the present.
    Time(Span),
}

impl WindowSize {
    /// An empty window of this size.
    pub fn window(self) -> Box<dyn Window> {
        match self {
            WindowSize::Calls(size) => Box::new(CountWindow::new(size)),
            WindowSize::Time(length) => Box::new(TimeWindow::new(*length)),
        }
    }
}

/// A limit, or none.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a number, for example 20, or \"unlimited\"")]
pub enum Limit {
    /// At most this number.
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
    const NONE: Limit = Limit::Unlimited(Unlimited::Unlimited);

    /// The limit, if there is one.
    pub fn limit(self) -> Option<u32> {
        match self {
            Limit::At(limit) => Some(limit),
            Limit::Unlimited(_) => None,
        }
    }
}
