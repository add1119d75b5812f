//! Invariants: the five properties of Figure 3, which hold at every moment, and that no server
//! votes twice in a term. Each is checked from the events that all servers record.
//!
//! A [`Ledger`] follows every server's log, as it is on its disk.

mod ledger;
mod logs;
mod terms;

use netsplit_history::{Invariant, InvariantState, LabEvent};

pub use ledger::{Ledger, number};

/// All of them.
pub const INVARIANTS: &[Invariant] = &[
    invariant("election-safety", "At most one leader is elected in a term", || {
        Box::new(terms::ElectionSafety::default())
    }),
    invariant("single-vote", "No server votes for two candidates in a term", || {
        Box::new(terms::SingleVote::default())
    }),
    invariant(
        "leader-append-only",
        "A leader never overwrites or deletes entries in its log",
        || watching(logs::LeaderAppendOnly),
    ),
    invariant(
        "log-matching",
        "If two logs have an entry with the same index and term, they are the same up to it",
        || watching(logs::LogMatching::default()),
    ),
    invariant(
        "leader-completeness",
        "An entry that was committed in a term is in the log of every leader of a later term",
        || watching(logs::LeaderCompleteness::default()),
    ),
    invariant(
        "state-machine-safety",
        "No two servers apply different entries at one index",
        || watching(logs::StateMachineSafety::default()),
    ),
];

const fn invariant(
    name: &'static str,
    summary: &'static str,
    new: fn() -> Box<dyn InvariantState>,
) -> Invariant {
    Invariant { name, summary, new }
}

fn watching(property: impl Property + 'static) -> Box<dyn InvariantState> {
    let ledger = Ledger::default();
    Box::new(Watching { ledger, property })
}

/// A property of logs, which sees each event with all logs as they were before it.
trait Property {
    fn observe(&mut self, ledger: &Ledger, event: &LabEvent) -> Result<(), String>;
}

struct Watching<P> {
    ledger: Ledger,
    property: P,
}

impl<P: Property> InvariantState for Watching<P> {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        self.property.observe(&self.ledger, event)?;
        self.ledger.observe(event);
        Ok(())
    }

    fn concerns(&self, name: &str) -> bool {
        Ledger::EVENTS.contains(&name)
    }
}
