//! Statistics of ownership: the share of the keys that each node has, and what each view moved.
//!
//! At the end of a run, [`ownership_stats`] asks the placements of all views for the nodes of the
//! same keys, `census_keys` of them. The keys are spread evenly over the hash space, each at a
//! random position of its stretch, so that the result is about the nodes' shares of the space and
//! hardly about the luck of the keys. They are placed one by one, so that bounded loads, which pass
//! over full nodes, have their say in every number; other algorithms ignore loads.
//!
//! One ring is one draw, so the laws about rings are about means over many: the statistics are
//! repeated with other salts, `census_rings` in all, and every number is a mean over these
//! placements, counts of keys and of nodes too. The first salt is the run's.
//!
//! The busiest of equal nodes looks busier than it is. So `load_peak` finds it with one half of
//! the keys, and measures it with the other.

use std::collections::BTreeMap;

use crate::invariants::bounded_load::bound;
use crate::placement::{KeyHash, Loads, Member, NodeIndex, Placement, View, hash};

/// The size of the sample, and the epsilon of bounded loads.
#[derive(Clone, Copy, Debug)]
pub struct Sampling {
    /// The number of keys.
    pub keys: u32,
    /// The number of placements, each with its own salt.
    pub rings: u32,
    /// For `bound_excess`, in millionths.
    pub epsilon_millionths: u64,
}

/// The statistics; each field is a metric of the lab, and a mean over all placements. `None` where
/// the views give nothing to measure.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OwnershipStats {
    /// The coefficient of variation of the loads, relative to fair shares: the root of the mean
    /// square.
    pub load_cv: f64,
    /// The greatest load relative to its fair share.
    pub load_peak: f64,
    /// The share of keys whose node a new view changed, over all changes together.
    pub moved_share: Option<f64>,
    /// Keys that moved though neither their old node left nor their new one joined, over all changes
    /// together.
    pub moved_needlessly: Option<f64>,
    /// Of the keys of a node that left, the share that its greatest heir got: the mean over such
    /// nodes.
    pub heir_share: Option<f64>,
    /// Keys without a node.
    pub unowned: f64,
    /// The number of keys by which nodes exceed ceil((1 + epsilon) K/N).
    pub bound_excess: f64,
    /// Nodes whose number of table entries is neither floor nor ceiling of M/N. The law is about
    /// tables whose nodes have equal weights.
    pub table_uneven: Option<f64>,
}

/// The statistics of a run with these views, of which there is at least one.
pub fn ownership_stats(
    make: &dyn Fn(&View) -> Box<dyn Placement>,
    views: &[View],
    sampling: Sampling,
) -> OwnershipStats {
    let mean = Mean(f64::from(sampling.rings));
    let all: Vec<_> =
        (0..sampling.rings).map(|ring| of_ring(make, views, sampling, ring)).collect();
    let heirs: Vec<_> = all.iter().flat_map(|ring| &ring.heir_shares).collect();
    let some = |of: &dyn Fn(&OfRing) -> f64, measured: bool| measured.then(|| mean.of(&all, of));
    OwnershipStats {
        load_cv: mean.of(&all, |ring| ring.square_variation).sqrt(),
        load_peak: mean.of(&all, |ring| ring.peak),
        moved_share: some(&|ring| ring.moved, views.len() > 1),
        moved_needlessly: some(&|ring| ring.needlessly, views.len() > 1),
        heir_share: (!heirs.is_empty())
            .then(|| Mean(heirs.len() as f64).of(&heirs, |share| **share)),
        unowned: mean.of(&all, |ring| ring.unowned),
        bound_excess: mean.of(&all, |ring| ring.excess),
        table_uneven: some(
            &|ring| ring.uneven.unwrap_or_default(),
            all.iter().all(|ring| ring.uneven.is_some()),
        ),
    }
}

/// The mean over a number of things.
struct Mean(f64);

impl Mean {
    fn of<T>(&self, all: &[T], number: impl Fn(&T) -> f64) -> f64 {
        // Not `sum`, which is -0 for no terms.
        all.iter().fold(0.0, |sum, one| sum + number(one)) / self.0
    }
}

/// The statistics of one placement of the keys.
struct OfRing {
    square_variation: f64,
    peak: f64,
    unowned: f64,
    excess: f64,
    uneven: Option<f64>,
    /// As a share of the keys.
    moved: f64,
    needlessly: f64,
    heir_shares: Vec<f64>,
}

fn of_ring(
    make: &dyn Fn(&View) -> Box<dyn Placement>,
    views: &[View],
    sampling: Sampling,
    ring: u32,
) -> OfRing {
    let salted = |view: &View| View {
        salt: if ring == 0 { view.salt } else { hash(view.salt, [u64::from(ring), 2]) },
        ..view.clone()
    };
    let views: Vec<_> = views.iter().map(salted).collect();
    let keys = keys(views[0].salt, sampling.keys);
    let made: Vec<_> = views.iter().map(make).collect();
    let placed: Vec<_> = made.iter().map(|placement| placed(&**placement, &keys)).collect();
    let (view, last) = (&views[views.len() - 1], placed[placed.len() - 1].as_slice());
    let mut found = OfRing {
        square_variation: square_variation(view, last),
        peak: peak(view, last),
        unowned: last.iter().filter(|node| node.is_none()).count() as f64,
        excess: excess(view, last, sampling.epsilon_millionths),
        uneven: uneven(view, made[made.len() - 1].table()),
        moved: 0.0,
        needlessly: 0.0,
        heir_shares: Vec::new(),
    };
    for step in 1..views.len() {
        let before = (&views[step - 1], placed[step - 1].as_slice());
        let moves = Moves::between(before, (&views[step], placed[step].as_slice()));
        found.moved += moves.moved / keys.len() as f64;
        found.needlessly += moves.needlessly;
        found.heir_shares.extend(moves.heir_shares);
    }
    found
}

/// `count` keys, one in each of as many stretches of the hash space.
fn keys(salt: u64, count: u32) -> Vec<KeyHash> {
    let stretch = u64::MAX / u64::from(count);
    let key = |number: u64| number * stretch + hash(salt, [number, 3]) % stretch;
    (0..u64::from(count)).map(|number| KeyHash(key(number))).collect()
}

/// The node of each key when they are placed one by one.
fn placed(placement: &dyn Placement, keys: &[KeyHash]) -> Vec<Option<NodeIndex>> {
    let mut loads = Loads::default();
    let mut place = |key: &KeyHash| {
        let node = placement.place(*key, &loads);
        node.into_iter().for_each(|node| loads.add(node));
        node
    };
    keys.iter().map(&mut place).collect()
}

fn loads(nodes: impl Iterator<Item = Option<NodeIndex>>) -> Loads {
    let mut loads = Loads::default();
    nodes.flatten().for_each(|node| loads.add(node));
    loads
}

/// Each member's load relative to its fair share, and that share.
fn relative(view: &View, owners: impl Iterator<Item = Option<NodeIndex>>) -> Vec<(f64, f64)> {
    let owners: Vec<_> = owners.collect();
    let (loads, all) = (loads(owners.iter().copied()), owners.len() as f64);
    let of = |member: &Member| {
        let share = f64::from(member.weight) / view.weight() as f64;
        (loads.of(member.node) as f64 / (share * all), share)
    };
    view.members.iter().map(of).collect()
}

fn square_variation(view: &View, owners: &[Option<NodeIndex>]) -> f64 {
    let loads = relative(view, owners.iter().copied());
    loads.iter().map(|(load, share)| share * (load - 1.0) * (load - 1.0)).sum()
}

fn peak(view: &View, owners: &[Option<NodeIndex>]) -> f64 {
    let one_half = relative(view, owners.iter().copied().step_by(2));
    let other_half = relative(view, owners.iter().copied().skip(1).step_by(2));
    let pairs = one_half.iter().zip(&other_half);
    let busiest = pairs.max_by(|a, b| a.0.0.total_cmp(&b.0.0));
    busiest.map_or(0.0, |(_, (load, _))| *load)
}

fn excess(view: &View, nodes: &[Option<NodeIndex>], epsilon_millionths: u64) -> f64 {
    let loads = loads(nodes.iter().copied());
    let over = view.members.iter().map(|member| {
        let weight = u64::from(member.weight);
        let bound = bound(epsilon_millionths, nodes.len() as u64, weight, view.weight());
        loads.of(member.node).saturating_sub(bound) as f64
    });
    over.sum()
}

fn uneven(view: &View, table: &[NodeIndex]) -> Option<f64> {
    if table.is_empty() || view.members.windows(2).any(|pair| pair[0].weight != pair[1].weight) {
        return None;
    }
    let nodes = view.members.len();
    let is_even =
        |entries: usize| entries == table.len() / nodes || entries == table.len().div_ceil(nodes);
    let entries = |node| table.iter().filter(|entry| **entry == node).count();
    let wrong = |member: &&Member| !is_even(entries(member.node));
    Some(view.members.iter().filter(wrong).count() as f64)
}

/// The keys that one change of the view moved.
struct Moves {
    moved: f64,
    needlessly: f64,
    /// For each node that left, the share of its keys that went to one heir.
    heir_shares: Vec<f64>,
}

impl Moves {
    fn between(
        (before, old): (&View, &[Option<NodeIndex>]),
        (after, new): (&View, &[Option<NodeIndex>]),
    ) -> Moves {
        let is_in = |view: &View, node: Option<NodeIndex>| {
            node.is_some_and(|node| view.weight_of(node).is_some())
        };
        let mut moves = Moves { moved: 0.0, needlessly: 0.0, heir_shares: Vec::new() };
        let mut heirs = BTreeMap::<_, BTreeMap<_, u64>>::new();
        for (from, to) in old.iter().zip(new).filter(|(from, to)| from != to) {
            moves.moved += 1.0;
            if !is_in(after, *from) {
                *heirs.entry(*from).or_default().entry(*to).or_default() += 1;
            } else if is_in(before, *to) {
                moves.needlessly += 1.0;
            }
        }
        for inherited in heirs.values() {
            let (most, all) = (inherited.values().max(), inherited.values().sum::<u64>());
            moves.heir_shares.extend(most.map(|most| *most as f64 / all as f64));
        }
        moves
    }
}
