//! Anybody's history, in the JSON-lines format, against a shipped model.
//!
//! [`check_history`] reads line by line, and stops at the first line that is no operation or
//! that makes no sense to the model: a history that was read in part proves nothing.
//! Operations that the model does not have are counted in the [`Scope`](crate::Scope), so
//! that a caller can say what was left out.
//!
//! Left out: histories larger than memory. The operations are kept, the text is not.

use std::io::BufRead;

use netsplit_history::{HistoryError, Operation, read_history};

use crate::budget::Budget;
use crate::consistency::{Answer, Consistency};
use crate::expect::{PropertyFinding, Verdict};
use crate::linearizable::check_linearizable;
use crate::model::{KeyValue, Malformed, Model, Register};

/// A model that comes with Netsplit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShippedModel {
    /// [`Register`]: read, write, cas.
    Register,
    /// [`KeyValue`]: get, put, append, delete.
    KeyValue,
}

impl ShippedModel {
    /// The model that a history's operation names call for.
    ///
    /// # Errors
    /// When they call for none, or for both.
    pub fn of(history: &[Operation]) -> Result<ShippedModel, String> {
        let any = |names: &[&str]| history.iter().any(|op| names.contains(&&*op.op));
        match (any(Register.operations()), any(KeyValue.operations())) {
            (true, false) => Ok(ShippedModel::Register),
            (false, true) => Ok(ShippedModel::KeyValue),
            (true, true) => Err("the history has operations of a register and of a map".into()),
            (false, false) => Err("the history has no operation of a register or of a map".into()),
        }
    }
}

/// Checks that the history in `input` is linearizable.
///
/// # Errors
/// At the first line that cannot be read, is no operation, or makes no sense to the model.
pub fn check_history(
    input: impl BufRead,
    model: ShippedModel,
    budget: &Budget,
) -> Result<Consistency, HistoryError> {
    let history = read_history(input).collect::<Result<Vec<_>, _>>()?;
    let checked = match model {
        ShippedModel::Register => check_linearizable(&Register, &history, budget),
        ShippedModel::KeyValue => check_linearizable(&KeyValue, &history, budget),
    };
    // Empty lines are malformed, so that places and line numbers agree.
    checked.map_err(|Malformed { index, why }| HistoryError::Malformed { line: index + 1, why })
}

impl Consistency {
    /// The verdict and its reason. A history that no operation of the model is in, or in
    /// which nothing overlapped, shows nothing.
    pub fn finding(&self, needs_overlap: bool) -> PropertyFinding {
        let (verdict, why) = match &self.answer {
            Answer::Violated(witness) => (Verdict::Fail, witness.to_string()),
            Answer::Unknown(why) => (Verdict::Inconclusive, why.clone()),
            Answer::Holds if self.scope.operations == 0 => {
                (Verdict::Inconclusive, "nothing to check".to_owned())
            }
            Answer::Holds if needs_overlap && self.scope.overlapping_pairs == 0 => (
                Verdict::Inconclusive,
                "no two operations on one key overlapped, other than reads".to_owned(),
            ),
            Answer::Holds => (Verdict::Pass, String::new()),
        };
        let witness = match &self.answer {
            Answer::Violated(witness) => Some(witness.clone()),
            _ => None,
        };
        PropertyFinding { verdict, why: self.scope.remark(why), witness }
    }
}
