//! Linearizability.
//!
//! A history is linearizable when each operation appears to take effect at one instant between
//! its invocation and its return, with the results of a sequential execution (Herlihy & Wing,
//! "Linearizability: a correctness condition for concurrent objects", TOPLAS 12(3), 1990). An
//! operation of unknown outcome takes effect at any time after its invocation, or never.
//!
//! [`check_linearizable`] decides each key separately. Where each value was written once,
//! `zones` decides by sorting; elsewhere `search` looks for a legal order, within a
//! [`Budget`]. A violation carries a [`Witness`](crate::Witness).
//!
//! Left out: strict serializability of operations on several keys at once.

mod events;
mod search;
mod zones;

use netsplit_history::Operation;

use crate::budget::{Budget, Exhausted, Meter};
use crate::clusters::{Values, clusters};
use crate::consistency::{Consistency, Rule, check};
use crate::model::{Malformed, Model};
use crate::partition::Partition;

/// Decides whether `history` is linearizable under `model`.
///
/// # Errors
/// When an operation of `model` has an input or output that the model cannot parse.
pub fn check_linearizable<M: Model>(
    model: &M,
    history: &[Operation],
    budget: &Budget,
) -> Result<Consistency, Malformed> {
    check(&Linearizable, model, history, budget)
}

struct Linearizable;

impl<M: Model> Rule<M> for Linearizable {
    const NAME: &'static str = "linearizable";
    const RESPECTING: &'static str = "real time";
    const NEEDS: &'static str = "an answered read of a key during or after a write of it";

    fn suspects(
        &self,
        model: &M,
        partition: &Partition<M::Action>,
        meter: &mut Meter,
    ) -> Result<Option<Vec<usize>>, Exhausted> {
        let entries = &partition.entries;
        match clusters(model, partition) {
            Values::Orphan(read) => return Ok(Some(vec![read])),
            Values::Once(clusters) => return Ok(zones::conflict(entries, &clusters)),
            Values::Ambiguous => {}
        }
        let stuck = search::search(model, entries, meter)?;
        // Operations invoked after the return that no order gets past cannot repair it.
        Ok(stuck.map(|stuck| {
            let end = entries[stuck].finish;
            (0..entries.len()).filter(|&entry| entries[entry].invoke <= end).collect()
        }))
    }

    /// The answered reads that did not end before all writes of others began.
    fn checked(&self, partition: &Partition<M::Action>) -> usize {
        let reads = partition.reads_beside_writes();
        reads.filter(|(read, write)| write.invoke <= read.finish).count()
    }
}

#[cfg(test)]
mod tests {
    //! The zones and the search decide the same histories by different means.

    use super::*;
    use crate::partition::split;
    use crate::{CellAction, Register};
    use netsplit_history::{Outcome, Status, Time};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// A history of reads and unique writes: (from, length, value read or none, unknown).
    fn history(ops: &[(u64, u64, Option<usize>, bool)]) -> Vec<Operation> {
        let writes: Vec<_> = (0..ops.len()).filter(|&i| ops[i].2.is_none()).collect();
        let value = |read: usize| match writes.get(read % (writes.len() + 1)) {
            Some(write) => json!(write),
            None => Value::Null,
        };
        let ops = ops.iter().enumerate();
        ops.map(|(i, &(from, length, read, unknown))| Operation {
            client: i as u32,
            load: "clients".into(),
            op: if read.is_some() { "read" } else { "write" }.into(),
            key: None,
            input: read.map_or(json!(i), |_| Value::Null).into(),
            output: read.map_or(Value::Null, value).into(),
            intended: Time::from_nanos(from),
            invoke: Time::from_nanos(from),
            finished: Time::from_nanos(from + length),
            status: Status::Ok,
            outcome: if unknown { Outcome::Unknown } else { Outcome::Ok },
            error: None,
        })
        .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn zones_agree_with_the_search(ops in prop::collection::vec(
            (0..40u64, 0..15u64, prop::option::of(0..9usize), prop::bool::weighted(0.1)),
            1..14,
        )) {
            let split = split(&Register, &history(&ops)).unwrap();
            let mut meter = Meter::new(u64::MAX, usize::MAX);
            for partition in &split.partitions {
                let entries: &[crate::partition::Entry<CellAction>] = &partition.entries;
                let Values::Once(found) = clusters(&Register, partition) else {
                    panic!("each value is written once");
                };
                let stuck = search::search(&Register, entries, &mut meter).unwrap();
                let conflict = zones::conflict(entries, &found);
                prop_assert_eq!(conflict.is_none(), stuck.is_none());
            }
        }
    }
}
