//! Checks of history files (JSON lines, from any system) against a shipped model.
//!
//! [`check_history`] reads line by line and fails at the first line that is not an operation or
//! that the model cannot parse: a partly read history proves nothing. Operations unknown to the
//! model are counted in the [`Scope`](crate::Scope), so that a caller can report them.
//!
//! Left out: histories larger than memory. The operations are kept in memory, the text is not.

use std::io::BufRead;

use netsplit_history::{HistoryError, Operation, read_history};
use serde_json::Value;

use crate::budget::Budget;
use crate::consistency::{Answer, Consistency};
use crate::expect::{PropertyFinding, Verdict};
use crate::linearizable::check_linearizable;
use crate::model::{AbsentReadsAs, KeyValue, Malformed, Model, Register};

/// A model that ships with Netsplit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShippedModel {
    /// [`Register`]: read, write, cas.
    Register,
    /// [`KeyValue`]: get, put, append, delete.
    KeyValue,
}

impl ShippedModel {
    /// The model whose operation names the history uses.
    ///
    /// # Errors
    /// When it uses those of neither model, or of both.
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

/// Checks that the history in `input` is linearizable. A key that was never written reads as
/// `absent`; null if that is `None`.
///
/// # Errors
/// At the first line that cannot be read, is not an operation, or does not fit the model.
pub fn check_history(
    input: impl BufRead,
    model: ShippedModel,
    absent: Option<Value>,
    budget: &Budget,
) -> Result<Consistency, HistoryError> {
    let history = read_history(input)?;
    let absent = absent.unwrap_or(Value::Null);
    let checked = match model {
        ShippedModel::Register => {
            check_linearizable(&AbsentReadsAs { model: Register, absent }, &history, budget)
        }
        ShippedModel::KeyValue => {
            check_linearizable(&AbsentReadsAs { model: KeyValue, absent }, &history, budget)
        }
    };
    // Empty lines stand only at the end, so positions and line numbers agree.
    checked.map_err(|Malformed { index, why }| HistoryError::Malformed { line: index + 1, why })
}

impl Consistency {
    /// The verdict and its reason. A history without an operation that could have contradicted an
    /// order is inconclusive, and with `needs_overlap` so is one without concurrent operations.
    pub fn finding(&self, needs_overlap: bool) -> PropertyFinding {
        let (verdict, why) = match &self.answer {
            Answer::Violated(witness) => (Verdict::Fail, witness.to_string()),
            Answer::Unknown(why) => (Verdict::Inconclusive, why.clone()),
            Answer::Holds if self.scope.operations == 0 => {
                (Verdict::Inconclusive, "nothing to check".to_owned())
            }
            Answer::Holds if self.checked == 0 => {
                (Verdict::Inconclusive, self.scope.shows_nothing(self.needs))
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
