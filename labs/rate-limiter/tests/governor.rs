//! The token bucket and GCRA decide as the `governor` crate does, request by request.
//!
//! governor is what many Rust services limit with; it is GCRA on whole nanoseconds. Both sides
//! see the same arrivals, at rates whose period is whole microseconds, and must agree on every
//! decision and on every waiting time.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, FakeRelativeClock};
use governor::{Quota, RateLimiter};
use netsplit_lab_rate_limiter::{Decision, Gcra, Limiter, Policy, TokenBucket};
use proptest::prelude::*;

/// One request per `period_us`, and `burst` at once.
fn policy(period_us: u64, burst: u32) -> Policy {
    Policy { limit: 1, window: Duration::from_micros(period_us), burst }
}

/// Governor's decisions about requests with these gaps between them, in nanoseconds.
fn governors(policy: &Policy, gaps: &[u64]) -> Vec<Decision> {
    let burst = NonZeroU32::new(policy.burst).expect("a burst");
    let quota = Quota::with_period(policy.interval()).expect("a period above zero");
    let clock = FakeRelativeClock::default();
    let limiter = RateLimiter::direct_with_clock(quota.allow_burst(burst), clock.clone());
    let decide = |gap: &u64| {
        clock.advance(Duration::from_nanos(*gap));
        match limiter.check() {
            Ok(()) => Decision::ADMIT,
            Err(until) => Decision::Reject { retry_after: until.wait_time_from(clock.now()) },
        }
    };
    gaps.iter().map(decide).collect()
}

/// The decisions of a limiter of ours.
fn ours(mut limiter: impl Limiter, gaps: &[u64]) -> Vec<Decision> {
    let mut now = Duration::ZERO;
    let decide = |gap: &u64| {
        now += Duration::from_nanos(*gap);
        limiter.try_acquire(now)
    };
    gaps.iter().map(decide).collect()
}

fn agree(policy: &Policy, gaps: &[u64]) {
    let expected = governors(policy, gaps);
    let bucket = ours(TokenBucket::new(policy), gaps);
    let differs = bucket.iter().zip(&expected).position(|(a, b)| a != b);
    assert_eq!(differs, None, "{policy:?}: the token bucket");
    let gcra = ours(Gcra::new(policy), gaps);
    let differs = gcra.iter().zip(&expected).position(|(a, b)| a != b);
    assert_eq!(differs, None, "{policy:?}: GCRA");
}

/// Numbers that look random: Knuth's generator.
fn noise(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 11
}

/// 1,000 requests a second and 7, one a minute, one per microsecond; under and over the limit,
/// with pauses that fill the bucket.
#[test]
fn a_hundred_thousand_decisions_are_governors() {
    let mut state = 1;
    for (period_us, burst) in [(1000, 20), (142_857, 3), (60_000_000, 1), (1, 100), (500, 7)] {
        let policy = policy(period_us, burst);
        let period = period_us * 1000;
        let gaps: Vec<u64> = (0..20_000)
            .map(|n| match n % 1000 {
                0 => noise(&mut state) % (period * 2 * u64::from(burst)),
                1..500 => noise(&mut state) % period,
                _ => noise(&mut state) % (3 * period),
            })
            .collect();
        let decisions = ours(TokenBucket::new(&policy), &gaps);
        let admitted = decisions.iter().filter(|of| **of == Decision::ADMIT).count();
        assert!((5_000..18_000).contains(&admitted), "{policy:?}: {admitted}");
        agree(&policy, &gaps);
    }
}

/// At the very nanosecond at which a token is whole, and one before.
#[test]
fn the_edge_is_the_same_nanosecond() {
    let policy = policy(1000, 3);
    agree(&policy, &[0, 0, 0, 0, 999_999, 1, 0, 1_000_000, 2_999_999, 0, 0, 0, 1]);
}

proptest! {
    #[test]
    fn any_arrivals_are_decided_alike(
        period_us in 1u64..100_000,
        burst in 1u32..50,
        gaps in prop::collection::vec(0u64..200_000_000, 1..200),
    ) {
        agree(&policy(period_us, burst), &gaps);
    }
}
