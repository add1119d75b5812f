//! A shared budget: how the store settles rounds, and how regions spend.

use std::rc::Rc;

use netsplit_lab_rate_limiter::budget::{Budget, Ledger, Round, SharedBudget, Statement};
use netsplit_lab_rate_limiter::exercises::ComparedBudget;
use netsplit_lab_rate_limiter::{seats, synced};
use netsplit_sim::prelude::OpenFilling;

/// The rules keep nothing themselves: the store's state is a `Ledger` for each tenant, a region's a
/// `Budget` for each tenant.
///
/// Every `sync_every` the store asks all regions how many requests they have admitted, settles the
/// round, and sends each region a statement of what is left.
pub struct MyBudget;

impl SharedBudget for MyBudget {
    /// The store settles a round.
    ///
    /// - The credit is in nanoseconds, as in a token bucket: it grows by the time from the last
    ///   round's `asked`, which is in the ledger, to this one's, and each new request costs an
    ///   `interval`. Debt is kept: the credit may become negative.
    /// - It never grows beyond `capacity`. New requests may have come as late as `round.heard`,
    ///   when a full bucket would have been overflowing since `asked`; so a round with new requests
    ///   pays for them from at most `capacity` less the time from `asked` to `heard`.
    /// - `round.totals` are counts since the start of the run, one per region; a region's requests
    ///   up to `paid` are paid for already. A total may be missing, or lower than an earlier one,
    ///   and no request may be paid for twice.
    /// - It sets `asked`, and also `sound` if all regions have answered and there is no debt.
    fn settle(&self, ledger: &mut Ledger, round: &Round) {
        todo!("add what has accrued, pay for the new requests")
    }

    /// The store tells the region with this index what is left: `asked` and `sound` of the ledger,
    /// whole tokens (`level`, 0 in debt), and the total up to which the region's own requests are
    /// paid for. Called after `settle`.
    fn statement(&self, ledger: &Ledger, region: usize) -> Statement {
        todo!("what is left, all of it, to each region")
    }

    /// A statement arrives at a region.
    ///
    /// - The region may admit `level` requests beyond `paid`; what it has admitted since it was
    ///   asked comes off. Of the old budget nothing is left.
    /// - `asked` and `sound` are the statement's now.
    /// - Statements may come twice and out of order: one that was asked for before the budget's
    ///   changes nothing.
    fn renew(&self, budget: &mut Budget, statement: &Statement) {
        todo!("replace the budget, unless the statement is old")
    }

    /// A region is asked for a request: whether it may be admitted by this budget. If so, it is
    /// spent.
    fn try_spend(&self, budget: &mut Budget) -> bool {
        todo!("spend one, if there is one")
    }
}

/// The filling `my-shared-budget`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::COORDINATION.filling("my-shared-budget", "My shared budget", |cluster| {
        synced(cluster, Rc::new(ComparedBudget(MyBudget)))
    })
}
