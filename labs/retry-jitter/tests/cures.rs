//! The edges of the cures, and of the shapes that a run may have.

use netsplit_check::Verdict;
use netsplit_harness::testing::load;
use netsplit_lab_retry_jitter::RetryJitter;

/// With `set`, the scenario misses the expectation that starts with `expected`.
fn fails(name: &str, set: &[&str], expected: &str) {
    let (_, findings) = load(&RetryJitter, name, set).run(1).unwrap();
    let unmet = |finding: &&netsplit_check::Finding| finding.verdict == Verdict::Fail;
    let mut unmet = findings.expectations.iter().filter(unmet);
    assert!(
        unmet.any(|finding| finding.text.starts_with(expected)),
        "{name} {set:?}: {findings:#?}"
    );
}

/// The claims of the scenarios about other settings than theirs.
#[test]
fn a_cure_has_an_edge() {
    for beyond in ["params.retry_ratio=0.6", "load.clients.rate=280/s"] {
        fails("metastable-budget", &[beyond], "availability");
    }
    fails("metastable-throttling", &["params.throttle_window=2m"], "availability");
    fails("metastable-deadlines", &["params.deadlines=none"], "availability");
}

/// The failure itself: with any one cure, the expectation that nothing is ever served fails.
#[test]
fn each_cure_ends_the_metastable_failure() {
    let dead = "throughput < 1/s";
    fails("metastable", &["variant=reference"], dead);
    fails("metastable", &["variant=naive,admission=drop-expired"], dead);
    fails("metastable", &["variant=naive,admission=lifo"], dead);
    fails("metastable", &["variant=naive,admission=shed", "params.queue_limit=100"], dead);
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    for (name, set, told) in [
        ("hedging", "nodes.servers.count=150", "150 servers cannot be divided evenly among 100"),
        ("calm", "params.fan_out=0", "cannot be divided evenly among 0 leaves"),
        ("calm", "params.tries=0", "params.tries is 0"),
    ] {
        let why = load(&RetryJitter, name, &[set]).run(1).unwrap_err().to_string();
        assert!(why.contains(told), "{why}");
    }
}
