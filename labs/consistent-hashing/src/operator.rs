//! The lab's actions: what an operator does to the cluster.

use std::rc::Rc;

use netsplit_sim::Host;
use serde_json::Value;

use crate::cluster::{CACHE, Cluster};
use crate::messages::Leave;
use crate::placement::NodeIndex;

/// Starts new cache nodes, one unless `args` says how many. They join when the directory hears
/// of them.
pub fn join(operator: &Host, args: &Value) {
    let count = args.as_u64().unwrap_or(1);
    for _ in 0..count {
        operator.start_node(CACHE).expect("join: no more nodes fit into the simulation");
    }
}

/// Has the directory strike out the cache node that `args` names. The node hands over what it
/// has, and stays up.
pub async fn leave(operator: Host, cluster: Rc<Cluster>, args: Value) {
    let nodes = operator.nodes(CACHE);
    let name = args.as_str().unwrap_or_default();
    let place = nodes.iter().position(|node| *operator.name_of(*node) == *name);
    let place = place.unwrap_or_else(|| panic!("leave: there is no cache node `{name}`"));
    let (directory, leave) = (Cluster::directory(&operator), Leave(NodeIndex(place as u32)));
    let ask = || operator.call(directory, &leave, *cluster.params.timeout);
    while ask().await.is_err() {}
}
