//! Load balancing: the choice of the replica that gets a job.
//!
//! A [`Balancer`] belongs to one front end. With one leaf the choice is the textbook's question
//! which queue to join; the fillings of its seat are the textbook's answers.
//!
//! What this leaves out: load that other front ends cause. Each front end counts its own jobs
//! only, so the more there are, the less [`Fewest`] knows, and they herd.

use netsplit_sim::random::unit;
use rand::Rng;

/// The servers, numbered from 0, and the leaves that they are divided among in turn: with F
/// leaves, the replicas of leaf l are the servers l, l + F, l + 2F, ...
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replicas {
    /// The number of servers.
    pub servers: usize,
    /// The number of leaves, at least 1 and at most `servers`.
    pub leaves: usize,
}

impl Replicas {
    /// The servers of `leaf`, in ascending order; there is at least one.
    pub fn of(self, leaf: usize) -> impl Iterator<Item = usize> {
        (leaf..self.servers).step_by(self.leaves)
    }
}

/// Chooses the server of each job. Its state lasts until its front end crashes.
pub trait Balancer {
    /// Returns the server for the next job of `leaf`: one of [`Replicas::of`] other than `taken`,
    /// which has a copy of the job already. `None` if there is no other.
    ///
    /// The job is sent at once. `rng` is the front end's own generator; draw from it alone, so
    /// that a run depends on its seed only.
    fn pick(&mut self, leaf: usize, taken: Option<usize>, rng: &mut dyn Rng) -> Option<usize>;

    /// A job that was sent to `server` needs no attention any more: it was answered, timed out,
    /// or abandoned. Called once for each server that `pick` returned.
    fn finished(&mut self, server: usize);
}

/// The replicas of each leaf, from a different one on each time, so that none is always first.
pub(crate) struct Rotation {
    replicas: Replicas,
    /// Per leaf, the position at which the next search starts.
    start: Vec<usize>,
}

impl Rotation {
    pub fn new(replicas: Replicas) -> Rotation {
        Rotation { replicas, start: vec![0; replicas.leaves] }
    }

    /// The replicas of `leaf` but `taken`.
    fn next(&mut self, leaf: usize, taken: Option<usize>) -> Vec<usize> {
        let mut servers: Vec<_> = self.replicas.of(leaf).collect();
        let start = self.start[leaf];
        self.start[leaf] = (start + 1) % servers.len();
        servers.rotate_left(start);
        servers.retain(|server| Some(*server) != taken);
        servers
    }
}

/// The replica with the fewest unanswered jobs: join the shortest queue.
pub(crate) struct Fewest {
    rotation: Rotation,
    /// Unanswered jobs by server.
    unanswered: Vec<u32>,
}

impl Fewest {
    pub fn new(replicas: Replicas) -> Fewest {
        Fewest { rotation: Rotation::new(replicas), unanswered: vec![0; replicas.servers] }
    }
}

impl Balancer for Fewest {
    fn pick(&mut self, leaf: usize, taken: Option<usize>, _rng: &mut dyn Rng) -> Option<usize> {
        // Of equals the first wins; the rotation keeps that from being the same server always.
        let replicas = self.rotation.next(leaf, taken).into_iter();
        let server = replicas.min_by_key(|server| self.unanswered[*server])?;
        // The count goes up now: until the answer is here, no other sign of this job is.
        self.unanswered[server] += 1;
        Some(server)
    }

    fn finished(&mut self, server: usize) {
        self.unanswered[server] -= 1;
    }
}

/// Any replica.
pub(crate) struct Random(pub Rotation);

impl Balancer for Random {
    fn pick(&mut self, leaf: usize, taken: Option<usize>, rng: &mut dyn Rng) -> Option<usize> {
        any(&self.0.next(leaf, taken), rng)
    }

    fn finished(&mut self, _server: usize) {}
}

/// Any replica, and for a second copy the one that has the first.
pub(crate) struct SameAgain(pub Random);

impl Balancer for SameAgain {
    fn pick(&mut self, leaf: usize, taken: Option<usize>, rng: &mut dyn Rng) -> Option<usize> {
        taken.or_else(|| self.0.pick(leaf, None, rng))
    }

    fn finished(&mut self, server: usize) {
        self.0.finished(server);
    }
}

/// Each replica in turn.
pub(crate) struct RoundRobin(pub Rotation);

impl Balancer for RoundRobin {
    fn pick(&mut self, leaf: usize, taken: Option<usize>, _rng: &mut dyn Rng) -> Option<usize> {
        self.0.next(leaf, taken).first().copied()
    }

    fn finished(&mut self, _server: usize) {}
}

/// The better of two random replicas: nearly as good as the best of all, and it need not look at
/// all (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001).
pub struct TwoChoices {
    replicas: Replicas,
    /// Unanswered jobs by server.
    unanswered: Vec<u32>,
}

impl TwoChoices {
    /// A balancer that has sent nothing yet.
    pub fn new(replicas: Replicas) -> TwoChoices {
        TwoChoices { replicas, unanswered: vec![0; replicas.servers] }
    }
}

impl Balancer for TwoChoices {
    fn pick(&mut self, leaf: usize, taken: Option<usize>, rng: &mut dyn Rng) -> Option<usize> {
        let mut servers: Vec<_> =
            self.replicas.of(leaf).filter(|server| Some(*server) != taken).collect();
        let first = any(&servers, rng)?;
        // Two different ones: the same one twice would be no choice.
        servers.retain(|server| *server != first);
        let second = any(&servers, rng).unwrap_or(first);
        let server = if self.unanswered[second] < self.unanswered[first] { second } else { first };
        self.unanswered[server] += 1;
        Some(server)
    }

    fn finished(&mut self, server: usize) {
        self.unanswered[server] -= 1;
    }
}

/// One of `servers` at random. Draws one number, even when there is nothing to choose.
fn any(servers: &[usize], mut rng: &mut dyn Rng) -> Option<usize> {
    servers.get((unit(&mut rng) * servers.len() as f64) as usize).copied()
}

#[cfg(test)]
mod tests {
    use netsplit_sim::random::stream;

    use super::*;
    use crate::seats::BALANCER;

    fn make(name: &str, servers: usize, leaves: usize) -> Box<dyn Balancer> {
        let filling = BALANCER.fillings.iter().find(|filling| filling.name == name).unwrap();
        (filling.make)(Replicas { servers, leaves })
    }

    /// The fillings that are not wrong on purpose.
    fn names() -> impl Iterator<Item = &'static str> {
        let right = BALANCER.fillings.iter().filter(|filling| filling.mutant.is_none());
        right.map(|filling| filling.name)
    }

    fn picks(name: &str, servers: usize, leaves: usize, leaf: usize, n: usize) -> Vec<usize> {
        let mut balancer = make(name, servers, leaves);
        let mut rng = stream(1, "test");
        (0..n).filter_map(|_| balancer.pick(leaf, None, &mut rng)).collect()
    }

    #[test]
    fn a_leaf_is_served_by_its_own_replicas_only() {
        for name in names() {
            let mut picked = picks(name, 6, 2, 1, 60);
            picked.sort_unstable();
            picked.dedup();
            assert_eq!(picked, [1, 3, 5], "{name}");
        }
    }

    #[test]
    fn round_robin_takes_turns_and_random_does_not() {
        assert_eq!(picks("round-robin", 3, 1, 0, 6), [0, 1, 2, 0, 1, 2]);
        let random = picks("random", 3, 1, 0, 3000);
        for server in 0..3 {
            let share = random.iter().filter(|picked| **picked == server).count();
            assert!((900..1100).contains(&share), "server {server}: {share} of 3000");
        }
        assert!(random.windows(2).any(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn the_fewest_unanswered_jobs_win() {
        let mut balancer = make("fewest", 3, 1);
        let mut rng = stream(1, "test");
        let first: Vec<_> = (0..3).filter_map(|_| balancer.pick(0, None, &mut rng)).collect();
        assert_eq!(first, [0, 1, 2]);
        balancer.finished(1);
        assert_eq!(balancer.pick(0, None, &mut rng), Some(1));
        balancer.finished(2);
        balancer.finished(0);
        assert_eq!(balancer.pick(0, Some(2), &mut rng), Some(0));
    }

    #[test]
    fn the_longest_of_three_queues_is_never_the_better_of_two() {
        let mut balancer = make("two-choices", 3, 1);
        let mut rng = stream(1, "test");
        let loads =
            |picked: &[usize]| [0, 1, 2].map(|s| picked.iter().filter(|p| **p == s).count());
        let picked: Vec<_> = (0..300).filter_map(|_| balancer.pick(0, None, &mut rng)).collect();
        let loads = loads(&picked);
        assert!(loads.iter().max().unwrap() - loads.iter().min().unwrap() <= 3, "{loads:?}");
    }

    #[test]
    fn a_second_pick_is_another_replica_or_none() {
        for name in names() {
            let mut balancer = make(name, 4, 2);
            let mut rng = stream(1, "test");
            for _ in 0..20 {
                let first = balancer.pick(0, None, &mut rng).unwrap();
                let second = balancer.pick(0, Some(first), &mut rng).unwrap();
                assert_eq!(first + second, 2, "{name}");
            }
            assert_eq!(make(name, 1, 1).pick(0, Some(0), &mut rng), None);
        }
    }
}
