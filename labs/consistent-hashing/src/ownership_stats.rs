//! Statistics of ownership: the share of the keys that each node has, and what each view moved.
//!
//! At the end of a run, [`ownership_stats`] asks the placements of all views for the owners of the
//! same keys, `census_keys` of them. The keys are spread evenly over the hash space, each at a
//! random position of its stretch, so that the result is about the nodes' shares of the space and
//! hardly about the luck of the keys.
//!
//! One ring is one draw, so the laws about rings are about means over many: the statistics are
//! repeated with other salts, `census_rings` in all, and averaged. The first salt is the run's.
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

/// The statistics; each field is a metric of the lab.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OwnershipStats {
    /// The coefficient of variation of the loads, relative to fair shares: the root of the mean
    /// square over all placements.
    pub load_cv: f64,
    /// The greatest load relative to its fair share; the mean over all placements.
    pub load_peak: f64,
    /// The share of keys whose owner a new view changed, over all changes together.
    pub moved_share: f64,
    /// Keys that moved though neither their old owner left nor their new one joined.
    pub moved_needlessly: f64,
    /// Of the keys of a node that left, the share that its greatest heir got; the mean. Zero
    /// when no node left.
    pub heir_share: f64,
    /// Keys without an owner.
    pub unowned: f64,
    /// The number of keys by which nodes exceed ceil((1 + epsilon) K/N) when all are placed one by
    /// one, in the run's own placement.
    pub bound_excess: f64,
    /// Nodes whose number of table entries is neither floor nor ceiling of M/N; zero when weights
    /// differ, for then the law does not hold.
    pub table_uneven: f64,
}

/// The statistics of a run with these views, of which there is at least one.
pub fn ownership_stats(
    make: &dyn Fn(&View) -> Box<dyn Placement>,
    views: &[View],
    sampling: Sampling,
) -> OwnershipStats {
    let mut sum = OwnershipStats::default();
    let (mut squares, mut heirs) = (0.0, Vec::new());
    for ring in 0..sampling.rings {
        let salted = |view: &View| View {
            salt: if ring == 0 { view.salt } else { hash(view.salt, [u64::from(ring), 2]) },
            ..view.clone()
        };
        let views: Vec<_> = views.iter().map(salted).collect();
        let placed: Vec<_> = views.iter().map(make).collect();
        let keys = keys(views[0].salt, sampling.keys);
        let owners: Vec<_> = placed.iter().map(|placement| owners(&**placement, &keys)).collect();
        let (view, placement) = (&views[views.len() - 1], &placed[placed.len() - 1]);
        let last = owners[owners.len() - 1].as_slice();
        squares += square_variation(view, last);
        sum.load_peak += peak(view, last);
        if ring == 0 {
            sum.bound_excess = excess(view, &**placement, &keys, sampling.epsilon_millionths);
        }
        sum.unowned += last.iter().filter(|owner| owner.is_none()).count() as f64;
        sum.table_uneven += uneven(view, placement.table());
        for step in 1..views.len() {
            let before = (&views[step - 1], owners[step - 1].as_slice());
            let moves = Moves::between(before, (&views[step], owners[step].as_slice()));
            sum.moved_share += moves.moved / keys.len() as f64;
            sum.moved_needlessly += moves.needlessly;
            heirs.extend(moves.heir_shares);
        }
    }
    let rings = f64::from(sampling.rings);
    OwnershipStats {
        load_cv: (squares / rings).sqrt(),
        load_peak: sum.load_peak / rings,
        moved_share: sum.moved_share / rings,
        // Not `sum`, which is -0 for no terms.
        heir_share: heirs.iter().fold(0.0, |all, share| all + share) / heirs.len().max(1) as f64,
        ..sum
    }
}

/// `count` keys, one in each of as many stretches of the hash space.
fn keys(salt: u64, count: u32) -> Vec<KeyHash> {
    let stretch = u64::MAX / u64::from(count);
    let key = |number: u64| number * stretch + hash(salt, [number, 3]) % stretch;
    (0..u64::from(count)).map(|number| KeyHash(key(number))).collect()
}

fn owners(placement: &dyn Placement, keys: &[KeyHash]) -> Vec<Option<NodeIndex>> {
    keys.iter().map(|key| placement.owner(*key)).collect()
}

/// Each member's load relative to its fair share, and that share.
fn relative(view: &View, owners: impl Iterator<Item = Option<NodeIndex>>) -> Vec<(f64, f64)> {
    let (mut loads, mut all) = (Loads::default(), 0.0);
    for owner in owners {
        owner.into_iter().for_each(|node| loads.add(node));
        all += 1.0;
    }
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

fn excess(
    view: &View,
    placement: &dyn Placement,
    keys: &[KeyHash],
    epsilon_millionths: u64,
) -> f64 {
    let mut loads = Loads::default();
    for key in keys {
        if let Some(node) = placement.place(*key, &loads) {
            loads.add(node);
        }
    }
    let over = view.members.iter().map(|member| {
        let weight = u64::from(member.weight);
        let bound = bound(epsilon_millionths, keys.len() as u64, weight, view.weight());
        loads.of(member.node).saturating_sub(bound) as f64
    });
    over.sum()
}

fn uneven(view: &View, table: &[NodeIndex]) -> f64 {
    let nodes = view.members.len();
    let is_even =
        |entries: usize| entries == table.len() / nodes || entries == table.len().div_ceil(nodes);
    let entries = |node| table.iter().filter(|entry| **entry == node).count();
    let wrong = |member: &&Member| !is_even(entries(member.node));
    if view.members.windows(2).any(|pair| pair[0].weight != pair[1].weight) {
        return 0.0;
    }
    view.members.iter().filter(wrong).count() as f64
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
