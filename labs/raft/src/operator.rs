//! The operator: it tells servers to hand over, and who is to be a member.
//!
//! It does not know who leads, so it tells each in turn, and again until one has obeyed. Orders
//! to others than the leader do nothing.

use std::time::Duration;

use netsplit_sim::Host;
use serde_json::Value;

use crate::cluster::{Cluster, GROUP};
use crate::log::Server;
use crate::membership::Change;
use crate::messages::{Obeyed, Order};

/// The verb: let another lead, `to` a node or any.
pub const TRANSFER: &str = "transfer";
/// The verb: one more member, `node`.
pub const ADD: &str = "add";
/// The verb: one member fewer, `node`.
pub const REMOVE: &str = "remove";

/// How long the operator waits for a server, and between rounds.
const PATIENCE: Duration = Duration::from_millis(50);

/// Gives the order until it is obeyed.
pub async fn order(host: Host, verb: String, args: Value) {
    let server = |name: &str| {
        let named = args[name].as_str()?;
        let mut nodes = (0..).zip(host.nodes(GROUP));
        let place = nodes.find(|(_, node)| &*host.name_of(*node) == named);
        place.map(|(place, _)| Server(place))
    };
    let order = match (&*verb, server("node")) {
        (TRANSFER, _) => Order::Transfer(server("to")),
        (ADD, Some(node)) => Order::Change(Change::Add(node)),
        (REMOVE, Some(node)) => Order::Change(Change::Remove(node)),
        _ => panic!("`{verb}` needs a node, for example {{ {verb} = {{ node = \"n4\" }} }}"),
    };
    loop {
        for server in Cluster::hosts(&host).iter() {
            if let Ok(Obeyed(true)) = host.call(*server, &order, PATIENCE).await {
                return;
            }
        }
        host.sleep(PATIENCE).await;
    }
}
