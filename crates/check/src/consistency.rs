//! The common part of the two checkers that search for one legal order: key by key, within a
//! budget, with a witness when there is none.
//!
//! A [`Rule`] decides one partition. [`check`] divides the [`Budget`] among the keys, smallest
//! first, so that one hard key cannot hide a violation at an easy one. A violation outweighs an
//! exhausted budget.

use netsplit_history::Operation;
use serde::Serialize;

use crate::budget::{Budget, Exhausted, Meter};
use crate::model::{Malformed, Model};
use crate::partition::{Partition, Scope, split};
use crate::witness::{Witness, shrink};

/// The answer of a checker, and the part of the history that it covers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Consistency {
    /// The answer.
    pub answer: Answer,
    /// Operations whose answer could have contradicted every order. Without one, an order proves
    /// nothing.
    pub checked: usize,
    /// What such an operation is, in words.
    #[serde(skip)]
    pub needs: &'static str,
    /// The operations that it covers.
    pub scope: Scope,
}

/// Whether there is a legal order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Every key has a legal order.
    Holds,
    /// One key has none.
    Violated(Box<Witness>),
    /// The budget ran out first, or the history has operations that no rule covers; the text says
    /// which.
    Unknown(String),
}

/// A condition on the order of one partition's operations.
pub(crate) trait Rule<M: Model> {
    /// Its name in findings.
    const NAME: &'static str;
    /// The constraint on the order, in words.
    const RESPECTING: &'static str;
    /// An operation that [`checked`](Rule::checked) counts, in words.
    const NEEDS: &'static str;

    /// `None` when there is a legal order; otherwise the positions of entries that have no legal
    /// order even among themselves.
    fn suspects(
        &self,
        model: &M,
        partition: &Partition<M::Action>,
        meter: &mut Meter,
    ) -> Result<Option<Vec<usize>>, Exhausted>;

    /// How many of the operations could have had an answer that contradicts every order, beside
    /// one that nobody wrote.
    fn checked(&self, partition: &Partition<M::Action>) -> usize;

    /// The reason why the rule does not apply to a partition, if it does not.
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
    let checked = split.partitions.iter().map(|partition| rule.checked(partition)).sum();
    if let Some(why) = split.scope.unjudged.clone() {
        return Ok(Consistency {
            answer: Answer::Unknown(why),
            checked,
            needs: R::NEEDS,
            scope: split.scope,
        });
    }
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
                    checked,
                    needs: R::NEEDS,
                    scope: split.scope,
                });
            }
            Err(spent) => {
                unknown.get_or_insert_with(|| spent.explain(budget, partition.key.as_deref()));
            }
        }
    }
    let answer = unknown.map_or(Answer::Holds, Answer::Unknown);
    Ok(Consistency { answer, checked, needs: R::NEEDS, scope: split.scope })
}
