//! The bound of each algorithm against its definition: every window, counted one by one.

use std::time::Duration;

use netsplit_lab_rate_limiter::limiter::{Estimator, InFlightLimiter};
use netsplit_lab_rate_limiter::{
    ConcurrencyLimit, Decision, FixedWindow, Gcra, LeakyBucket, Limiter, Policy, SlidingCounter,
    SlidingLog, TokenBucket,
};
use proptest::prelude::*;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const POLICY: Policy = Policy { limit: 10, window: ms(1000), burst: 4 };

type Make = fn(&Policy) -> Box<dyn Limiter>;

/// All limiters that go by the clock.
const ALL: &[(&str, Make)] = &[
    ("token bucket", |policy| Box::new(TokenBucket::new(policy))),
    ("GCRA", |policy| Box::new(Gcra::new(policy))),
    ("fixed window", |policy| Box::new(FixedWindow::new(policy))),
    ("sliding log", |policy| Box::new(SlidingLog::new(policy))),
    ("sliding counter", |policy| Box::new(SlidingCounter::new(policy))),
    ("leaky bucket", |policy| Box::new(LeakyBucket::new(policy))),
];

/// When the requests that pass leave, in nanoseconds.
fn admitted(mut limiter: Box<dyn Limiter>, arrivals: &[u64]) -> Vec<u64> {
    let pass = |at: &u64| match limiter.try_acquire(Duration::from_nanos(*at)) {
        Decision::Admit { after } => Some(at + after.as_nanos() as u64),
        Decision::Reject { .. } => None,
    };
    arrivals.iter().filter_map(pass).collect()
}

/// Every window that starts and ends with a request: (how many, how long in nanoseconds).
fn windows(times: &[u64]) -> impl Iterator<Item = (u64, u64)> + '_ {
    let from = move |first: usize| {
        let ends = times[first..].iter().enumerate();
        ends.map(move |(more, last)| (more as u64 + 1, last - times[first]))
    };
    (0..times.len()).flat_map(from)
}

prop_compose! {
    /// Arrivals with gaps from nothing to some intervals, which sometimes meet boundaries.
    fn arrivals()(gaps in prop::collection::vec(
        prop_oneof![3 => 0u64..150_000_000, 1 => Just(0), 1 => Just(100_000_000), 1 => 0u64..2_000_000_000],
        1..150,
    )) -> Vec<u64> {
        let mut at = 0;
        gaps.into_iter().map(|gap| { at += gap; at }).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn buckets_admit_at_most_burst_and_rate_times_t(arrivals in arrivals()) {
        let interval = POLICY.interval().as_nanos() as u64;
        for (name, make) in &ALL[..2] {
            for (held, t) in windows(&admitted(make(&POLICY), &arrivals)) {
                // b + r t, and the standard's floor((tau + t) / T) + 1.
                prop_assert!(held * interval <= 4 * interval + t, "{name}: {held} in {t} ns");
                prop_assert!(held <= (3 * interval + t) / interval + 1, "{name}: {held} in {t} ns");
            }
        }
    }

    #[test]
    fn a_log_admits_at_most_the_limit_in_any_window(arrivals in arrivals()) {
        for (held, t) in windows(&admitted(Box::new(SlidingLog::new(&POLICY)), &arrivals)) {
            prop_assert!(held <= 10 || t >= 1_000_000_000, "{held} in {t} ns");
        }
    }

    #[test]
    fn fixed_windows_and_weighted_ones_admit_less_than_twice_the_limit(arrivals in arrivals()) {
        for (name, make) in &ALL[2..5] {
            let times = admitted(make(&POLICY), &arrivals);
            for index in 0..400 {
                let held = times.iter().filter(|at| *at / 1_000_000_000 == index).count();
                prop_assert!(held <= 10, "{name}: {held} in window {index}");
            }
            for (held, t) in windows(&times) {
                prop_assert!(held <= 20 || t >= 1_000_000_000, "{name}: {held} in {t} ns");
            }
        }
    }

    #[test]
    fn a_leaky_bucket_lets_one_out_per_interval(arrivals in arrivals()) {
        let times = admitted(Box::new(LeakyBucket::new(&POLICY)), &arrivals);
        for pair in times.windows(2) {
            prop_assert!(pair[1] - pair[0] >= 100_000_000, "{pair:?}");
        }
    }

    /// Retry-After is exact: at that time a request passes, and a nanosecond before it does not.
    #[test]
    fn retry_after_is_the_first_instant_that_would_pass(arrivals in arrivals()) {
        for (name, make) in ALL {
            for end in 0..arrivals.len() {
                let state = || {
                    let mut limiter = make(&POLICY);
                    for at in &arrivals[..end] {
                        limiter.try_acquire(Duration::from_nanos(*at));
                    }
                    limiter
                };
                let now = Duration::from_nanos(arrivals[end]);
                let Decision::Reject { retry_after } = state().try_acquire(now) else {
                    continue;
                };
                let then = now + retry_after;
                let early = state().try_acquire(then.saturating_sub(Duration::from_nanos(1)));
                prop_assert!(matches!(early, Decision::Reject { .. }), "{name}: {retry_after:?}");
                let late = state().try_acquire(then);
                prop_assert!(matches!(late, Decision::Admit { .. }), "{name}: {retry_after:?}");
            }
        }
    }

    /// A clock that goes back gives nobody anything that a clock that stood still would not.
    #[test]
    fn no_limiter_gains_from_a_clock_that_goes_back(
        arrivals in arrivals(),
        back in prop::collection::vec(0u64..3_000_000_000, 150),
    ) {
        for (name, make) in ALL {
            let (mut skewed, mut still, mut latest) = (make(&POLICY), make(&POLICY), 0);
            let (mut by_skewed, mut by_still) = (0, 0);
            for (at, back) in arrivals.iter().zip(&back) {
                latest = latest.max(at.saturating_sub(*back));
                let shown = Duration::from_nanos(at.saturating_sub(*back));
                let passes = |decision| u64::from(matches!(decision, Decision::Admit { .. }));
                by_skewed += passes(skewed.try_acquire(shown));
                by_still += passes(still.try_acquire(Duration::from_nanos(latest)));
            }
            prop_assert!(by_skewed <= by_still, "{name}: {by_skewed} and {by_still}");
        }
    }
}

/// Twice the limit across the boundary, and not one less.
#[test]
fn a_fixed_window_admits_twice_the_limit_across_a_boundary() {
    let arrivals: Vec<u64> = (0..40).map(|n| 900_000_000 + n * 5_000_000).collect();
    let times = admitted(Box::new(FixedWindow::new(&POLICY)), &arrivals);
    assert_eq!(times.len(), 20);
    assert!(times[19] - times[0] < 200_000_000);
    assert_eq!(admitted(Box::new(SlidingLog::new(&POLICY)), &arrivals).len(), 10);
}

/// Cloudflare's example: 42 in the last minute, 18 in this one, 15 seconds of it over.
#[test]
fn the_weighted_counter_estimates_forty_nine_and_a_half() {
    let policy = Policy { limit: 50, window: ms(60_000), burst: 1 };
    let mut counter = SlidingCounter::new(&policy);
    for n in 0..42 {
        assert_eq!(counter.try_acquire(ms(n * 1000)), Decision::ADMIT);
    }
    for n in 0..18 {
        let at = if n < 8 { 60_000 } else { 74_900 };
        assert_eq!(counter.try_acquire(ms(at)), Decision::ADMIT, "{n}");
    }
    assert_eq!(counter.estimate(ms(75_000)), 49.5);
    // Half a request too many: the 42 must fade by another half, which takes 60/42 of 0.5 s.
    let retry_after = Duration::from_nanos(714_285_715);
    assert_eq!(counter.try_acquire(ms(75_000)), Decision::Reject { retry_after });
    // A window later the 18 are the previous ones; two windows later there is nothing.
    assert_eq!(counter.estimate(ms(150_000)), 9.0);
    assert_eq!(counter.estimate(ms(180_000)), 0.0);
}

#[test]
fn a_leaky_bucket_says_how_long_to_wait_and_when_it_is_full() {
    let mut bucket = LeakyBucket::new(&POLICY);
    for n in 0..5 {
        let after = ms(100 * n);
        assert_eq!(bucket.try_acquire(ms(0)), Decision::Admit { after });
    }
    let retry_after = ms(100);
    assert_eq!(bucket.try_acquire(ms(0)), Decision::Reject { retry_after });
    assert_eq!(bucket.try_acquire(ms(100)), Decision::Admit { after: ms(400) });
}

#[test]
fn a_concurrency_limit_counts_who_is_in() {
    let mut limit = ConcurrencyLimit::new(&POLICY);
    for _ in 0..10 {
        assert_eq!(limit.try_acquire(ms(0)), Decision::ADMIT);
    }
    let full = Decision::Reject { retry_after: ms(100) };
    assert_eq!(limit.try_acquire(ms(5000)), full);
    limit.release();
    assert_eq!(limit.try_acquire(ms(5000)), Decision::ADMIT);
    assert_eq!(limit.try_acquire(ms(5000)), full);
}

/// Those who ask all the time get the rate to the last token: no remainder is lost.
#[test]
fn a_token_bucket_loses_nothing_however_often_it_is_asked() {
    let mut bucket = TokenBucket::new(&POLICY);
    let asked = (0..12_000_000u64).step_by(7919);
    let passes = |at: &u64| bucket.try_acquire(Duration::from_micros(*at)) == Decision::ADMIT;
    // The burst, and one for each tenth of a second that is over.
    assert_eq!(asked.filter(passes).count(), 4 + 119);
}
