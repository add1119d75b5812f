//! What routers and the directory announce, for the invariants to judge.

use netsplit_sim::Host;
use serde_json::{Value, json};

use crate::belief::Known;
use crate::cache::Key;
use crate::placement::{NodeIndex, View};

/// The directory makes a view known, under this epsilon of bounded loads, in millionths.
pub fn view(host: &Host, view: &View, epsilon: u64) {
    let members = view.members.iter();
    let members: Vec<_> = members.map(|m| (m.node.0, m.weight)).collect();
    let detail = json!({ "epoch": view.epoch.0, "members": members, "epsilon": epsilon });
    host.record("view", detail);
}

/// A router starts, with nothing under way.
pub fn started(host: &Host) {
    host.record("started", Value::Null);
}

/// A router has adopted a view whose placement fills a table: how many entries each node has.
pub fn table(host: &Host, known: &Known) {
    let table = known.placement().table();
    if table.is_empty() {
        return;
    }
    let entries = |node| table.iter().filter(|entry| **entry == node).count();
    let members = known.view.members.iter();
    let entries: Vec<_> = members.map(|m| (m.node.0, entries(m.node))).collect();
    let detail = json!({ "epoch": known.view.epoch.0, "entries": entries, "size": table.len() });
    host.record("table", detail);
}

/// Who owns a key by a router's view, and whom it asks: the owner, unless that one is passed over,
/// and nobody where nobody owns it.
pub fn routed(host: &Host, key: Key, known: &Known, to: Option<NodeIndex>, reads: bool) {
    let (owner, to) = (known.owner(key).map(|node| node.0), to.map(|node| node.0));
    let epoch = known.view.epoch.0;
    let detail = json!({ "key": key.0, "epoch": epoch, "owner": owner, "to": to, "reads": reads });
    host.record("routed", detail);
}

/// What a router sent to a node is not under way any more.
pub fn ended(host: &Host, to: NodeIndex) {
    host.record("ended", json!({ "to": to.0 }));
}
