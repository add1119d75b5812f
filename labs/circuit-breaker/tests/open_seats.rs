//! Fillings from another crate, as large as an exercise: a breaker, a half-open round, and a
//! detector of outliers, written anew from the contracts.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use netsplit_check::Verdict;
use netsplit_harness::testing::load;
use netsplit_lab_circuit_breaker::{
    Admission, Breaker, BreakerConfig, Call, CircuitBreakerLab, Decision, EjectionConfig, HalfOpen,
    Outcome, OutlierDetector, Permit, Round, RoundEnd, State, Tally, Window, seats,
};
use netsplit_sim::Lab;

/// The run of `scenario` with the filling passes, and is the same as the reference's.
fn passes(lab: &'static dyn Lab, scenario: &str) {
    let (theirs, _) = load(lab, scenario, &[]).run(1).expect("the lab can be built");
    let mine = load(lab, scenario, &["variant=mine"]);
    let (run, findings) = mine.run(1).expect("the lab can be built");
    assert_eq!(findings.verdict, Verdict::Pass, "{scenario}: {findings:#?}");
    assert_eq!(run.fingerprint, theirs.fingerprint, "{scenario}");
}

struct MyBreaker {
    config: BreakerConfig,
    half_open: Rc<dyn HalfOpen>,
    state: State,
    epoch: u64,
    window: Box<dyn Window>,
    in_a_row: u32,
    judged: Tally,
}

impl MyBreaker {
    fn change(&mut self, state: State) {
        (self.state, self.epoch) = (state, self.epoch + 1);
        if state == State::Closed {
            (self.window, self.in_a_row) = (self.config.window.window(), 0);
        }
    }
}

impl Breaker for MyBreaker {
    fn try_acquire(&mut self, now: Duration) -> Decision {
        if matches!(self.state, State::Open { until } if until <= now) {
            self.change(State::HalfOpen(Round::new(now + self.config.half_open_for)));
        }
        if matches!(self.state, State::Open { .. }) {
            return Decision::Rejected;
        }
        if let State::HalfOpen(round) = &mut self.state {
            match self.half_open.try_acquire(&self.config, round, now) {
                Admission::Probe => {}
                Admission::Reject => return Decision::Rejected,
                Admission::TimeUp => {
                    self.change(State::Open { until: now + self.config.open_for });
                    return Decision::Rejected;
                }
            }
        }
        Decision::Permitted(Permit { epoch: self.epoch })
    }

    fn record(&mut self, now: Duration, permit: Permit, outcome: Outcome) {
        if permit != (Permit { epoch: self.epoch }) {
            return;
        }
        let opened = State::Open { until: now + self.config.open_for };
        let call = Call { failed: !outcome.ok, slow: outcome.took > self.config.slow_after };
        if let State::HalfOpen(round) = &mut self.state {
            let decided = self.half_open.record(&self.config, round, call);
            self.judged = round.ended;
            match decided {
                Some(RoundEnd::Close) => self.change(State::Closed),
                Some(RoundEnd::Reopen) => self.change(opened),
                None => {}
            }
        } else {
            self.judged = self.window.record(now, call);
            self.in_a_row = if outcome.ok { 0 } else { self.in_a_row + 1 };
            let config = &self.config;
            let judges = self.judged.calls >= config.min_calls && config.is_broken(self.judged);
            if judges || config.consecutive.is_some_and(|limit| self.in_a_row >= limit) {
                self.change(opened);
            }
        }
    }

    fn cancel(&mut self, permit: Permit) {
        match &mut self.state {
            State::HalfOpen(round) if permit.epoch == self.epoch => self.half_open.cancel(round),
            _ => {}
        }
    }

    fn state(&self) -> State {
        self.state
    }

    fn judged(&self) -> Tally {
        self.judged
    }
}

#[test]
fn a_breaker_from_another_crate_fills_its_seat() {
    let mine = seats::BREAKER.filling("mine", "Written elsewhere", |config, half_open| {
        Box::new(MyBreaker {
            window: config.window.window(),
            config,
            half_open,
            state: State::Closed,
            epoch: 0,
            in_a_row: 0,
            judged: Tally::default(),
        })
    });
    let lab = CircuitBreakerLab.with(mine);
    for scenario in ["recovery", "lost-probes", "late-outcomes", "consecutive", "hystrix"] {
        passes(lab, scenario);
    }
}

struct MyProbes;

impl HalfOpen for MyProbes {
    fn try_acquire(&self, config: &BreakerConfig, round: &mut Round, now: Duration) -> Admission {
        match (now < round.until, round.issued < config.probes) {
            (false, _) => Admission::TimeUp,
            (true, false) => Admission::Reject,
            (true, true) => {
                round.issued += 1;
                Admission::Probe
            }
        }
    }

    fn record(&self, config: &BreakerConfig, round: &mut Round, call: Call) -> Option<RoundEnd> {
        round.ended.add(call);
        match (round.ended.calls == config.probes, config.is_broken(round.ended)) {
            (false, _) => None,
            (true, false) => Some(RoundEnd::Close),
            (true, true) => Some(RoundEnd::Reopen),
        }
    }

    fn cancel(&self, round: &mut Round) {
        round.issued -= 1;
    }
}

#[test]
fn half_open_handlers_from_another_crate_fill_their_seat() {
    let mine = seats::HALF_OPEN.filling("mine", "Written elsewhere", || Rc::new(MyProbes));
    let lab = CircuitBreakerLab.with(mine);
    for scenario in ["recovery", "lost-probes"] {
        passes(lab, scenario);
    }
}

/// The last outcomes of each host, and when and how often it was ejected.
struct MyDetector {
    config: EjectionConfig,
    hosts: Vec<(VecDeque<bool>, Option<Duration>, u32)>,
}

impl OutlierDetector for MyDetector {
    fn record(&mut self, now: Duration, host: usize, ok: bool) -> bool {
        let out = (0..self.hosts.len()).filter(|host| !self.in_rotation(*host)).count();
        let room = self.config.at_most * self.hosts.len() as f64;
        let (last, since, times) = &mut self.hosts[host];
        if since.is_some() {
            return false;
        }
        last.push_back(ok);
        let after = self.config.after as usize;
        while last.len() > after {
            last.pop_front();
        }
        let is_bad = last.len() == after && !last.contains(&true);
        let ejects = is_bad && (out == 0 || (out + 1) as f64 <= room);
        if ejects {
            last.clear();
            (*since, *times) = (Some(now), *times + 1);
        }
        ejects
    }

    fn tick(&mut self, now: Duration) -> Vec<usize> {
        let mut back = Vec::new();
        for (number, (_, since, times)) in self.hosts.iter_mut().enumerate() {
            match *since {
                None => *times = times.saturating_sub(1),
                Some(at) if now >= at + self.config.base * *times => {
                    *since = None;
                    back.push(number);
                }
                Some(_) => {}
            }
        }
        back
    }

    fn in_rotation(&self, host: usize) -> bool {
        self.hosts[host].1.is_none()
    }
}

#[test]
fn a_detector_from_another_crate_fills_its_seat() {
    let mine = seats::EJECTION.filling("mine", "Written elsewhere", |config, hosts| {
        Box::new(MyDetector { config, hosts: vec![(VecDeque::new(), None, 0); hosts] })
    });
    let lab = CircuitBreakerLab.with(mine);
    for scenario in ["outlier-ejection", "ejection-limit"] {
        passes(lab, scenario);
    }
}
