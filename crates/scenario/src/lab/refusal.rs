//! Refusals: what a lab says of a scenario whose values do not fit together.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The reason why a lab cannot be built from a scenario: the key of a value that does not fit.
///
/// [`refused`](fn@crate::refused) finds the key in the scenario's file, or on the command line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub(crate) keys: Vec<String>,
    pub(crate) wrong: String,
    pub(crate) expected: String,
}

impl Refusal {
    /// Refuses the value of `key`, which is written as `--set` writes it: `params.r`,
    /// `nodes.servers.count`, `load.clients.keys`, `fault.cut.for`, `variant`. `wrong` states the
    /// problem, and `expected` begins with "expected".
    pub fn new(
        key: impl Into<String>,
        wrong: impl Into<String>,
        expected: impl Into<String>,
    ) -> Refusal {
        Refusal { keys: vec![key.into()], wrong: wrong.into(), expected: expected.into() }
    }

    /// Names another key that the problem is about. The first key that the scenario sets is shown.
    #[must_use]
    pub fn or(mut self, key: impl Into<String>) -> Refusal {
        self.keys.push(key.into());
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.wrong, self.expected)
    }
}

impl std::error::Error for Refusal {}
