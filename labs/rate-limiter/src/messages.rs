//! Messages between clients, gateways and the store.

use std::fmt;

use netsplit_sim::prelude::*;

use crate::budget::{Statement, Total};
use crate::limiter::Decision;

/// Whose limit a request counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tenant(pub u64);

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t{}", self.0)
    }
}

/// A client's request to a gateway.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ask(pub Tenant);

/// A gateway's answer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Answer {
    /// The request was admitted and served.
    Served,
    /// Status 429: rejected, retry after this time.
    Limited(Duration),
    /// Status 503: nobody can tell whether it is within the limit. It had no effect.
    Unavailable,
}

/// A gateway asks the store for a decision.
#[derive(Debug, Serialize, Deserialize)]
pub struct Acquire {
    /// Whose request it is.
    pub tenant: Tenant,
    /// The gateway's wall clock.
    pub stamp: Duration,
}

/// The store asks a gateway for its totals.
#[derive(Debug, Serialize, Deserialize)]
pub struct Collect;

/// The number of requests that a gateway has admitted since it started, by tenant.
#[derive(Debug, Serialize, Deserialize)]
pub struct Totals(pub Vec<(Tenant, Total)>);

/// What the store tells a gateway of the last round, by tenant.
#[derive(Debug, Serialize, Deserialize)]
pub struct Statements(pub Vec<(Tenant, Statement)>);

messages! { KINDS:
    Ask "ask" @ 101 => Answer "answer";
    Acquire "acquire" @ 102 => Decision "verdict";
    Collect "collect" @ 103 => Totals "totals";
    Statements "budgets" @ 104;
}
