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
    Invariant {
        name: "election-safety",
        summary: "At most one leader is elected in a term",
        needs: &["became-leader"],
        new: || Box::new(terms::ElectionSafety::default()),
    },
    Invariant {
        name: "single-vote",
        summary: "No server votes for two candidates in a term",
        needs: &["voted"],
        new: || Box::new(terms::SingleVote::default()),
    },
    Invariant {
        name: "leader-append-only",
        summary: "A leader never overwrites or deletes entries in its log",
        needs: &["became-leader", "appended"],
        new: || watching(logs::LeaderAppendOnly),
    },
    Invariant {
        name: "log-matching",
        summary: "If two logs have an entry with the same index and term, they are the same up to it",
        needs: &["appended"],
        new: || watching(logs::LogMatching::default()),
    },
    Invariant {
        name: "leader-completeness",
        summary: "An entry that was committed in a term is in the log of every leader of a later term",
        needs: &["applied", "became-leader"],
        new: || watching(logs::LeaderCompleteness::default()),
    },
    Invariant {
        name: "state-machine-safety",
        summary: "No two servers apply different entries at one index",
        needs: &["applied"],
        new: || watching(logs::StateMachineSafety::default()),
    },
];

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
