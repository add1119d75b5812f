//! Actions of a scenario, as the run saw them.

use serde::{Deserialize, Serialize};

use crate::Time;

/// One action of the scenario: when it was asked for, and when it was obeyed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionRecord {
    /// Its name in the scenario.
    pub name: String,
    /// What is asked: the verb, and its arguments once they are resolved, such as `leave n3`.
    pub what: String,
    /// When the lab was asked; `None` when it never was.
    pub asked: Option<Time>,
    /// When the lab had done it; `None` when it never did.
    pub obeyed: Option<Time>,
    /// Why it was not asked or not obeyed, as far as anybody said; may be empty.
    pub why: String,
}

impl ActionRecord {
    /// Why the action did not come about, in a sentence; `None` when it was obeyed.
    pub fn failure(&self) -> Option<String> {
        let ActionRecord { name, what, asked, obeyed, why } = self;
        if obeyed.is_some() {
            return None;
        }
        let because = if why.is_empty() { String::new() } else { format!(": {why}") };
        Some(match asked {
            None => format!("action `{name}` ({what}) was never asked{because}"),
            Some(at) => {
                let at = at.as_secs_f64();
                format!("action `{name}` ({what}) was asked at {at}s and never obeyed{because}")
            }
        })
    }
}
