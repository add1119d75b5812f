//! Laws of placements that hold for any members, salt and keys.

use netsplit_lab_consistent_hashing::placement::{
    Epoch, KeyHash, Loads, Member, NodeIndex, Placement, View, hash,
};
use netsplit_lab_consistent_hashing::{Params, seats};
use netsplit_scenario::Share;
use proptest::collection::btree_map;
use proptest::prelude::*;

const ALL: &[&str] =
    &["ring", "rendezvous", "jump", "maglev", "multi-probe", "bounded-loads", "modulo"];

/// Placements that move nothing between nodes that stay, whichever node joins or leaves.
const MONOTONE: &[&str] = &["ring", "rendezvous", "multi-probe", "bounded-loads"];

fn params() -> Params {
    Params { virtual_nodes: 20, table_size: 211, ..Params::default() }
}

/// A view of any members, at least `least`.
fn view(least: usize) -> impl Strategy<Value = View> {
    (btree_map(0..40u32, 1..4u32, least..12), any::<u64>()).prop_map(|(members, salt)| {
        let member = |(node, weight)| Member { node: NodeIndex(node), weight };
        View { epoch: Epoch(1), salt, members: members.into_iter().map(member).collect() }
    })
}

fn make(name: &str, view: &View, params: &Params) -> Box<dyn Placement> {
    let filling = seats::PLACEMENT.fillings.iter().find(|filling| filling.name == name);
    (filling.expect("a filling of the seat").make)(view, params, "c1")
}

fn keys() -> impl Iterator<Item = KeyHash> {
    (0..200).map(|key| KeyHash(hash(9, [key, 0])))
}

fn owners(placement: &dyn Placement) -> Vec<NodeIndex> {
    keys().map(|key| placement.owner(key).expect("there are members")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_key_has_an_owner_and_all_processes_with_the_view_agree(view in view(1)) {
        for seat in ALL {
            let (one, other) = (make(seat, &view, &params()), make(seat, &view, &params()));
            let found = owners(&*one);
            prop_assert!(found.iter().all(|node| view.weight_of(*node).is_some()), "{}", seat);
            prop_assert_eq!(found, owners(&*other), "{}", seat);
        }
    }

    #[test]
    fn a_node_that_leaves_moves_only_its_own_keys(view in view(2), who in any::<prop::sample::Index>()) {
        let gone = view.members[who.index(view.members.len())].node;
        let mut rest = view.clone();
        rest.members.retain(|member| member.node != gone);
        for seat in MONOTONE {
            let before = owners(&*make(seat, &view, &params()));
            let after = owners(&*make(seat, &rest, &params()));
            for (old, new) in before.iter().zip(&after) {
                prop_assert!(old == new || *old == gone, "{}: {:?} to {:?}", seat, old, new);
            }
        }
    }

    #[test]
    fn a_node_that_joins_at_the_end_is_the_only_one_to_gain_keys(view in view(1)) {
        let last = NodeIndex(40);
        let mut more = view.clone();
        more.members.push(Member { node: last, weight: 2 });
        for seat in MONOTONE.iter().chain(&["jump"]) {
            let before = owners(&*make(seat, &view, &params()));
            let after = owners(&*make(seat, &more, &params()));
            for (old, new) in before.iter().zip(&after) {
                prop_assert!(old == new || *new == last, "{}: {:?} to {:?}", seat, old, new);
            }
        }
    }

    #[test]
    fn bounded_loads_never_exceed_the_bound(view in view(1), percent in 0u64..100) {
        let params = Params { epsilon: Share(percent as f64 / 100.0), ..params() };
        let placement = make("bounded-loads", &view, &params);
        let mut loads = Loads::default();
        // Every request is for one of three keys.
        for number in 0..200u64 {
            let key = KeyHash(hash(3, [number % 3, 0]));
            loads.add(placement.place(key, &loads).expect("somebody has room"));
            for member in &view.members {
                let fair = (100 + percent) * loads.total() * u64::from(member.weight);
                let bound = fair.div_ceil(100 * view.weight());
                prop_assert!(loads.of(member.node) <= bound);
            }
        }
    }

    #[test]
    fn bounded_loads_follow_the_ring_as_long_as_there_is_room(view in view(1)) {
        let params = Params { epsilon: Share(1.0), ..params() };
        let (ring, bounded) = (make("ring", &view, &params), make("bounded-loads", &view, &params));
        for key in keys() {
            prop_assert_eq!(ring.owner(key), bounded.owner(key));
            prop_assert_eq!(ring.owner(key), bounded.place(key, &Loads::default()));
        }
    }

    #[test]
    fn equal_nodes_have_floor_or_ceiling_of_a_maglev_table(view in view(1)) {
        let mut view = view;
        view.members.iter_mut().for_each(|member| member.weight = 1);
        let placement = make("maglev", &view, &params());
        let (size, nodes) = (placement.table().len(), view.members.len());
        prop_assert_eq!(size, 211);
        for member in &view.members {
            let entries = placement.table().iter().filter(|node| **node == member.node).count();
            prop_assert!(entries == size / nodes || entries == size.div_ceil(nodes));
        }
    }
}

#[test]
fn without_members_no_key_has_an_owner() {
    let nobody = View { epoch: Epoch(1), salt: 1, members: Vec::new() };
    for seat in ALL {
        let placement = make(seat, &nobody, &params());
        assert_eq!(placement.owner(KeyHash(5)), None, "{seat}");
        assert_eq!(placement.place(KeyHash(5), &Loads::default()), None, "{seat}");
    }
}

#[test]
fn shares_follow_weights() {
    let member = |node, weight| Member { node: NodeIndex(node), weight };
    let view =
        View { epoch: Epoch(1), salt: 5, members: vec![member(0, 1), member(1, 1), member(2, 4)] };
    let params = Params { virtual_nodes: 1000, table_size: 5003, ..Params::default() };
    for seat in ["ring", "rendezvous", "jump", "maglev", "bounded-loads", "modulo"] {
        let placement = make(seat, &view, &params);
        let is_big = |key: &u64| placement.owner(KeyHash(hash(1, [*key, 0]))) == Some(NodeIndex(2));
        let share = (0..60_000).filter(is_big).count() as f64 / 60_000.0;
        // A ring of 6,000 points scatters by 1.6% of a share of 2/3, 60,000 keys by 0.3%.
        assert!((share - 2.0 / 3.0).abs() < 0.035, "{seat}: {share}");
    }
}

#[test]
fn the_ring_is_read_clockwise_and_around() {
    let members = [0, 1, 2].map(|node| Member { node: NodeIndex(node), weight: 1 });
    let view = View { epoch: Epoch(1), salt: 0, members: members.to_vec() };
    let params = Params { virtual_nodes: 1, ..Params::default() };
    let mut points: Vec<_> = (0..3).map(|n| (hash(0, [n, 0]), NodeIndex(n as u32))).collect();
    points.sort_unstable();
    let ring = make("ring", &view, &params);
    let owner = |place| ring.owner(KeyHash(place)).expect("there are members");
    for (index, (point, node)) in points.iter().enumerate() {
        assert_eq!(owner(*point), *node, "a point belongs to its node");
        assert_eq!(owner(point - 1), *node);
        assert_eq!(owner(point + 1), points[(index + 1) % 3].1);
    }
    assert_eq!((owner(0), owner(u64::MAX)), (points[0].1, points[0].1));
}
