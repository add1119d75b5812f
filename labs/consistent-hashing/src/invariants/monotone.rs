//! Monotone (Karger et al., STOC 1997, section 4): when a node joins, keys move to it and nowhere
//! else; when one leaves, only its keys move. So if a key has different owners by two views, the
//! old one has left or the new one has joined between them.

use std::collections::BTreeMap;

use netsplit_history::{InvariantState, LabEvent};

use super::{Members, Views, number};

/// The owners of each key, by epoch.
#[derive(Debug, Default)]
pub struct Monotone {
    views: Views,
    owners: BTreeMap<u64, BTreeMap<u64, u64>>,
}

impl Monotone {
    /// Whether a node was absent from some view from `first` to `last`.
    fn was_absent(&self, node: u64, first: u64, last: u64) -> bool {
        let is_absent = |(_, members): (&u64, &Members)| !members.contains_key(&node);
        self.views.0.range(first..=last).any(is_absent)
    }

    fn check(&self, key: u64, from: (u64, u64), to: (u64, u64)) -> Result<(), String> {
        let ((before, old), (after, new)) = (from, to);
        if old == new || self.was_absent(old, before, after) || self.was_absent(new, before, after)
        {
            return Ok(());
        }
        let (old, new) = (old + 1, new + 1);
        Err(format!(
            "k{} moved from n{old} to n{new}, and both were members from view {before} to {after}",
            key + 1
        ))
    }
}

impl InvariantState for Monotone {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        let detail = &event.detail;
        if &*event.name == Views::EVENT {
            self.views.add(event);
            return Ok(());
        }
        let Some(owner) = detail["owner"].as_u64() else {
            return Ok(());
        };
        let (key, epoch) = (number(&detail["key"]), number(&detail["epoch"]));
        // A router may lag behind, so an owner by a later view may be known already.
        let known = self.owners.entry(key).or_default();
        let next = known.range(epoch..).next().map(|(at, of)| (*at, *of));
        let last = known.range(..epoch).next_back().map(|(at, of)| (*at, *of));
        known.insert(epoch, owner);
        if let Some(last) = last {
            self.check(key, last, (epoch, owner))?;
        }
        match next {
            Some(next) => self.check(key, (epoch, owner), next),
            None => Ok(()),
        }
    }

    fn concerns(&self, name: &str) -> bool {
        [Views::EVENT, "routed"].contains(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{broken, owned, view};
    use super::*;

    #[test]
    fn keys_move_to_a_node_that_joins_and_from_one_that_leaves() {
        let joins = || [view(1, &[0, 1]), view(2, &[0, 1, 2]), owned(7, 1, 0)];
        let fine = joins().into_iter().chain([owned(7, 2, 2)]);
        assert_eq!(broken(Monotone::default(), fine), None);
        let wrong = joins().into_iter().chain([owned(7, 2, 1)]);
        assert_eq!(broken(Monotone::default(), wrong), Some(3));
        let leaves = [view(1, &[0, 1]), view(2, &[1]), owned(7, 1, 0), owned(7, 2, 1)];
        assert_eq!(broken(Monotone::default(), leaves), None);
    }

    #[test]
    fn a_router_that_lags_is_checked_by_its_own_view() {
        let views = || [view(1, &[0, 1]), view(2, &[0, 1, 2])];
        let late = views().into_iter().chain([owned(7, 2, 2), owned(7, 1, 0)]);
        assert_eq!(broken(Monotone::default(), late), None);
        let late = views().into_iter().chain([owned(7, 2, 1), owned(7, 1, 0)]);
        assert_eq!(broken(Monotone::default(), late), Some(3));
    }

    #[test]
    fn a_node_that_was_absent_may_take_its_keys_back() {
        let events =
            [view(1, &[0, 1]), view(2, &[1]), view(3, &[0, 1]), owned(7, 1, 1), owned(7, 3, 0)];
        assert_eq!(broken(Monotone::default(), events), None);
    }
}
