//! Sequential consistency, key by key.
//!
//! The operations of each key must have one legal order that keeps every client's own
//! order, whatever the clocks say (Lamport, "How to make a multiprocessor computer that
//! correctly executes multiprocess programs", IEEE Transactions
//! on Computers 28(9), 1979; per key this is also
//! called coherence). An operation of unknown outcome comes after its client's earlier operations,
//! at any position or none, and its client's later operations need not wait for it.
//!
//! [`check_sequential`] decides each key separately. Where each value was written once, the
//! clusters' order must have no cycle (Gibbons & Korach 1997, section 4); elsewhere a
//! search over the clients' positions, with the linearizability checker's set of visited
//! configurations, has to find the order: the problem is NP-complete.
//!
//! Left out: sequential consistency of all keys together, which is stronger: it is not a local
//! property, so each key may have an order while the whole has none.

mod order;
mod search;

use std::collections::{BTreeMap, BTreeSet};

use netsplit_history::Operation;

use crate::budget::{Budget, Exhausted, Meter};
use crate::clusters::{Values, clusters};
use crate::consistency::{Consistency, Rule, check};
use crate::model::{Malformed, Model};
use crate::partition::{Entry, Partition};

/// Decides whether each key of `history` is sequentially consistent under `model`.
///
/// # Errors
/// When an operation of `model` has an input or output that the model cannot parse.
pub fn check_sequential<M: Model>(
    model: &M,
    history: &[Operation],
    budget: &Budget,
) -> Result<Consistency, Malformed> {
    check(&Sequential, model, history, budget)
}

struct Sequential;

impl<M: Model> Rule<M> for Sequential {
    const NAME: &'static str = "sequentially consistent";
    const RESPECTING: &'static str = "each client's own order";
    const NEEDS: &'static str =
        "an answered read of a written key by a client that had read or written it before";

    fn suspects(
        &self,
        model: &M,
        partition: &Partition<M::Action>,
        meter: &mut Meter,
    ) -> Result<Option<Vec<usize>>, Exhausted> {
        let programs = Programs::of(&partition.entries);
        match clusters(model, partition) {
            Values::Orphan(read) => return Ok(Some(vec![read])),
            Values::Once(clusters) => {
                return Ok(order::conflict(&partition.entries, &programs, &clusters));
            }
            Values::Ambiguous => {}
        }
        let legal = search::search(model, &partition.entries, &programs, meter)?;
        Ok((!legal).then(|| (0..partition.entries.len()).collect()))
    }

    /// The answered reads of a client that had read or written the key before.
    fn checked(&self, partition: &Partition<M::Action>) -> usize {
        let mut seen = BTreeSet::new();
        let others: BTreeSet<_> = partition
            .entries
            .iter()
            .filter(|entry| !seen.insert(entry.client))
            .map(|entry| entry.index)
            .collect();
        let reads = partition.reads_beside_writes();
        reads.filter(|(read, _)| others.contains(&read.index)).count()
    }

    fn refuse(&self, partition: &Partition<M::Action>) -> Option<String> {
        let mut last: BTreeMap<u32, &Entry<M::Action>> = BTreeMap::new();
        for entry in partition.entries.iter().filter(|entry| !entry.unknown) {
            if let Some(before) = last.insert(entry.client, entry)
                && before.finish > entry.invoke
            {
                return Some(format!(
                    "client {} has two operations at once, {} and {}: it has no order of its own",
                    entry.client,
                    before.index + 1,
                    entry.index + 1
                ));
            }
        }
        None
    }
}

/// The operations of each client, in its order.
pub(crate) struct Programs {
    /// Answered operations of each client.
    known: Vec<Vec<usize>>,
    /// Operations of unknown outcome: the client's index in `known`, the number of its answered
    /// operations that come before, and the operation.
    unknown: Vec<(usize, usize, usize)>,
}

impl Programs {
    fn of<A>(entries: &[Entry<A>]) -> Programs {
        let mut places = BTreeMap::new();
        let mut programs = Programs { known: Vec::new(), unknown: Vec::new() };
        for (position, entry) in entries.iter().enumerate() {
            let client = *places.entry(entry.client).or_insert_with(|| {
                programs.known.push(Vec::new());
                programs.known.len() - 1
            });
            let program = &mut programs.known[client];
            if entry.unknown {
                programs.unknown.push((client, program.len(), position));
            } else {
                program.push(position);
            }
        }
        programs
    }
}
