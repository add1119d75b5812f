//! The operator: it orders servers to hand over, and changes the members.
//!
//! It does not know which server leads, so it sends the order to each in turn, and again until
//! one has carried it out. Servers that do not lead ignore it.

use std::time::Duration;

use netsplit_sim::Host;
use serde_json::Value;

use crate::cluster::{Cluster, GROUP};
use crate::event::Change;
use crate::log::Server;
use crate::messages::{Obeyed, Order};

/// The verb: the leader hands over, `to` a node or to any node.
pub(crate) const TRANSFER: &str = "transfer";
/// The verb: `node` becomes a member.
pub(crate) const ADD: &str = "add";
/// The verb: `node` is no longer a member.
pub(crate) const REMOVE: &str = "remove";

/// The timeout of each order, and the pause between rounds.
const TIMEOUT: Duration = Duration::from_millis(50);

/// Sends the order until it is carried out.
pub(crate) async fn order(host: Host, verb: String, args: Value) {
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
            if let Ok(Obeyed(true)) = host.call(*server, &order, TIMEOUT).await {
                return;
            }
        }
        host.sleep(TIMEOUT).await;
    }
}
