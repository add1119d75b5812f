//! The half-open round: a few probes decide whether a breaker closes or opens again.
//!
//! Everything that is hard about a breaker is in this round: that there are no more probes than
//! [`BreakerConfig::probes`], that the permit of none is lost, and that the round ends even if its
//! probes do not. The handlers of [`HalfOpen`] decide it over a [`Round`] that the breaker keeps;
//! the reference is [`CountedProbes`].
//!
//! Left out: opening at the first probes whose failures settle the matter. A round waits for all
//! its probes, as in resilience4j, so that it decides by a sample of known size.

use std::time::Duration;

use crate::types::BreakerConfig;
use crate::windows::{Call, Tally};

/// A half-open round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// When it is over at the latest: a call that comes at `until` or later opens the breaker.
    pub until: Duration,
    /// Permits issued in this round and not cancelled.
    pub issued: u32,
    /// The probes that have ended, at most `issued`.
    pub ended: Tally,
}

impl Round {
    /// A round before its first probe.
    pub fn new(until: Duration) -> Round {
        Round { until, issued: 0, ended: Tally::default() }
    }
}

/// The answer to a call that finds the breaker half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It goes through as a probe.
    Probe,
    /// It is rejected: all probes of the round have been issued.
    Reject,
    /// It is rejected, and the breaker opens: the round has lasted too long.
    TimeUp,
}

/// The decision of a round's probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundEnd {
    /// The target is well: the breaker closes.
    Close,
    /// The target is not: the breaker opens again.
    Reopen,
}

/// The handlers of a half-open round.
///
/// The breaker calls them in its half-open state only, and with permits of this round only. It
/// starts a round with [`Round::new`], at [`half_open_for`](BreakerConfig::half_open_for) from the
/// present, and carries out what they answer. The rules are those of resilience4j
/// (`permittedNumberOfCallsInHalfOpenState`, `maxWaitDurationInHalfOpenState`).
pub trait HalfOpen {
    /// Decides about a call at `now`. At most [`probes`](BreakerConfig::probes) calls are in
    /// flight or ended in a round, and none begins at `round.until` or later.
    fn try_acquire(&self, config: &BreakerConfig, round: &mut Round, now: Duration) -> Admission;

    /// Counts a probe that has ended. The last one decides, by the rates of all of them
    /// ([`BreakerConfig::is_broken`]); before, it returns `None`.
    fn record(&self, config: &BreakerConfig, round: &mut Round, call: Call) -> Option<RoundEnd>;

    /// Takes back the permit of a probe that was abandoned, so that another call can have it.
    fn cancel(&self, round: &mut Round);
}

/// The reference: counts permits as they are issued, and decides when all have ended.
#[derive(Clone, Copy, Debug)]
pub struct CountedProbes;

impl HalfOpen for CountedProbes {
    fn try_acquire(&self, config: &BreakerConfig, round: &mut Round, now: Duration) -> Admission {
        // Probes whose callers wait for ever must not keep the breaker half-open for ever.
        if now >= round.until {
            return Admission::TimeUp;
        }
        // Counted when issued, not when ended: while the first probes are slow, everybody comes.
        if round.issued >= config.probes {
            return Admission::Reject;
        }
        round.issued += 1;
        Admission::Probe
    }

    fn record(&self, config: &BreakerConfig, round: &mut Round, call: Call) -> Option<RoundEnd> {
        round.ended.add(call);
        // Fewer probes are no sample: one lucky call would close the breaker.
        let all_ended = round.ended.calls >= config.probes;
        let end = if config.is_broken(round.ended) { RoundEnd::Reopen } else { RoundEnd::Close };
        all_ended.then_some(end)
    }

    fn cancel(&self, round: &mut Round) {
        // Otherwise the round would wait for an outcome that nobody will ever record.
        round.issued -= 1;
    }
}
