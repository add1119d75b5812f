//! Nodes share nothing but messages, and the work is the same under every variant.

use netsplit_harness::testing::load;
use netsplit_history::{Run, Status};
use netsplit_lab_retry_jitter::RetryJitter;

fn run(name: &str, set: &[&str]) -> Run {
    let (run, _) = load(&RetryJitter, name, set).run(1).unwrap();
    assert!(run.littles_law.holds(), "{:?}", run.littles_law);
    run
}

fn total(run: &Run, name: &str) -> f64 {
    let points = run.series.get(name).map(|series| &series.points);
    points.into_iter().flatten().map(|point| point.value).sum()
}

#[test]
fn with_all_links_cut_no_server_is_asked_and_nothing_is_charged() {
    let cut = "network.loss=100%";
    for name in ["calm", "contention", "amplification"] {
        let run = run(name, &[cut]);
        let ok = run.operations.iter().filter(|op| op.status == Status::Ok);
        assert_eq!(ok.count(), 0, "{name}");
        assert_eq!(total(&run, "tries"), 0.0, "{name}");
        assert!(run.events.is_empty(), "{name}: {:?}", run.events);
    }
}

#[test]
fn a_proxy_behind_a_cut_link_asks_no_server() {
    let cut = "network.link=[{ between = [\"p1\", \"p2\"], loss = \"100%\" }]";
    let run = run("amplification", &[cut]);
    assert!(total(&run, "retries") > 0.0, "p1 is asked, and asks in vain");
    assert_eq!(total(&run, "tries"), 0.0);
}

#[test]
fn two_servers_know_nothing_of_each_others_receipts() {
    let two = ["nodes.servers.count=2", "duration=10s"];
    let run = run("double-charge", &two);
    assert!(total(&run, "duplicates") > 0.0, "each knows its own");
    assert_eq!(run.measured["double_charges"], 0.0, "a charge has one home");
}

#[test]
fn the_variant_leaves_arrivals_and_work_alone() {
    let world = |variant: &str| {
        let exponential = "params.service={ exponential = { mean = \"5ms\" } }";
        let set = [&format!("variant={variant}"), exponential, "duration=5s"];
        let run = run("calm", &set.map(|set| set as &str));
        let mut arrivals: Vec<_> = run.operations.iter().map(|op| op.intended).collect();
        let mut work: Vec<_> = run.observed["service"].iter().map(|of| of.value).collect();
        arrivals.sort_unstable();
        work.sort_unstable();
        (arrivals, work)
    };
    let reference = world("reference");
    assert!(reference.0.len() > 900);
    for variant in ["naive", "exponential", "admission=lifo"] {
        assert!(reference == world(variant), "{variant}");
    }
}
