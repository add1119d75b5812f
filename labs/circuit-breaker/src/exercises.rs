//! The exercises of this lab, and the wrapper that compares a learner's code with the reference's.

use std::time::Duration;

use netsplit_scenario::{Exercises, exercise_files};
use netsplit_sim::comparison::{Reference, compare};

use crate::half_open::{Admission, HalfOpen, Round, RoundEnd};
use crate::outlier::OutlierDetector;
use crate::types::{Breaker, BreakerConfig, Decision, Outcome, Permit, State};
use crate::windows::{Call, Tally};

/// The exercises, in the order in which they are taken.
pub(crate) const EXERCISES: Exercises = Exercises {
    lab: "netsplit_lab_circuit_breaker::CircuitBreakerLab",
    steps: exercise_files!(
        "state-machine" => "breaker.rs",
        "half-open-probes" => "half_open.rs",
        "outlier-ejection" => "outlier.rs",
    ),
};

/// A filling that a learner wrote, and the reference beside it in a run that compares.
#[derive(Clone, Debug)]
pub struct Compared<Y, R> {
    yours: Y,
    reference: Reference<R>,
}

impl<Y, R> Compared<Y, R> {
    /// A learner's filling; `reference` makes the reference's if it is needed.
    pub fn new(yours: Y, reference: impl FnOnce() -> R) -> Compared<Y, R> {
        Compared { yours, reference: Reference::new(reference) }
    }
}

impl<Y: Breaker, R: Breaker> Breaker for Compared<Y, R> {
    fn try_acquire(&mut self, now: Duration) -> Decision {
        let before = self.yours.state();
        let decision = self.yours.try_acquire(now);
        let yours = (&decision, self.yours.state());
        if let Some(reference) = self.reference.get_mut() {
            let (expected, state) = (reference.try_acquire(now), reference.state());
            let call = || format!("a call at {now:?}, {}", in_state(before));
            compare(&yours, &(&expected, state), call, |(decision, state)| {
                let decision = match decision {
                    Decision::Permitted(permit) => {
                        format!("permitted it in epoch {}", permit.epoch)
                    }
                    Decision::Rejected => "rejected it".into(),
                };
                format!("{decision} and was {}", in_state(*state))
            });
        }
        decision
    }

    fn record(&mut self, now: Duration, permit: Permit, outcome: Outcome) {
        let (before, epoch) = (self.yours.state(), permit.epoch);
        self.yours.record(now, permit, outcome);
        let yours = (self.yours.state(), self.yours.judged());
        if let Some(reference) = self.reference.get_mut() {
            reference.record(now, Permit { epoch }, outcome);
            let expected = (reference.state(), reference.judged());
            let call = || {
                format!("{outcome:?} of a call of epoch {epoch}, at {now:?}, {}", in_state(before))
            };
            compare(&yours, &expected, call, |(state, judged)| {
                format!("was {} after judging by {judged:?}", in_state(*state))
            });
        }
    }

    fn cancel(&mut self, permit: Permit) {
        let (before, epoch) = (self.yours.state(), permit.epoch);
        self.yours.cancel(permit);
        let yours = self.yours.state();
        if let Some(reference) = self.reference.get_mut() {
            reference.cancel(Permit { epoch });
            let call = || format!("an abandoned call of epoch {epoch}, {}", in_state(before));
            compare(&yours, &reference.state(), call, |state| format!("was {}", in_state(*state)));
        }
    }

    fn state(&self) -> State {
        self.yours.state()
    }

    fn judged(&self) -> Tally {
        self.yours.judged()
    }
}

impl<Y: HalfOpen, R: HalfOpen> HalfOpen for Compared<Y, R> {
    fn try_acquire(&self, config: &BreakerConfig, round: &mut Round, now: Duration) -> Admission {
        let before = *round;
        let admission = self.yours.try_acquire(config, round, now);
        if let Some(reference) = self.reference.get() {
            let mut copy = before;
            let expected = (reference.try_acquire(config, &mut copy, now), copy);
            let call = || format!("a call at {now:?} in {before:?}");
            compare(&(admission, *round), &expected, call, |(admission, round)| {
                format!("answered {admission:?} and left {round:?}")
            });
        }
        admission
    }

    fn record(&self, config: &BreakerConfig, round: &mut Round, call: Call) -> Option<RoundEnd> {
        let before = *round;
        let end = self.yours.record(config, round, call);
        if let Some(reference) = self.reference.get() {
            let mut copy = before;
            let expected = (reference.record(config, &mut copy, call), copy);
            let call = || format!("the end of a probe, {call:?}, in {before:?}");
            compare(&(end, *round), &expected, call, |(end, round)| {
                let end =
                    end.map_or_else(|| "decided nothing".into(), |end| format!("decided {end:?}"));
                format!("{end} and left {round:?}")
            });
        }
        end
    }

    fn cancel(&self, round: &mut Round) {
        let before = *round;
        self.yours.cancel(round);
        if let Some(reference) = self.reference.get() {
            let mut copy = before;
            reference.cancel(&mut copy);
            let call = || format!("an abandoned probe in {before:?}");
            compare(round, &copy, call, |round| format!("left {round:?}"));
        }
    }
}

impl<Y: OutlierDetector, R: OutlierDetector> OutlierDetector for Compared<Y, R> {
    fn record(&mut self, now: Duration, host: usize, ok: bool) -> bool {
        let ejects = self.yours.record(now, host, ok);
        if let Some(reference) = self.reference.get_mut() {
            let outcome = if ok { "a good answer" } else { "a failure" };
            let call = || format!("{outcome} of host {host} at {now:?}");
            compare(&ejects, &reference.record(now, host, ok), call, |ejects| {
                if *ejects { "ejected it" } else { "left it as it was" }.into()
            });
        }
        ejects
    }

    fn tick(&mut self, now: Duration) -> Vec<usize> {
        let returned = self.yours.tick(now);
        if let Some(reference) = self.reference.get_mut() {
            let call = || format!("a tick at {now:?}");
            let tell = |hosts: &Vec<usize>| format!("brought back the hosts {hosts:?}");
            compare(&returned, &reference.tick(now), call, tell);
        }
        returned
    }

    fn in_rotation(&self, host: usize) -> bool {
        let is_in = self.yours.in_rotation(host);
        if let Some(reference) = self.reference.get() {
            let call = || format!("whether host {host} is in the rotation");
            compare(&is_in, &reference.in_rotation(host), call, |is_in| {
                format!("answered {is_in}")
            });
        }
        is_in
    }
}

/// A state in words.
fn in_state(state: State) -> String {
    match state {
        State::Closed => "closed".into(),
        State::Open { until } => format!("open until {until:?}"),
        State::HalfOpen(round) => format!("half-open in {round:?}"),
    }
}
