//! The events that routers and the directory record, for the invariants to check.

use netsplit_sim::Host;
use serde_json::{Value, json};

use crate::cache::Key;
use crate::placement::{NodeIndex, View};
use crate::view::PlacedView;

/// The directory has published a view. The epsilon of bounded loads goes with it.
pub fn view(host: &Host, view: &View, epsilon_millionths: u64) {
    let members = view.members.iter();
    let members: Vec<_> = members.map(|m| (m.node.0, m.weight)).collect();
    let detail =
        json!({ "epoch": view.epoch.0, "members": members, "epsilon": epsilon_millionths });
    host.record("view", detail);
}

/// A router has started, with no requests in flight.
pub fn started(host: &Host) {
    host.record("started", Value::Null);
}

/// A router has adopted a view. If its placement has a table: the number of entries of each node.
pub fn table(host: &Host, placed: &PlacedView) {
    let table = placed.placement().table();
    if table.is_empty() {
        return;
    }
    let entries = |node| table.iter().filter(|entry| **entry == node).count();
    let members = placed.view.members.iter();
    let entries: Vec<_> = members.map(|m| (m.node.0, entries(m.node))).collect();
    let detail = json!({ "epoch": placed.view.epoch.0, "entries": entries, "size": table.len() });
    host.record("table", detail);
}

/// A router has looked up a key: its owner by the router's view, and the node that the request goes
/// to, which is another one when the owner is full, and none when there is no owner.
pub fn routed(host: &Host, key: Key, placed: &PlacedView, to: Option<NodeIndex>, reads: bool) {
    let (owner, to) = (placed.owner(key).map(|node| node.0), to.map(|node| node.0));
    let epoch = placed.view.epoch.0;
    let detail = json!({ "key": key.0, "epoch": epoch, "owner": owner, "to": to, "reads": reads });
    host.record("routed", detail);
}

/// A request of a router to a node is over.
pub fn ended(host: &Host, to: NodeIndex) {
    host.record("ended", json!({ "to": to.0 }));
}
