//! Who is in the cluster: the directory's memory, without clock or network.
//!
//! Cache nodes say every so often that they are there. A [`Roster`] admits whom it hears of,
//! strikes out who was silent for too long, and strikes out at once who was told to leave. Each
//! change makes a new [`View`] with the next epoch.
//!
//! Left out: agreement. There is one directory, and while it is down nobody joins or is struck
//! out. Real clusters keep this list in `ZooKeeper` or etcd, or gossip it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::placement::{Epoch, Member, NodeIndex, View};

/// Who is in, who was told to leave, and who was heard when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Roster {
    view: View,
    left: BTreeSet<NodeIndex>,
    /// By the clock of the directory's present life, so not worth keeping.
    #[serde(skip)]
    heard: BTreeMap<NodeIndex, Duration>,
}

impl Roster {
    /// The first view, of those who are expected to be there.
    pub fn new(salt: u64, members: Vec<Member>) -> Roster {
        Roster {
            view: View { epoch: Epoch(1), salt, members },
            left: BTreeSet::new(),
            heard: BTreeMap::new(),
        }
    }

    /// Who is in.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// A node says that it is there. Whether that makes a new view.
    pub fn hear(&mut self, member: Member, now: Duration) -> bool {
        self.heard.insert(member.node, now);
        let is_news = !self.left.contains(&member.node) && !self.has(member.node);
        if is_news {
            self.view.members.push(member);
            self.view.members.sort_by_key(|member| member.node);
            self.view.epoch.0 += 1;
        }
        is_news
    }

    /// A node is to leave, and not to come back. Whether that makes a new view.
    pub fn leave(&mut self, node: NodeIndex) -> bool {
        self.left.insert(node);
        self.keep_only(|member| member.node != node)
    }

    /// Strikes out who has been silent for longer than `patience`. Whether that makes a new view.
    pub fn strike_out_silent(&mut self, now: Duration, patience: Duration) -> bool {
        // Nobody is silent who had no chance yet to speak to this life of the directory.
        for member in &self.view.members {
            self.heard.entry(member.node).or_insert(now);
        }
        let heard = self.heard.clone();
        self.keep_only(|member| now.saturating_sub(heard[&member.node]) <= patience)
    }

    fn has(&self, node: NodeIndex) -> bool {
        self.view.members.iter().any(|member| member.node == node)
    }

    fn keep_only(&mut self, keep: impl Fn(&Member) -> bool) -> bool {
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
        assert!(!roster.hear(member(0), at(1)));
        assert!(roster.hear(member(1), at(1)), "it joins");
        assert_eq!(roster.view().epoch, Epoch(2));
        assert_eq!(roster.view().members, [0, 1, 2].map(member));
        assert!(roster.leave(NodeIndex(1)));
        assert!(!roster.leave(NodeIndex(1)));
        assert_eq!(roster.view().epoch, Epoch(3));
    }

    #[test]
    fn who_left_is_not_admitted_again_and_who_was_silent_is() {
        let mut roster = Roster::new(7, vec![member(0), member(1)]);
        roster.leave(NodeIndex(0));
        assert!(!roster.hear(member(0), at(1)));
        assert!(!roster.strike_out_silent(at(1), at(2)), "it had no chance yet");
        assert!(!roster.strike_out_silent(at(3), at(2)));
        assert!(roster.strike_out_silent(at(4), at(2)));
        assert_eq!(roster.view().members, []);
        assert!(roster.hear(member(1), at(5)));
    }
}
