//! Maglev's table (Eisenbud et al., NSDI 2016, section 3.4): nodes that take turns have floor or
//! ceiling of M/N of its entries each. Nodes of different weights take several turns in a row, and
//! no law as simple holds for them.

use netsplit_history::{InvariantState, LabEvent};

use super::{Members, Views, number, pairs};

/// The views by which tables were filled.
#[derive(Debug, Default)]
pub struct EvenTable {
    views: Views,
}

impl InvariantState for EvenTable {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        let detail = &event.detail;
        if &*event.name == Views::EVENT {
            self.views.add(event);
            return Ok(());
        }
        let members = self.views.of(number(&detail["epoch"]))?;
        let (size, nodes) = (number(&detail["size"]), members.len() as u64);
        let entries: Members = pairs(&detail["entries"]).collect();
        let all: u64 = entries.values().sum();
        if all != size || !entries.keys().eq(members.keys()) {
            return Err(format!("{all} of {size} entries belong to members"));
        }
        let mut weights = members.values();
        let first = weights.next();
        if weights.any(|weight| Some(weight) != first) {
            return Ok(());
        }
        let fair = size / nodes..=size.div_ceil(nodes);
        match entries.iter().find(|(_, has)| !fair.contains(has)) {
            Some((node, has)) => Err(format!("n{} has {has} of {size}", node + 1)),
            None => Ok(()),
        }
    }

    fn concerns(&self, name: &str) -> bool {
        [Views::EVENT, "table"].contains(&name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{broken, view};
    use super::*;

    fn breaks(size: u64, entries: &[(u64, u64)]) -> bool {
        let table = json!({ "epoch": 1, "size": size, "entries": entries });
        let events = [view(1, &[0, 1, 2]), ("table", table)];
        broken(EvenTable::default(), events).is_some()
    }

    #[test]
    fn floor_or_ceiling_and_every_entry() {
        assert!(!breaks(11, &[(0, 4), (1, 3), (2, 4)]));
        assert!(breaks(11, &[(0, 5), (1, 3), (2, 3)]));
        assert!(breaks(11, &[(0, 4), (1, 3), (2, 3)]), "one entry has no owner");
        assert!(breaks(11, &[(0, 4), (1, 3), (3, 4)]), "node 3 is no member");
    }
}
