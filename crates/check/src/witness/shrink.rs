//! Reduction of a violation to a minimal one.

use crate::budget::{Budget, Exhausted, Meter};
use crate::model::Model;
use crate::partition::Partition;

/// A reduced violation.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    /// Positions in the partition, ascending.
    pub(crate) entries: Vec<usize>,
    pub(crate) minimal: bool,
}

/// The share of the budget for a single check, so that a hard one does not use it up.
const CHECKS: u64 = 64;

/// Minimises `suspects`: drops large chunks first, then smaller ones, and finally single groups
/// until none can be dropped (Zeller & Hildebrandt, "Simplifying and isolating
/// failure-inducing input", 2002, where complements are dropped). Ends early, with what it has,
/// when the budget's steps are used: those of the checks, and one for each pair of operations
/// compared and for each operation copied.
pub(crate) fn shrink<M: Model>(
    model: &M,
    partition: &Partition<M::Action>,
    suspects: Vec<usize>,
    budget: &Budget,
    violated: impl Fn(&Partition<M::Action>, &mut Meter) -> Result<bool, Exhausted>,
) -> Core {
    let mut core = suspects;
    let mut steps_left = budget.steps;
    let mut size = (core.len() / 2).max(1);
    loop {
        let before = core.len();
        let mut minimal = true;
        let mut start = 0;
        while start < core.len() {
            if steps_left == 0 {
                return Core { entries: core, minimal: false };
            }
            let end = (start + size).min(core.len());
            let (rest, compared) = without(model, partition, &core, start..end);
            steps_left = steps_left.saturating_sub(compared);
            if rest.is_empty() {
                start = end;
                continue;
            }
            let share = steps_left.min(budget.steps / CHECKS);
            let mut meter = Meter::new(share, budget.memory_bytes);
            let result = violated(&subset(partition, &rest), &mut meter);
            let used = share - meter.steps_left() + rest.len() as u64;
            steps_left = steps_left.saturating_sub(used);
            match result {
                Ok(true) => core = rest,
                Ok(false) => start = end,
                Err(_) => {
                    minimal = false;
                    start = end;
                }
            }
        }
        if size > 1 {
            size /= 2;
        } else if core.len() == before {
            let entries = core;
            return Core { entries, minimal };
        }
    }
}

/// `core` without the entries at `dropped` and, transitively, without those that may have seen
/// their writes; and how many pairs of entries it compared.
fn without<M: Model>(
    model: &M,
    partition: &Partition<M::Action>,
    core: &[usize],
    dropped: std::ops::Range<usize>,
) -> (Vec<usize>, u64) {
    let mut compared = 0;
    let entry = |index: usize| &partition.entries[core[index]];
    let mut gone = vec![false; core.len()];
    let mut to_follow: Vec<usize> = dropped.collect();
    for &index in &to_follow {
        gone[index] = true;
    }
    while let Some(write) = to_follow.pop() {
        if entry(write).read {
            continue;
        }
        compared += gone.len() as u64;
        for (reader, gone) in gone.iter_mut().enumerate() {
            let (written, answer) = (&entry(write).action, &entry(reader).action);
            if !*gone && model.may_see(written, answer, partition.whole) {
                *gone = true;
                to_follow.push(reader);
            }
        }
    }
    let rest = (0..core.len()).filter(|&index| !gone[index]).map(|index| core[index]).collect();
    (rest, compared)
}

fn subset<A: Clone>(partition: &Partition<A>, kept: &[usize]) -> Partition<A> {
    Partition {
        key: partition.key.clone(),
        entries: kept.iter().map(|&entry| partition.entries[entry].clone()).collect(),
        whole: partition.whole,
    }
}
