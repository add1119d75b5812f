//! The exercises of this lab, and the wrapper that compares a learner's balancer with the rule.
//!
//! A hedging is an async function, which is judged by the run alone.

use netsplit_sim::comparison::{differ, is_comparing};
use netsplit_sim::prelude::*;
use rand::Rng;

pub use tokio::select;

use crate::balancer::{Balancer, Replicas};

/// The exercises, in the order in which they are taken.
pub(crate) const EXERCISES: Exercises = Exercises {
    lab: "netsplit_lab_queueing::Queueing",
    steps: exercise_files!(
        "two-choices" => "balancer.rs",
        "hedging" => "hedging.rs",
    ),
};

/// A balancer that a learner wrote. How it draws is its own affair; in a run that compares, each pick
/// must be one that two choices could make.
pub struct ComparedBalancer<B> {
    yours: B,
    replicas: Replicas,
    /// Unanswered jobs by server.
    unanswered: Vec<u32>,
}

impl<B> ComparedBalancer<B> {
    /// A learner's balancer over these replicas.
    pub fn new(yours: B, replicas: Replicas) -> ComparedBalancer<B> {
        ComparedBalancer { yours, replicas, unanswered: vec![0; replicas.servers] }
    }

    /// What two choices among `servers` could have answered, if not this.
    fn objection(&self, pick: Option<usize>, servers: &[usize]) -> Option<String> {
        let Some(server) = pick else {
            return servers
                .first()
                .map(|server| format!("would have chosen one, such as {server}"));
        };
        if !servers.contains(&server) {
            return Some(format!("would have chosen one of {servers:?}"));
        }
        let unanswered = |server: usize| self.unanswered[server];
        let others = servers.iter().copied().filter(|other| *other != server);
        // It was compared with one of them, and did not have more.
        let most = others.map(unanswered).max()?;
        (unanswered(server) > most)
            .then(|| "would have chosen the other that it compared, whichever that was".into())
    }
}

impl<B: Balancer> Balancer for ComparedBalancer<B> {
    fn pick(&mut self, leaf: usize, taken: Option<usize>, rng: &mut dyn Rng) -> Option<usize> {
        let pick = self.yours.pick(leaf, taken, rng);
        if is_comparing() {
            let of_leaf = self.replicas.of(leaf);
            let servers: Vec<_> = of_leaf.filter(|server| Some(*server) != taken).collect();
            if let Some(rule) = self.objection(pick, &servers) {
                let load =
                    |server: &usize| format!("server {server} has {}", self.unanswered[*server]);
                let loads: Vec<_> = servers.iter().map(load).collect();
                let call = format!("a job of leaf {leaf}, unanswered: {}", loads.join(", "));
                let chosen = pick.map_or("no server".into(), |server| format!("server {server}"));
                differ(call, format!("chose {chosen}"), rule);
            }
            if let Some(count) = pick.and_then(|server| self.unanswered.get_mut(server)) {
                *count += 1;
            }
        }
        pick
    }

    fn finished(&mut self, server: usize) {
        self.yours.finished(server);
        if let Some(count) = self.unanswered.get_mut(server) {
            *count = count.saturating_sub(1);
        }
    }
}
