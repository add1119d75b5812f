//! The half-open round: a few probes decide whether a breaker closes or opens again.

use std::rc::Rc;
use std::time::Duration;

use netsplit_lab_circuit_breaker::exercises::Compared;
use netsplit_lab_circuit_breaker::{
    Admission, BreakerConfig, Call, CountedProbes, HalfOpen, Round, RoundEnd, seats,
};
use netsplit_sim::prelude::OpenFilling;

/// The handlers keep nothing themselves: what is known of a round is in its `Round`, which begins
/// with no probes.
pub struct MyHalfOpen;

/// The breaker asks in its half-open state only, about calls of this round only, and carries out
/// what you answer.
impl HalfOpen for MyHalfOpen {
    /// Decides about a call at `now`.
    ///
    /// - At `round.until` or later the round has lasted too long: `Admission::TimeUp`, and the
    ///   breaker opens.
    /// - At most `config.probes` calls are probes, in flight or ended: `Admission::Probe`, and it
    ///   is counted in `round.issued`. Any other: `Admission::Reject`.
    fn try_acquire(&self, config: &BreakerConfig, round: &mut Round, now: Duration) -> Admission {
        todo!("let it through as a probe, or not")
    }

    /// A probe has ended: `round.ended.add(call)`. The last of the `config.probes` decides, by all
    /// of them: `Reopen` if they are broken (`config.is_broken(round.ended)`), otherwise `Close`.
    /// Before the last nothing is decided.
    fn record(&self, config: &BreakerConfig, round: &mut Round, call: Call) -> Option<RoundEnd> {
        todo!("count it, and decide if it is the last")
    }

    /// A probe was abandoned by its caller and will not be recorded: another call can have its
    /// permit.
    fn cancel(&self, round: &mut Round) {
        todo!("take the permit back")
    }
}

/// The filling `my-half-open-probes`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::HALF_OPEN.filling("my-half-open-probes", "My half-open probes", || {
        Rc::new(Compared::new(MyHalfOpen, || CountedProbes))
    })
}
