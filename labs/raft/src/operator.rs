//! The operator: it orders servers to hand over, and changes the members.
//!
//! It does not know which server leads, so it sends the order to each in turn, and again until
//! one has carried it out. Servers that do not lead ignore it.

use std::time::Duration;

use netsplit_sim::{Host, NodeId};

use crate::cluster::Cluster;
use crate::event::Change;
use crate::messages::{Obeyed, Order};
use crate::record::Observer;

/// The verb: the leader hands over, `to` a node or to any node.
pub(crate) const TRANSFER: &str = "transfer";
/// The verb: `node` becomes a member.
pub(crate) const ADD: &str = "add";
/// The verb: `node` is no longer a member.
pub(crate) const REMOVE: &str = "remove";

/// The timeout of each order, and the pause between rounds.
const TIMEOUT: Duration = Duration::from_millis(50);

/// Has the order carried out.
pub(crate) async fn perform(
    host: Host,
    order: netsplit_sim::Order,
    observer: Observer,
) -> Result<(), String> {
    let servers = Cluster::hosts(&host);
    let server = |key| Cluster::server_of(&servers, order.node(key)?);
    let node = || server("node").ok_or_else(|| format!("`{}` is for a server", order.verb));
    match order.verb {
        TRANSFER => {
            let leader = tell(&host, &Order::Transfer(server("to"))).await;
            observer.other_leads(leader, order.node("to")).await;
        }
        ADD => drop(tell(&host, &Order::Change(Change::Add(node()?))).await),
        REMOVE => drop(tell(&host, &Order::Change(Change::Remove(node()?))).await),
        verb => return Err(format!("there is no `{verb}`")),
    }
    Ok(())
}

/// Sends the order until a server has carried it out; returns that server.
async fn tell(host: &Host, order: &Order) -> NodeId {
    loop {
        for server in Cluster::hosts(host).iter() {
            if let Ok(Obeyed(true)) = host.call(*server, order, TIMEOUT).await {
                return *server;
            }
        }
        host.sleep(TIMEOUT).await;
    }
}
