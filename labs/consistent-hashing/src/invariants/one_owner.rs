//! One view, one owner: the whole trick of this lab. Processes with the same list of members agree
//! on the owner of every key without a message, and the owner is on the list.

use std::collections::BTreeMap;

use netsplit_history::{InvariantState, LabEvent};

use super::{Views, number};

/// Owners, by epoch and key.
#[derive(Debug, Default)]
pub struct OneOwner {
    views: Views,
    owners: BTreeMap<(u64, u64), u64>,
}

impl InvariantState for OneOwner {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        let detail = &event.detail;
        if &*event.name == Views::EVENT {
            self.views.add(event);
            return Ok(());
        }
        let (key, epoch) = (number(&detail["key"]), number(&detail["epoch"]));
        let of = format!("k{} by view {epoch}", key + 1);
        let members = self.views.of(epoch)?;
        let Some(owner) = detail["owner"].as_u64() else {
            return Err(format!("no node owns {of}"));
        };
        if !members.contains_key(&owner) {
            return Err(format!("n{} owns {of}, and is not a member", owner + 1));
        }
        match self.owners.insert((epoch, key), owner) {
            Some(other) if other != owner => {
                let (owner, other) = (owner + 1, other + 1);
                Err(format!("n{owner} and n{other} own {of}"))
            }
            _ => Ok(()),
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
    fn a_key_has_one_owner_in_each_view() {
        let views = || [view(1, &[0, 1]), view(2, &[1])];
        let two_views = views().into_iter().chain([owned(7, 1, 0), owned(7, 2, 1)]);
        assert_eq!(broken(OneOwner::default(), two_views), None);
        let one_view = views().into_iter().chain([owned(7, 1, 0), owned(7, 1, 1)]);
        assert_eq!(broken(OneOwner::default(), one_view), Some(3));
        let gone = views().into_iter().chain([owned(7, 2, 0)]);
        assert_eq!(broken(OneOwner::default(), gone), Some(2));
        let nobody = views().into_iter().chain([owned(7, 2, None)]);
        assert_eq!(broken(OneOwner::default(), nobody), Some(2));
    }
}
