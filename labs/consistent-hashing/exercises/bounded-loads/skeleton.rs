//! Bounded loads: a ring that passes over full nodes.

use netsplit_lab_consistent_hashing::bounded::Bounded;
use netsplit_lab_consistent_hashing::exercises::compared;
use netsplit_lab_consistent_hashing::placement::{KeyHash, Loads, NodeIndex, Placement, View};
use netsplit_lab_consistent_hashing::ring::Ring;
use netsplit_lab_consistent_hashing::{Params, seats};
use netsplit_sim::prelude::OpenFilling;

/// A ring, and the bound on its nodes' loads.
pub struct MyBounded {
    /// The ring: `ring.walk(key)` gives the nodes clockwise, from the key's owner on.
    ring: Ring,
    /// The members: `view.weight_of(node)`, and `view.weight()` for the weight of all.
    view: View,
    /// Epsilon, in millionths.
    epsilon_millionths: u64,
}

impl MyBounded {
    fn new(view: &View, params: &Params) -> MyBounded {
        MyBounded {
            ring: Ring::new(view, params.virtual_nodes),
            view: view.clone(),
            epsilon_millionths: params.epsilon_millionths(),
        }
    }
}

impl Placement for MyBounded {
    /// The owner of a key is the ring's, however much it has to do: writes go there.
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        todo!("the ring's owner")
    }

    /// The node to send one more read of the key to: the first one clockwise that has room. `None`
    /// if the view has no members.
    ///
    /// - A member of weight w may have at most ceil((1 + epsilon) m w / W) requests in flight,
    ///   exactly: m are the requests at all nodes, the new one included, and W is the weight of all
    ///   members.
    /// - It has room if it has fewer (`loads.of(node)`).
    fn place(&self, key: KeyHash, loads: &Loads) -> Option<NodeIndex> {
        todo!("the first node that has room")
    }

    /// A bounded ring has no table.
    fn table(&self) -> &[NodeIndex] {
        &[]
    }
}

/// The filling `my-bounded-loads`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::PLACEMENT.filling("my-bounded-loads", "My bounded loads", |view, params, _| {
        compared(MyBounded::new(view, params), || Bounded::new(view, params))
    })
}
