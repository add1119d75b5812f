//! The breaker, call by call, without a network.

use std::rc::Rc;
use std::time::Duration;

use netsplit_lab_circuit_breaker::{
    Breaker, BreakerConfig, CircuitBreaker, CountedProbes, Decision, Outcome, Permit, Round, State,
    WindowSize,
};
use proptest::collection::vec;
use proptest::prelude::*;

const GOOD: Outcome = Outcome { ok: true, took: Duration::from_millis(1) };
const BAD: Outcome = Outcome { ok: false, ..GOOD };
const SLOW: Outcome = Outcome { ok: true, took: Duration::from_secs(2) };

/// resilience4j's defaults, but for slow calls: those over a second.
fn config() -> BreakerConfig {
    BreakerConfig {
        window: WindowSize::Calls(100),
        failure_rate: 0.5,
        slow_rate: 1.0,
        slow_after: Duration::from_secs(1),
        min_calls: 100,
        consecutive: None,
        open_for: Duration::from_mins(1),
        probes: 10,
        half_open_for: Duration::from_secs(30),
    }
}

fn breaker(config: BreakerConfig) -> CircuitBreaker {
    CircuitBreaker::new(config, Rc::new(CountedProbes))
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn permit(breaker: &mut CircuitBreaker, now: Duration) -> Permit {
    match breaker.try_acquire(now) {
        Decision::Permitted(permit) => permit,
        Decision::Rejected => panic!("rejected at {now:?}: {:?}", breaker.state()),
    }
}

fn is_rejected(breaker: &mut CircuitBreaker, now: Duration) -> bool {
    matches!(breaker.try_acquire(now), Decision::Rejected)
}

/// Makes `count` calls that end with `outcome`.
fn calls(breaker: &mut CircuitBreaker, now: Duration, count: u32, outcome: Outcome) {
    for _ in 0..count {
        let permit = permit(breaker, now);
        breaker.record(now, permit, outcome);
    }
}

fn is_open(breaker: &CircuitBreaker) -> bool {
    matches!(breaker.state(), State::Open { .. })
}

fn is_half_open(breaker: &CircuitBreaker) -> bool {
    matches!(breaker.state(), State::HalfOpen(_))
}

/// One that has just opened.
fn opened(config: BreakerConfig) -> CircuitBreaker {
    let mut breaker = breaker(config);
    calls(&mut breaker, Duration::ZERO, 100, BAD);
    assert!(is_open(&breaker));
    breaker
}

#[test]
fn a_total_outage_opens_it_at_call_100_cold_and_at_the_50th_failure_warm() {
    let mut cold = breaker(config());
    calls(&mut cold, Duration::ZERO, 99, BAD);
    assert_eq!(cold.state(), State::Closed);
    calls(&mut cold, Duration::ZERO, 1, BAD);
    assert!(is_open(&cold));

    let mut warm = breaker(config());
    calls(&mut warm, Duration::ZERO, 250, GOOD);
    calls(&mut warm, Duration::ZERO, 49, BAD);
    assert_eq!(warm.state(), State::Closed);
    calls(&mut warm, Duration::ZERO, 1, BAD);
    assert!(is_open(&warm));
}

#[test]
fn slow_calls_open_it_though_none_failed() {
    let mut breaker = breaker(BreakerConfig { slow_rate: 0.3, ..config() });
    calls(&mut breaker, Duration::ZERO, 100, GOOD);
    calls(&mut breaker, Duration::ZERO, 29, SLOW);
    assert_eq!(breaker.state(), State::Closed);
    calls(&mut breaker, Duration::ZERO, 1, SLOW);
    assert!(is_open(&breaker));
}

#[test]
fn failures_in_a_row_open_it_and_a_good_call_between_them_does_not_count_as_one() {
    let mut breaker = breaker(BreakerConfig { consecutive: Some(5), ..config() });
    for _ in 0..10 {
        calls(&mut breaker, Duration::ZERO, 4, BAD);
        calls(&mut breaker, Duration::ZERO, 1, GOOD);
    }
    calls(&mut breaker, Duration::ZERO, 4, BAD);
    assert_eq!(breaker.state(), State::Closed);
    calls(&mut breaker, Duration::ZERO, 1, BAD);
    assert!(is_open(&breaker));
}

#[test]
fn open_it_rejects_every_call_until_its_time_is_over() {
    let mut breaker = opened(config());
    assert!(is_rejected(&mut breaker, Duration::ZERO));
    assert!(is_rejected(&mut breaker, Duration::from_nanos(59_999_999_999)));
    assert!(!is_rejected(&mut breaker, seconds(60)));
}

#[test]
fn half_open_it_lets_ten_calls_through_and_decides_when_the_last_has_ended() {
    for (bad, closes) in [(0, true), (4, true), (5, false), (10, false)] {
        let mut breaker = opened(config());
        let probes: Vec<_> = (0..10).map(|_| permit(&mut breaker, seconds(60))).collect();
        assert!(is_rejected(&mut breaker, seconds(60)));
        for (number, probe) in probes.into_iter().enumerate() {
            assert!(matches!(breaker.state(), State::HalfOpen(_)));
            breaker.record(seconds(61), probe, if number < bad { BAD } else { GOOD });
        }
        assert_eq!(breaker.state() == State::Closed, closes, "{bad} bad");
        assert_eq!(is_open(&breaker), !closes, "{bad} bad");
    }
}

#[test]
fn a_closed_breaker_has_forgotten_the_outage() {
    let mut breaker = opened(config());
    calls(&mut breaker, seconds(60), 10, GOOD);
    calls(&mut breaker, seconds(61), 99, BAD);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_cancelled_probe_gives_its_permit_back() {
    let mut breaker = opened(config());
    let probes: Vec<_> = (0..10).map(|_| permit(&mut breaker, seconds(60))).collect();
    assert!(is_rejected(&mut breaker, seconds(60)));
    probes.into_iter().for_each(|probe| breaker.cancel(probe));
    calls(&mut breaker, seconds(60), 10, GOOD);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn it_opens_again_when_its_probes_do_not_end() {
    let mut breaker = opened(config());
    let probes: Vec<_> = (0..10).map(|_| permit(&mut breaker, seconds(60))).collect();
    assert!(is_rejected(&mut breaker, seconds(90)));
    assert!(is_open(&breaker));
    // They end in another time, and change nothing.
    assert!(is_rejected(&mut breaker, seconds(149)));
    probes.into_iter().for_each(|probe| breaker.record(seconds(149), probe, GOOD));
    assert!(is_open(&breaker));
}

#[test]
fn outcomes_of_calls_that_began_earlier_are_not_those_of_probes() {
    let mut breaker = breaker(config());
    let old: Vec<_> = (0..20).map(|_| permit(&mut breaker, Duration::ZERO)).collect();
    calls(&mut breaker, Duration::ZERO, 100, BAD);
    let probe = permit(&mut breaker, seconds(60));
    for (number, call) in old.into_iter().enumerate() {
        if number % 2 == 0 {
            breaker.record(seconds(60), call, GOOD);
        } else {
            breaker.cancel(call);
        }
    }
    breaker.record(seconds(60), probe, GOOD);
    assert!(
        matches!(breaker.state(), State::HalfOpen(round) if (round.issued, round.ended.calls) == (1, 1))
    );
}

/// Something that may happen to a breaker.
#[derive(Clone, Debug)]
enum Step {
    Ask,
    End { which: usize, ok: bool },
    Abandon { which: usize },
    Wait { ms: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Ask),
        3 => (any::<usize>(), any::<bool>()).prop_map(|(which, ok)| Step::End { which, ok }),
        1 => any::<usize>().prop_map(|which| Step::Abandon { which }),
        2 => (0u64..400).prop_map(|ms| Step::Wait { ms }),
    ]
}

proptest! {
    /// Whatever callers do: no more probes than permitted, and no half-open breaker that
    /// rejects calls without one in flight or after its time.
    #[test]
    fn it_is_never_stuck_half_open_and_never_lets_too_many_in(steps in vec(step(), 1..300)) {
        let config = BreakerConfig {
            min_calls: 3,
            probes: 2,
            open_for: Duration::from_millis(500),
            half_open_for: seconds(1),
            ..config()
        };
        let mut breaker = breaker(config);
        let (mut now, mut out, mut entered) = (Duration::ZERO, Vec::new(), (0, Duration::ZERO));
        for step in steps {
            match step {
                Step::Ask => {
                    let decision = breaker.try_acquire(now);
                    let (epoch, waits) = (breaker.epoch(), is_half_open(&breaker));
                    if entered.0 != epoch {
                        entered = (epoch, now);
                    }
                    prop_assert!(!waits || now < entered.1 + seconds(1), "too late: {:?}", breaker.state());
                    match decision {
                        Decision::Permitted(permit) => out.push((epoch, permit)),
                        Decision::Rejected => {
                            let probes = out.iter().filter(|(of, _)| *of == epoch).count();
                            prop_assert!(!waits || probes > 0, "stuck: {:?}", breaker.state());
                        }
                    }
                }
                Step::End { which, ok } if !out.is_empty() => {
                    let (_, permit) = out.swap_remove(which % out.len());
                    breaker.record(now, permit, if ok { GOOD } else { BAD });
                }
                Step::Abandon { which } if !out.is_empty() => {
                    let (_, permit) = out.swap_remove(which % out.len());
                    breaker.cancel(permit);
                }
                Step::Wait { ms } => now += Duration::from_millis(ms),
                _ => {}
            }
            if let State::HalfOpen(Round { issued, ended, .. }) = breaker.state() {
                let epoch = breaker.epoch();
                let probes = out.iter().filter(|(of, _)| *of == epoch).count() as u32;
                prop_assert_eq!(issued, probes + ended.calls);
                prop_assert!(issued <= 2 && ended.calls < 2);
            }
        }
    }
}
