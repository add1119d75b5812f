//! Placements that are wrong on purpose, each in one decision, to show that the scenarios see it.

use std::rc::Rc;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::bounded::{Bounded, Capacity};
use crate::maglev::{Maglev, Order, Turn};
use crate::params::Params;
use crate::placement::{Member, Placement, View};
use crate::ring::{Karger, Point, Ring, RingRule};

/// One point per node, whatever the scenario says.
struct OnePoint;

impl RingRule for OnePoint {
    fn points_of(&self, _: Member, _: &Params) -> u64 {
        1
    }
}

/// Every member has as many points as any other.
struct IgnoresWeights;

impl RingRule for IgnoresWeights {
    fn points_of(&self, _: Member, params: &Params) -> u64 {
        u64::from(params.virtual_nodes)
    }
}

/// Points are hashed from the place in the list, so a leaving node renames all after it.
struct ByPosition;

impl RingRule for ByPosition {
    fn identity(&self, _: Member, position: usize) -> u64 {
        position as u64
    }
}

/// The points stay in the order of the members, and are searched as if they were sorted.
struct Unsorted;

impl RingRule for Unsorted {
    fn arrange(&self, _: &mut [Point]) {}
}

/// Skips the first point after the key.
struct OffByOne;

impl RingRule for OffByOne {
    fn successor(&self, points: &[Point], place: u64) -> Option<usize> {
        let next = Karger.successor(points, place)?;
        Some((next + 1) % points.len())
    }
}

/// Nothing comes after the last point.
struct NoWraparound;

impl RingRule for NoWraparound {
    fn successor(&self, points: &[Point], place: u64) -> Option<usize> {
        let next = points.partition_point(|(point, _)| *point < place);
        (next < points.len()).then_some(next)
    }
}

/// Everybody always has room.
struct ForgetsCapacity;

impl Capacity for ForgetsCapacity {
    fn capacity(&self, _: Member, _: u64, _: &View, _: u64) -> u64 {
        u64::MAX
    }
}

/// A node whose wish is taken misses its turn.
struct MissesTurn;

impl Turn for MissesTurn {
    fn take(&self, order: &mut Order, is_free: &dyn Fn(usize) -> bool) -> Option<usize> {
        order.next().filter(|entry| is_free(*entry))
    }
}

/// Every process hashes with a seed of its own, as some languages' built-in hashes do.
pub fn own_seed(process: &str, view: &View, params: &Params) -> Rc<dyn Placement> {
    let view = View { salt: xxh3_64_with_seed(process.as_bytes(), view.salt), ..view.clone() };
    Rc::new(Ring::new(Karger, &view, params))
}

/// Makes the placement of a mutant; `None` when there is none of this name.
pub fn make(name: &str, view: &View, params: &Params) -> Option<Rc<dyn Placement>> {
    Some(match name {
        "one-virtual-node" => Rc::new(Ring::new(OnePoint, view, params)),
        "ignores-weights" => Rc::new(Ring::new(IgnoresWeights, view, params)),
        "by-position" => Rc::new(Ring::new(ByPosition, view, params)),
        "unsorted-ring" => Rc::new(Ring::new(Unsorted, view, params)),
        "off-by-one" => Rc::new(Ring::new(OffByOne, view, params)),
        "no-wraparound" => Rc::new(Ring::new(NoWraparound, view, params)),
        "forgets-capacity" => Rc::new(Bounded::new(ForgetsCapacity, view, params)),
        "maglev-misses-turn" => Rc::new(Maglev::fill(&MissesTurn, view, params)),
        _ => return None,
    })
}
