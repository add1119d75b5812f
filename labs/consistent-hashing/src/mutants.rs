//! Placements that are wrong on purpose, each in one decision, to show that the scenarios notice.
//!
//! Each holds the reference, and changes what it is given or what it answers.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::bounded::Bounded;
use crate::maglev::Maglev;
use crate::params::Params;
use crate::placement::{KeyHash, Loads, Member, NodeIndex, Placement, View};
use crate::ring::{self, Ring};

/// A placement that is a function from keys to owners, whatever the loads.
struct OwnerFn<F>(F);

impl<F: Fn(KeyHash) -> Option<NodeIndex>> Placement for OwnerFn<F> {
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        (self.0)(key)
    }

    fn place(&self, key: KeyHash, _: &Loads) -> Option<NodeIndex> {
        (self.0)(key)
    }

    fn table(&self) -> &[NodeIndex] {
        &[]
    }
}

/// One point per node, whatever its weight and the scenario's `virtual_nodes`.
pub fn one_virtual_node(view: &View) -> Ring {
    Ring::new(&equal_weights(view), 1)
}

/// Every member has as many points as any other.
pub fn ignores_weights(view: &View, params: &Params) -> Ring {
    Ring::new(&equal_weights(view), params.virtual_nodes)
}

fn equal_weights(view: &View) -> View {
    let mut view = view.clone();
    view.members.iter_mut().for_each(|member| member.weight = 1);
    view
}

/// Points are hashed from the position in the list, so a node that leaves renames all after it.
pub fn by_position(view: &View, params: &Params) -> impl Placement + use<> {
    let members = view.members.clone();
    let renamed = (0..)
        .zip(&members)
        .map(|(position, member)| Member { node: NodeIndex(position), ..*member });
    let ring =
        Ring::new(&View { members: renamed.collect(), ..view.clone() }, params.virtual_nodes);
    OwnerFn(move |key| Some(members[ring.owner(key)?.0 as usize].node))
}

/// The points stay in the order of the members, and are searched as if they were sorted.
pub fn unsorted(view: &View, params: &Params) -> Ring {
    Ring { points: ring::points(view, params.virtual_nodes) }
}

/// Skips the first point after the key.
pub fn off_by_one(view: &View, params: &Params) -> impl Placement + use<> {
    let ring = Ring::new(view, params.virtual_nodes);
    OwnerFn(move |key| ring.walk(key).cycle().nth(1))
}

/// Nothing comes after the last point.
pub fn no_wraparound(view: &View, params: &Params) -> impl Placement + use<> {
    let ring = Ring::new(view, params.virtual_nodes);
    OwnerFn(move |key: KeyHash| {
        let (last, _) = ring.points.last()?;
        if key.0 > *last { None } else { ring.owner(key) }
    })
}

/// Every process hashes with a seed of its own, as some languages' built-in hashes do.
pub fn own_seed(view: &View, params: &Params, process: &str) -> Ring {
    let salt = xxh3_64_with_seed(process.as_bytes(), view.salt);
    Ring::new(&View { salt, ..view.clone() }, params.virtual_nodes)
}

/// Every node always has room.
pub fn forgets_capacity(view: &View, params: &Params) -> impl Placement + use<> {
    let bounded = Bounded::new(view, params);
    OwnerFn(move |key| bounded.owner(key))
}

/// A node whose preferred entry is taken misses its turn.
pub fn maglev_misses_turn(view: &View, params: &Params) -> Maglev {
    Maglev::fill(view, params.table_size, |permutation, entries| {
        permutation.next().filter(|entry| entries[*entry].is_none())
    })
}
