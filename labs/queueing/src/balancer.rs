//! Which replica a job goes to.
//!
//! Servers are numbered from 0 and dealt to the leaves in turn: with F leaves, the replicas of
//! leaf l are the servers l, l + F, l + 2F, ... A [`Balancer`] picks one of them by its
//! [`Policy`]. With one leaf it is the plain question of which queue to join.
//!
//! What this leaves out: the numbers of jobs are this front end's own. Several front ends do
//! not tell each other, so the more there are, the less [`Policy::Fewest`] knows, and they herd.

use netsplit_sim::random::unit;
use rand::Rng;

/// How a replica is picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The one with the fewest unanswered jobs: join the shortest queue.
    Fewest,
    /// Any.
    Random,
    /// Each in turn.
    RoundRobin,
}

/// Picks replicas, and keeps count of their unanswered jobs.
#[derive(Debug)]
pub struct Balancer {
    policy: Policy,
    /// Unanswered jobs by server.
    unanswered: Vec<u32>,
    /// Per leaf, the place in its replicas at which the next search starts.
    turn: Vec<usize>,
}

impl Balancer {
    /// A balancer for `servers` servers, dealt to `leaves` leaves.
    ///
    /// # Panics
    /// When a leaf would have no server.
    pub fn new(policy: Policy, servers: usize, leaves: usize) -> Balancer {
        assert!(0 < leaves && leaves <= servers, "{leaves} leaves, {servers} servers");
        Balancer { policy, unanswered: vec![0; servers], turn: vec![0; leaves] }
    }

    /// Picks a replica of `leaf` other than `taken`, and counts one more unanswered job there.
    /// `None` when there is no other.
    pub fn pick(&mut self, leaf: usize, taken: Option<usize>, rng: &mut impl Rng) -> Option<usize> {
        let (turn, replicas) = (self.turn[leaf], self.replicas(leaf));
        let mut free = (turn..turn + replicas)
            .map(|place| leaf + place % replicas * self.turn.len())
            .filter(|server| Some(*server) != taken);
        let picked = match self.policy {
            Policy::Fewest => free.min_by_key(|server| self.unanswered[*server]),
            Policy::RoundRobin => free.next(),
            Policy::Random => {
                let choices = replicas - usize::from(taken.is_some());
                free.nth((unit(rng) * choices as f64) as usize)
            }
        }?;
        self.turn[leaf] = (turn + 1) % replicas;
        self.unanswered[picked] += 1;
        Some(picked)
    }

    /// A job at `server` is answered, or given up.
    pub fn answered(&mut self, server: usize) {
        self.unanswered[server] -= 1;
    }

    fn replicas(&self, leaf: usize) -> usize {
        (self.unanswered.len() - leaf).div_ceil(self.turn.len())
    }
}

#[cfg(test)]
mod tests {
    use netsplit_sim::random::stream;

    use super::*;

    fn picks(policy: Policy, servers: usize, leaves: usize, leaf: usize, n: usize) -> Vec<usize> {
        let mut balancer = Balancer::new(policy, servers, leaves);
        let mut rng = stream(1, "test");
        (0..n).filter_map(|_| balancer.pick(leaf, None, &mut rng)).collect()
    }

    #[test]
    fn a_leaf_is_served_by_its_own_replicas_only() {
        for policy in [Policy::Fewest, Policy::Random, Policy::RoundRobin] {
            let mut picked = picks(policy, 6, 2, 1, 60);
            picked.sort_unstable();
            picked.dedup();
            assert_eq!(picked, [1, 3, 5], "{policy:?}");
        }
    }

    #[test]
    fn round_robin_takes_turns_and_random_does_not() {
        assert_eq!(picks(Policy::RoundRobin, 3, 1, 0, 6), [0, 1, 2, 0, 1, 2]);
        let random = picks(Policy::Random, 3, 1, 0, 3000);
        for server in 0..3 {
            let share = random.iter().filter(|picked| **picked == server).count();
            assert!((900..1100).contains(&share), "server {server}: {share} of 3000");
        }
        assert!(random.windows(2).any(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn the_fewest_unanswered_jobs_win() {
        let mut balancer = Balancer::new(Policy::Fewest, 3, 1);
        let mut rng = stream(1, "test");
        let first: Vec<_> = (0..3).filter_map(|_| balancer.pick(0, None, &mut rng)).collect();
        assert_eq!(first, [0, 1, 2]);
        balancer.answered(1);
        assert_eq!(balancer.pick(0, None, &mut rng), Some(1));
        balancer.answered(2);
        balancer.answered(0);
        assert_eq!(balancer.pick(0, Some(2), &mut rng), Some(0));
    }

    #[test]
    fn a_second_pick_is_another_replica_or_none() {
        for policy in [Policy::Fewest, Policy::Random, Policy::RoundRobin] {
            let mut balancer = Balancer::new(policy, 4, 2);
            let mut rng = stream(1, "test");
            for _ in 0..20 {
                let first = balancer.pick(0, None, &mut rng).unwrap();
                let second = balancer.pick(0, Some(first), &mut rng).unwrap();
                assert_eq!(first + second, 2, "{policy:?}");
            }
            assert_eq!(Balancer::new(policy, 1, 1).pick(0, Some(0), &mut rng), None);
        }
    }
}
