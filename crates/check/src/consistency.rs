//! The frame of the two checkers that look for one legal order: key by key, within a
//! budget, with a witness where there is none.
//!
//! A [`Rule`] decides one partition. [`check`] shares the [`Budget`] out over the keys,
//! smallest first, so that one hard key cannot hide a violation at an easy one; a violation
//! outweighs a search that ran out.

use netsplit_history::Operation;
use serde::Serialize;

use crate::budget::{Budget, Meter, Spent};
use crate::model::{Malformed, Model};
use crate::partition::{Partition, Scope, split};
use crate::witness::{Witness, shrink};

/// What a checker found out, and about how much.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Consistency {
    /// The finding.
    pub answer: Answer,
    /// What it is about.
    pub scope: Scope,
}

/// Whether there is a legal order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// There is, for each key.
    Holds,
    /// There is none at one key.
    Violated(Box<Witness>),
    /// The budget ran out before the answer: says where.
    Unknown(String),
}

/// A condition on the order of one partition's operations.
pub(crate) trait Rule<M: Model> {
    /// Its name in findings.
    const NAME: &'static str;
    /// What the order must respect, in words.
    const RESPECTING: &'static str;

    /// `None` when there is a legal order; otherwise positions of entries that already have
    /// none among themselves.
    fn suspects(
        &self,
        model: &M,
        partition: &Partition<M::Action>,
        meter: &mut Meter,
    ) -> Result<Option<Vec<usize>>, Spent>;

    /// Why the rule does not apply to a partition at all, if it does not.
    fn refuse(&self, _partition: &Partition<M::Action>) -> Option<String> {
        None
    }
}

/// Checks `history`, key by key.
pub(crate) fn check<M: Model, R: Rule<M>>(
    rule: &R,
    model: &M,
    history: &[Operation],
    budget: &Budget,
) -> Result<Consistency, Malformed> {
    let mut split = split(model, history)?;
    split.partitions.sort_by_key(|part| part.entries.len());
    let mut steps_left = budget.steps;
    let mut unknown = None;
    let count = split.partitions.len() as u64;
    for (done, partition) in (0..).zip(&split.partitions) {
        if let Some(why) = rule.refuse(partition) {
            unknown.get_or_insert(why);
            continue;
        }
        let share = steps_left / (count - done);
        let mut meter = Meter::new(share, budget.memory_bytes);
        let result = rule.suspects(model, partition, &mut meter);
        steps_left -= share - meter.steps_left();
        match result {
            Ok(None) => {}
            Ok(Some(suspects)) => {
                let violated = |part: &Partition<M::Action>, meter: &mut Meter| {
                    rule.suspects(model, part, meter).map(|found| found.is_some())
                };
                let core = shrink(model, partition, suspects, budget, violated);
                let witness = Witness::new::<M, R>(model, history, partition, &core);
                return Ok(Consistency {
                    answer: Answer::Violated(Box::new(witness)),
                    scope: split.scope,
                });
            }
            Err(spent) => {
                unknown.get_or_insert_with(|| spent.explain(budget, partition.key.as_deref()));
            }
        }
    }
    Ok(Consistency { answer: unknown.map_or(Answer::Holds, Answer::Unknown), scope: split.scope })
}
