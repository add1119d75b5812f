//! Membership: the directory's state, without clock or network.
//!
//! Cache nodes send heartbeats. A [`Roster`] admits every node that it hears of, removes those
//! that were silent for too long, and removes at once those that an operator took out. Each change
//! makes a new [`View`] with the next epoch.
//!
//! Left out: agreement. There is one directory, and while it is down no node joins or is removed.
//! Real clusters keep this list in `ZooKeeper` or etcd, or gossip it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::placement::{Epoch, Member, NodeIndex, View};

/// The members, the nodes that an operator took out, and the time of each last heartbeat.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Roster {
    view: View,
    left: BTreeSet<NodeIndex>,
    /// By the monotonic clock of this incarnation of the directory, so of no use to the next.
    #[serde(skip)]
    last_heard: BTreeMap<NodeIndex, Duration>,
}

impl Roster {
    /// The first view, of the members that are expected at the start.
    pub fn new(salt: u64, members: Vec<Member>) -> Roster {
        Roster {
            view: View { epoch: Epoch(1), salt, members },
            left: BTreeSet::new(),
            last_heard: BTreeMap::new(),
        }
    }

    /// The members, as of now.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Handles a heartbeat. Returns whether it made a new view.
    pub fn on_heartbeat(&mut self, member: Member, now: Duration) -> bool {
        self.last_heard.insert(member.node, now);
        // A node that was taken out keeps sending, and must not come back by that.
        let joins = !self.left.contains(&member.node) && !self.has(member.node);
        if joins {
            self.view.members.push(member);
            self.view.members.sort_by_key(|member| member.node);
            self.view.epoch.0 += 1;
        }
        joins
    }

    /// Removes a node for good. Returns whether that made a new view.
    pub fn leave(&mut self, node: NodeIndex) -> bool {
        self.left.insert(node);
        self.retain(|member| member.node != node)
    }

    /// Removes the members that were silent for longer than `timeout`. Returns whether that made a
    /// new view.
    pub fn remove_silent(&mut self, now: Duration, timeout: Duration) -> bool {
        // A member that has not had time to reach this incarnation of the directory counts as
        // heard, or a restart of the directory would empty the cluster.
        for member in &self.view.members {
            self.last_heard.entry(member.node).or_insert(now);
        }
        let last_heard = self.last_heard.clone();
        self.retain(|member| now.saturating_sub(last_heard[&member.node]) <= timeout)
    }

    fn has(&self, node: NodeIndex) -> bool {
        self.view.members.iter().any(|member| member.node == node)
    }

    fn retain(&mut self, keep: impl Fn(&Member) -> bool) -> bool {
        let before = self.view.members.len();
        self.view.members.retain(keep);
        let changed = self.view.members.len() < before;
        self.view.epoch.0 += u64::from(changed);
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(node: u32) -> Member {
        Member { node: NodeIndex(node), weight: 1 }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn every_change_is_a_new_epoch_and_nothing_else_is() {
        let mut roster = Roster::new(7, vec![member(0), member(2)]);
        assert!(!roster.on_heartbeat(member(0), at(1)));
        assert!(roster.on_heartbeat(member(1), at(1)), "it joins");
        assert_eq!(roster.view().epoch, Epoch(2));
        assert_eq!(roster.view().members, [0, 1, 2].map(member));
        assert!(roster.leave(NodeIndex(1)));
        assert!(!roster.leave(NodeIndex(1)));
        assert_eq!(roster.view().epoch, Epoch(3));
    }

    #[test]
    fn a_node_that_left_is_not_admitted_again_and_a_silent_one_is() {
        let mut roster = Roster::new(7, vec![member(0), member(1)]);
        roster.leave(NodeIndex(0));
        assert!(!roster.on_heartbeat(member(0), at(1)));
        assert!(!roster.remove_silent(at(1), at(2)), "it had no time to send one yet");
        assert!(!roster.remove_silent(at(3), at(2)));
        assert!(roster.remove_silent(at(4), at(2)));
        assert_eq!(roster.view().members, []);
        assert!(roster.on_heartbeat(member(1), at(5)));
    }
}
