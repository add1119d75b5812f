//! The bulkhead, the ejection of outliers, and the cache, without a network.

use std::time::Duration;

use netsplit_lab_circuit_breaker::{Bulkhead, Cache, Ejection, Outliers};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Envoy's defaults.
fn envoy() -> Ejection {
    Ejection { after: 5, interval: seconds(10), base: seconds(30), at_most: 0.1 }
}

/// Fails five calls to a host.
fn fail(outliers: &mut Outliers, now: Duration, host: usize) {
    for _ in 0..5 {
        outliers.record(now, host, false);
    }
}

#[test]
fn a_bulkhead_has_so_many_places_and_takes_them_back() {
    let mut two = Bulkhead::new(Some(2));
    assert!(two.try_enter() && two.try_enter());
    assert!(!two.try_enter());
    two.leave();
    assert!(two.try_enter());
    assert!(!two.try_enter());
    let mut open = Bulkhead::new(None);
    assert!((0..1_000).all(|_| open.try_enter()));
}

#[test]
fn the_fifth_failure_in_a_row_ejects_a_host() {
    let mut outliers = Outliers::new(envoy(), Outliers::has_room, 10);
    for ok in [false, false, false, false, true, false, false, false, false] {
        assert!(!outliers.record(Duration::ZERO, 3, ok));
    }
    assert!(outliers.is_in(3));
    assert!(outliers.record(Duration::ZERO, 3, false));
    assert!(!outliers.is_in(3));
}

#[test]
fn of_ten_hosts_one_may_be_out_and_of_twenty_two() {
    for (hosts, most) in [(10, 1), (20, 2), (3, 1)] {
        let mut outliers = Outliers::new(envoy(), Outliers::has_room, hosts);
        (0..hosts).for_each(|host| fail(&mut outliers, Duration::ZERO, host));
        let out = (0..hosts).filter(|host| !outliers.is_in(*host)).count();
        assert_eq!(out, most, "of {hosts}");
    }
}

#[test]
fn the_second_ejection_lasts_twice_as_long_and_good_sweeps_forgive() {
    let mut outliers = Outliers::new(envoy(), Outliers::has_room, 10);
    fail(&mut outliers, seconds(0), 3);
    assert!(outliers.sweep(seconds(20)).is_empty());
    assert_eq!(outliers.sweep(seconds(30)), [3]);
    fail(&mut outliers, seconds(31), 3);
    assert!(outliers.sweep(seconds(90)).is_empty());
    assert_eq!(outliers.sweep(seconds(100)), [3]);
    // Two sweeps in the rotation take back both ejections.
    assert!(outliers.sweep(seconds(110)).is_empty());
    assert!(outliers.sweep(seconds(120)).is_empty());
    fail(&mut outliers, seconds(121), 3);
    assert_eq!(outliers.sweep(seconds(151)), [3]);
}

#[test]
fn calls_that_end_after_the_ejection_change_nothing() {
    let mut outliers = Outliers::new(envoy(), Outliers::has_room, 10);
    fail(&mut outliers, seconds(0), 3);
    fail(&mut outliers, seconds(1), 3);
    assert_eq!(outliers.sweep(seconds(30)), [3]);
    assert!(outliers.is_in(3));
}

#[test]
fn without_a_limit_all_hosts_may_be_out() {
    let mut outliers = Outliers::new(envoy(), Outliers::has_always_room, 10);
    (0..10).for_each(|host| fail(&mut outliers, Duration::ZERO, host));
    assert!((0..10).all(|host| !outliers.is_in(host)));
}

#[test]
fn a_leaky_bulkhead_is_full_when_all_its_places_were_given_up() {
    let mut two = Bulkhead::new(Some(2));
    for _ in 0..2 {
        assert!(two.try_enter());
        two.leak();
    }
    assert!(!two.try_enter());
}

#[test]
fn the_cache_knows_the_age_of_the_last_answer_until_it_is_too_old() {
    let mut cache = Cache::default();
    assert_eq!(cache.look_up(seconds(1), "shoes", seconds(9)), None);
    cache.put(seconds(1), "shoes");
    cache.put(seconds(3), "shoes");
    let mut age = |now, key| cache.look_up(seconds(now), key, seconds(9));
    assert_eq!(age(8, "shoes"), Some(seconds(5)));
    assert_eq!(age(12, "shoes"), Some(seconds(9)));
    assert_eq!(age(13, "shoes"), None);
    assert_eq!(age(8, "hats"), None);
}

#[test]
fn a_cache_that_renews_what_it_serves_serves_it_for_ever() {
    let mut cache = Cache::default();
    cache.put(seconds(0), "shoes");
    for now in (9..90).step_by(9) {
        let age = cache.look_up_and_renew(seconds(now), "shoes", seconds(9));
        assert_eq!(age, Some(seconds(9)));
    }
    assert_eq!(cache.look_up(seconds(100), "shoes", seconds(9)), None);
}
