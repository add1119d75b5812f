//! The seats can be filled from another crate, such as this one.

use netsplit_check::Verdict;
use netsplit_harness::testing::load;
use netsplit_lab_queueing::{Balancer, InFlight, Leaf, Outcome, Queueing, Replicas, seats};
use netsplit_sim::Lab;
use netsplit_sim::rand::Rng;

/// Sends everything to the first replica.
struct First(Replicas);

impl Balancer for First {
    fn pick(&mut self, leaf: usize, taken: Option<usize>, _rng: &mut dyn Rng) -> Option<usize> {
        self.0.of(leaf).find(|server| Some(*server) != taken)
    }

    fn finished(&mut self, _server: usize) {}
}

/// Waits for the first copy, and asks again only when it is rejected.
async fn second_opinion(mut leaf: Leaf, first: InFlight) -> Outcome {
    match first.await {
        Outcome::Rejected => match leaf.send_copy() {
            Some(second) => second.await,
            None => Outcome::Rejected,
        },
        outcome => outcome,
    }
}

#[test]
fn a_balancer_of_another_crate_balances() {
    let lab = Queueing.with(
        seats::BALANCER.filling("first", "The first replica", |replicas| Box::new(First(replicas))),
    );
    let first = load(lab, "pooled-or-split", &["variant=first", "duration=20s"]);
    let (run, findings) = first.run(1).unwrap();
    assert_eq!(findings.verdict, Verdict::Fail, "one of four servers cannot do the work");
    let utilisation = first.measure(&run, "utilisation").unwrap().value.number();
    assert!((0.23..0.26).contains(&utilisation), "one of four is busy: {utilisation}");
}

#[test]
fn a_hedging_of_another_crate_hedges() {
    let lab =
        Queueing
            .with(seats::HEDGING.filling("second-opinion", "", |leaf, first| {
                Box::pin(second_opinion(leaf, first))
            }));
    let shape = ["nodes.servers.count=2", "params.queue_limit=0", "load.clients.rate=60/s"];
    let rejected = |variant: &str| {
        let set = [&shape[..], &[variant, "duration=60s"]].concat();
        let experiment = load(lab, "bounded-queue", &set);
        let (run, _) = experiment.run(1).unwrap();
        experiment.measure(&run, "rejected_rate").unwrap().value.number()
    };
    let once = rejected("variant=random");
    let twice = rejected("variant=random,hedging=second-opinion");
    assert!(twice < once, "rejected: {once} with one copy, {twice} with two");
}
