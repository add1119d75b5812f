//! What clients, gateways and the store say to each other.

use std::fmt;
use std::time::Duration;

use netsplit_sim::{Message, Rpc};
use serde::{Deserialize, Serialize};

use crate::budget::{Statement, Total};

/// The kinds of messages.
pub const KINDS: &[&str] = &["ask", "answer", "acquire", "verdict", "collect", "totals", "budgets"];

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tenant(pub u64);

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t{}", self.0)
    }
}

/// A client asks a gateway for something.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ask(pub Tenant);

/// What a client gets.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Answer {
    /// What it asked for.
    Served,
    /// Status 429: too many requests, come again after this time.
    Limited(Duration),
    /// Status 503: nobody can say whether it is too many. Nothing was done.
    Unavailable,
}

/// A gateway asks the store for a decision.
#[derive(Debug, Serialize, Deserialize)]
pub struct Acquire {
    /// Whose request it is.
    pub tenant: Tenant,
    /// What the gateway's wall clock shows.
    pub stamp: Duration,
}

/// The store's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// It may pass after so long.
    Admit(Duration),
    /// It may not; try again after so long.
    Reject(Duration),
}

/// The store asks a gateway what it has admitted.
#[derive(Debug, Serialize, Deserialize)]
pub struct Collect;

/// What a gateway has admitted since the start, by tenant.
#[derive(Debug, Serialize, Deserialize)]
pub struct Totals(pub Vec<(Tenant, Total)>);

/// What a gateway may admit from now on, by tenant.
#[derive(Debug, Serialize, Deserialize)]
pub struct Statements(pub Vec<(Tenant, Statement)>);

/// Gives a message its kind and port, and a request its answer.
macro_rules! messages {
    ($($name:ident $kind:literal $port:literal $(-> $answer:ident)?;)*) => {$(
        impl Message for $name {
            const PORT: u16 = $port;

            fn kind(&self) -> &'static str {
                $kind
            }
        }
        $(impl Rpc for $name {
            type Response = $answer;
        })?
    )*};
}

messages! {
    Ask "ask" 101 -> Answer;
    Answer "answer" 1;
    Acquire "acquire" 102 -> Verdict;
    Verdict "verdict" 1;
    Collect "collect" 103 -> Totals;
    Totals "totals" 1;
    Statements "budgets" 104;
}
