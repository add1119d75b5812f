//! The bulkhead, the ejection of outliers, and the cache, without a network.

use std::time::Duration;

use netsplit_lab_circuit_breaker::{
    AnswerCache, Bulkhead, EjectionConfig, LastAnswers, LeakyBulkhead, OutlierDetector, Outliers,
    RenewingCache, SemaphoreBulkhead, ServiceName,
};

const SHOES: (ServiceName, u64) = (ServiceName::Stock, 1);
const HATS: (ServiceName, u64) = (ServiceName::Stock, 2);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Envoy's defaults.
fn envoy() -> EjectionConfig {
    EjectionConfig { after: 5, interval: seconds(10), base: seconds(30), at_most: 0.1 }
}

/// Fails five calls to a host.
fn fail(outliers: &mut Outliers, now: Duration, host: usize) {
    for _ in 0..5 {
        outliers.record(now, host, false);
    }
}

#[test]
fn a_bulkhead_has_its_capacity_of_slots_and_takes_them_back() {
    let mut two = SemaphoreBulkhead::new(Some(2));
    assert!(two.try_enter() && two.try_enter());
    assert!(!two.try_enter());
    two.leave();
    assert!(two.try_enter());
    assert!(!two.try_enter());
    two.abandon();
    assert!(two.try_enter());
    let mut open = SemaphoreBulkhead::new(None);
    assert!((0..1_000).all(|_| open.try_enter()));
}

#[test]
fn the_fifth_failure_in_a_row_ejects_a_host() {
    let mut outliers = Outliers::new(envoy(), 10);
    for ok in [false, false, false, false, true, false, false, false, false] {
        assert!(!outliers.record(Duration::ZERO, 3, ok));
    }
    assert!(outliers.in_rotation(3));
    assert!(outliers.record(Duration::ZERO, 3, false));
    assert!(!outliers.in_rotation(3));
}

#[test]
fn of_ten_hosts_one_may_be_out_and_of_twenty_two() {
    for (hosts, most) in [(10, 1), (20, 2), (3, 1)] {
        let mut outliers = Outliers::new(envoy(), hosts);
        (0..hosts).for_each(|host| fail(&mut outliers, Duration::ZERO, host));
        let out = (0..hosts).filter(|host| !outliers.in_rotation(*host)).count();
        assert_eq!(out, most, "of {hosts}");
    }
}

#[test]
fn the_second_ejection_lasts_twice_as_long_and_ticks_in_the_rotation_forgive() {
    let mut outliers = Outliers::new(envoy(), 10);
    fail(&mut outliers, seconds(0), 3);
    assert!(outliers.tick(seconds(20)).is_empty());
    assert_eq!(outliers.tick(seconds(30)), [3]);
    fail(&mut outliers, seconds(31), 3);
    assert!(outliers.tick(seconds(90)).is_empty());
    assert_eq!(outliers.tick(seconds(100)), [3]);
    // Two ticks in the rotation take back both ejections.
    assert!(outliers.tick(seconds(110)).is_empty());
    assert!(outliers.tick(seconds(120)).is_empty());
    fail(&mut outliers, seconds(121), 3);
    assert_eq!(outliers.tick(seconds(151)), [3]);
}

#[test]
fn calls_that_end_after_the_ejection_change_nothing() {
    let mut outliers = Outliers::new(envoy(), 10);
    fail(&mut outliers, seconds(0), 3);
    fail(&mut outliers, seconds(1), 3);
    assert_eq!(outliers.tick(seconds(30)), [3]);
    assert!(outliers.in_rotation(3));
}

#[test]
fn with_a_limit_of_all_hosts_all_may_be_out() {
    let mut outliers = Outliers::new(EjectionConfig { at_most: 1.0, ..envoy() }, 10);
    (0..10).for_each(|host| fail(&mut outliers, Duration::ZERO, host));
    assert!((0..10).all(|host| !outliers.in_rotation(host)));
}

#[test]
fn a_leaky_bulkhead_is_full_when_all_its_callers_have_given_up() {
    let mut two = LeakyBulkhead(SemaphoreBulkhead::new(Some(2)));
    for _ in 0..2 {
        assert!(two.try_enter());
        two.abandon();
    }
    assert!(!two.try_enter());
}

#[test]
fn the_cache_knows_the_age_of_the_last_answer_until_it_is_too_old() {
    let mut cache = LastAnswers::default();
    assert_eq!(cache.look_up(seconds(1), SHOES, seconds(9)), None);
    cache.put(seconds(1), SHOES);
    cache.put(seconds(3), SHOES);
    let mut age = |now, key| cache.look_up(seconds(now), key, seconds(9));
    assert_eq!(age(8, SHOES), Some(seconds(5)));
    assert_eq!(age(12, SHOES), Some(seconds(9)));
    assert_eq!(age(13, SHOES), None);
    assert_eq!(age(8, HATS), None);
}

#[test]
fn a_cache_that_renews_what_it_serves_serves_it_for_ever() {
    let mut cache = RenewingCache::default();
    cache.put(seconds(0), SHOES);
    for now in (9..90).step_by(9) {
        let age = cache.look_up(seconds(now), SHOES, seconds(9));
        assert_eq!(age, Some(seconds(9)));
    }
    assert_eq!(cache.look_up(seconds(91), SHOES, seconds(9)), None);
}
