//! The choice of a server for each request.
//!
//! A [`Pick`] belongs to one balancer. It sees what its balancer knows, which is less than there is to
//! know: its own requests exactly, and those of others as of the last report.

use netsplit_sim::random::unit;
use rand::Rng;

use crate::params::Params;

/// What a balancer knows of a server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// Requests that this balancer has sent it, and that have not ended. Always right.
    pub outstanding: u32,
    /// Requests of all balancers that it had when it last answered a health check.
    pub reported: u32,
    /// The share of an equal server's load that it can take: 1, or less in slow start. Above 0.
    pub weight: f64,
}

impl Default for Known {
    fn default() -> Self {
        Known { outstanding: 0, reported: 0, weight: 1.0 }
    }
}

/// Chooses the server of each request.
pub trait Pick {
    /// Returns one of `open`, the servers that may be chosen, in ascending order; there is at least
    /// one. `known` has an entry for every server, by its number. The request is sent at once.
    ///
    /// Draw from `rng` alone, so that a run depends on its seed only.
    fn pick(&mut self, open: &[usize], known: &[Known], rng: &mut dyn Rng) -> usize;
}

/// Makes the pick of one balancer.
pub type MakePick = fn(&Params) -> Box<dyn Pick>;

/// The load of a server as a balancer compares it: the less, the better.
pub type Load = fn(&Known) -> f64;

/// The requests that the server would have of this balancer with the next one, for its weight.
pub fn own_load(known: &Known) -> f64 {
    f64::from(known.outstanding + 1) / known.weight
}

/// The requests that the server had at its last report, whoever sent them.
pub fn reported_load(known: &Known) -> f64 {
    f64::from(known.reported)
}

/// Any server.
pub(crate) struct Random;

impl Pick for Random {
    fn pick(&mut self, open: &[usize], _: &[Known], rng: &mut dyn Rng) -> usize {
        open[below(open.len(), rng)]
    }
}

/// Each server in turn.
#[derive(Default)]
pub(crate) struct RoundRobin(usize);

impl Pick for RoundRobin {
    fn pick(&mut self, open: &[usize], _: &[Known], _: &mut dyn Rng) -> usize {
        // The next one by number, since servers come and go.
        let next = open.iter().copied().find(|server| *server >= self.0).unwrap_or(open[0]);
        self.0 = next + 1;
        next
    }
}

/// The least loaded of some servers drawn at random, no server twice; of equals the first drawn.
///
/// Of two that is the power of two choices (Azar, Broder, Karlin and Upfal, 1994; Mitzenmacher, 2001),
/// of all it is join-the-shortest-queue.
pub struct LeastOf {
    /// How many are drawn; all of them, if there are no more.
    pub choices: usize,
    /// What a server's load is.
    pub load: Load,
}

impl Pick for LeastOf {
    fn pick(&mut self, open: &[usize], known: &[Known], rng: &mut dyn Rng) -> usize {
        let mut left = open.to_vec();
        let draws = self.choices.clamp(1, left.len());
        let drawn = (0..draws).map(|_| left.swap_remove(below(left.len(), rng)));
        let load = |server: &usize| (self.load)(&known[*server]);
        drawn.min_by(|one, other| load(one).total_cmp(&load(other))).unwrap_or(open[0])
    }
}

/// Any server, with a chance in proportion to its weight.
pub(crate) struct Weighted;

impl Pick for Weighted {
    fn pick(&mut self, open: &[usize], known: &[Known], mut rng: &mut dyn Rng) -> usize {
        let total: f64 = open.iter().map(|server| known[*server].weight).sum();
        let mut left = unit(&mut rng) * total;
        let chosen = open.iter().find(|server| {
            left -= known[**server].weight;
            left < 0.0
        });
        *chosen.unwrap_or(&open[open.len() - 1])
    }
}

/// A number from 0 to `count - 1`.
pub(crate) fn below(count: usize, mut rng: &mut dyn Rng) -> usize {
    (unit(&mut rng) * count as f64) as usize
}

#[cfg(test)]
mod tests {
    use netsplit_sim::random::stream;

    use super::*;

    fn known(outstanding: [u32; 4]) -> Vec<Known> {
        outstanding.map(|outstanding| Known { outstanding, ..Known::default() }).to_vec()
    }

    fn counts(pick: &mut dyn Pick, open: &[usize], known: &[Known]) -> Vec<usize> {
        let mut rng = stream(1, "test");
        let mut counts = vec![0; known.len()];
        (0..6000).for_each(|_| counts[pick.pick(open, known, &mut rng)] += 1);
        counts
    }

    #[test]
    fn at_random_each_open_server_is_as_likely() {
        let counts = counts(&mut Random, &[0, 2, 3], &known([9, 0, 0, 0]));
        assert_eq!(counts[1], 0);
        assert!([0, 2, 3].iter().all(|server| counts[*server].abs_diff(2000) < 150), "{counts:?}");
    }

    #[test]
    fn a_reported_load_is_everybody_s_requests() {
        let mut known = known([0, 9, 0, 0]);
        (known[0].reported, known[1].reported) = (5, 4);
        let mut all = LeastOf { choices: usize::MAX, load: reported_load };
        assert_eq!(counts(&mut all, &[0, 1], &known), [0, 6000, 0, 0]);
    }

    #[test]
    fn a_weight_is_a_share_of_the_sum_of_weights() {
        let mut known = known([0; 4]);
        (known[0].weight, known[1].weight) = (0.5, 2.0);
        let counts = counts(&mut Weighted, &[0, 1], &known);
        assert!(counts[0].abs_diff(1200) < 100 && counts[0] + counts[1] == 6000, "{counts:?}");
    }

    #[test]
    fn round_robin_goes_on_where_it_was_when_a_server_goes() {
        let (mut turn, known) = (RoundRobin::default(), known([0; 4]));
        let mut rng = stream(1, "test");
        let mut next = |open: &[usize]| turn.pick(open, &known, &mut rng);
        assert_eq!([next(&[0, 1, 2, 3]), next(&[0, 1, 2, 3])], [0, 1]);
        assert_eq!([next(&[0, 1, 3]), next(&[0, 1, 3]), next(&[0, 1, 3])], [3, 0, 1]);
    }

    #[test]
    fn of_two_choices_the_most_loaded_server_is_never_the_better() {
        let mut two = LeastOf { choices: 2, load: own_load };
        let counts = counts(&mut two, &[0, 1, 2, 3], &known([0, 1, 2, 3]));
        // The best wins 3 of 6 pairs, the next 2, the next 1.
        assert_eq!(counts[3], 0);
        for (count, expected) in counts.iter().zip([3000, 2000, 1000]) {
            assert!(count.abs_diff(expected) < 150, "{counts:?}");
        }
    }

    #[test]
    fn of_all_the_least_loaded_wins_and_equals_share() {
        let mut all = LeastOf { choices: usize::MAX, load: own_load };
        let counts = counts(&mut all, &[0, 1, 2, 3], &known([1, 0, 0, 2]));
        assert_eq!(counts[0] + counts[3], 0);
        assert!(counts[1].abs_diff(3000) < 150, "{counts:?}");
    }

    #[test]
    fn a_weight_divides_the_load() {
        let mut known = known([0, 4, 0, 0]);
        known[0].weight = 0.1;
        let mut all = LeastOf { choices: 2, load: own_load };
        // (0 + 1) / 0.1 is more than (4 + 1) / 1.
        assert_eq!(counts(&mut all, &[0, 1], &known), [0, 6000, 0, 0]);
        let weighted = counts(&mut Weighted, &[0, 1], &known);
        assert!(weighted[0].abs_diff(6000 / 11) < 90, "{weighted:?}");
    }
}
