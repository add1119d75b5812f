//! Shared budgets: regions spend from a budget that a store renews periodically.
//!
//! Every round the store asks the regions how many requests each has admitted since the start
//! of the run, subtracts the new ones from its [`Ledger`], and tells each region what is left, in
//! a [`Statement`]. Until the next round every region may spend all of that from its [`Budget`]:
//! no request waits for a distant store, and nothing is reserved for a region that does not need
//! it. [`SharedBudget`] is the seat of these steps, and [`GlobalBucket`] the reference.
//!
//! Several regions may spend the same tokens, though. With rounds every s that take d, demand
//! lambda, rate r, N regions and a full bucket of L, they are never more than
//!
//! ```text
//! min((lambda - r)(s + d), (N - 1) L)
//! ```
//!
//! ahead of the limit. (The idea is the global token bucket of Raghavan et al., "Cloud control
//! with distributed rate limiting", SIGCOMM 2007, section 3.)
//!
//! # Why
//!
//! Round q asks at A(q) and has heard by H(q); then it knows of P(q) requests in all. A request
//! that it hears of may be as late as H(q), so the bucket may have overflowed until then: a round
//! with new requests pays for them from at most L - r (H(q) - A(q)). So the credit left after round
//! q is, for every earlier round p with new requests, and for p = q,
//!
//! ```text
//! c(q) <= L + r (A(q) - H(p)) - (P(q) - P(p - 1))
//! ```
//!
//! Take any window from u to t that ends with an admission, and for p the first round that pays
//! for something admitted since u. Then H(p) is at least u, and all of P(p - 1) was admitted before
//! u. So of what the window admits, round q has paid at most L + r (A(q) - u) - c(q). (If it has
//! paid for nothing in it, the window is short: at most a bucket from each region, and no more
//! than was asked for since u.) What else does it hold?
//!
//! - Let q be the newest round by which any region has spent. By whatever round it has spent
//!   itself, a region is at most L beyond what is paid for now, and one that has spent by q
//!   itself at most c(q). The window admits at most L + r (t - u) + (N - 1) L.
//! - Let q be a round in which all regions answered and some credit was left: a budget's
//!   [`sound`](Statement::sound) is the last A(q) of these. What it did not know of has been asked
//!   for since A(q); if n were, the window admits at most L + r (t - u) + n - r (t - A(q)). While
//!   everybody answers, t - A(q) is at most s + d, and n is lambda (s + d).
//!
//! Neither needs equal latencies, or messages that arrive: totals and not differences are sent, so
//! a message that is dropped or duplicated neither loses nor duplicates a request.
//!
//! # What is reached
//!
//! (N - 1) L is, by L requests in every region at one instant. (lambda - r)(s + d) is not, for a
//! region knows its own spending. Requests from before the totals are taken are paid for, so let a
//! full bucket meet even demand from then on, n requests until the next budgets arrive. Each region
//! is asked for n / N, its budget must hold as many for all of them to pass, and as many are no
//! excess. With a for the time that the question takes to arrive, that makes
//!
//! ```text
//! ((1 - 1/N) lambda - r)(s + d - a)
//! ```
//!
//! give or take a request for each of the other regions, as they admit whole ones; a smaller budget
//! runs out, a larger one is more that is no excess. It is half of the bound for three regions
//! that are asked for 3 r, and nine tenths for twenty that are asked for 10 r.
//!
//! # The price
//!
//! A token that accrues while the store waits for totals may be lost to the cap. A bucket must hold
//! what accrues between two rounds and during one, r (s + d), or the regions never get their rate.
//!
//! What this leaves out: dividing the budget by demand (their "flow proportional share"), which
//! overshoots less, and leases that reserve tokens, which never overshoot and strand them in
//! regions that do not need them.

use netsplit_sim::prelude::*;

use crate::limiter::Policy;

/// A number of admitted requests, since the start of the run.
pub type Total = u64;

/// The rules of a shared budget: the store settles rounds, gateways spend.
///
/// The state of both sides is given: a [`Ledger`] per tenant, and a [`Budget`] per tenant and
/// gateway. The shell (`synced`) carries the messages and calls the rules; it also counts a request
/// as `spent` that is admitted without a budget. Whatever the rules, the invariant
/// `overshoot-bound` must hold.
pub trait SharedBudget {
    /// Store: a round is over.
    ///
    /// The credit grows by the time from the last round's `asked` to this one's, up to a full
    /// bucket; in a round with new requests, up to a full bucket less the time from `asked` to
    /// `heard`. Each new request of `round.totals` costs an `interval`, and the credit may become
    /// negative. Sets `asked`; and `sound`, if all regions answered and the credit is not negative.
    ///
    /// Totals may be missing, or lower than earlier ones; no request may be paid for twice.
    fn settle(&self, ledger: &mut Ledger, round: &Round);

    /// Store: what to tell the region with this index: how many whole tokens are left, 0 in debt,
    /// and up to where its own requests are paid for. Called after [`settle`](SharedBudget::settle).
    fn statement(&self, ledger: &Ledger, region: usize) -> Statement;

    /// Gateway: a statement has arrived. The region may now admit `level` requests, less those that
    /// it has admitted beyond `paid`; of the old budget nothing is left. Statements may be
    /// duplicated and reordered: one that was asked for before the budget's changes nothing.
    fn renew(&self, budget: &mut Budget, statement: &Statement);

    /// Gateway: whether one more request may be admitted by this budget; if so, it is spent.
    fn try_spend(&self, budget: &mut Budget) -> bool;
}

/// A round: the store asked all regions for their totals, and has waited for the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// When the store asked, on its monotonic clock.
    pub asked: Duration,
    /// When the last answer had come, or the time to wait for it was over.
    pub heard: Duration,
    /// How many requests each region had admitted; `None` for one that did not answer in time.
    pub totals: Vec<Option<Total>>,
}

/// The store's message to a region about one tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// When the store asked for the totals behind it, on the store's clock.
    pub asked: Duration,
    /// When it last asked and heard of all regions, and some credit was left.
    pub sound: Duration,
    /// Whole tokens that are left.
    pub level: u64,
    /// The total up to which the region's own requests are paid for.
    pub paid: Total,
}

/// The store's account of one tenant. Tokens are measured in nanoseconds, as in a token bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// What a token is worth.
    pub interval: i128,
    /// What a full bucket is worth.
    pub capacity: i128,
    /// What is in the bucket; negative in debt, when regions have spent the same tokens.
    pub credit: i128,
    /// When the last round asked.
    pub asked: Duration,
    /// When the last round asked that all regions answered and that left no debt.
    pub sound: Duration,
    /// The total up to which each region's requests are paid for.
    pub paid: Vec<Total>,
}

impl Ledger {
    /// A full bucket for this many regions, none of which has admitted a request.
    pub fn new(policy: &Policy, regions: usize) -> Ledger {
        Ledger {
            interval: policy.interval().as_nanos() as i128,
            capacity: policy.capacity().as_nanos() as i128,
            credit: policy.capacity().as_nanos() as i128,
            asked: Duration::ZERO,
            sound: Duration::ZERO,
            paid: vec![0; regions],
        }
    }
}

/// A region's budget for one tenant, until the next statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The number of requests that it has admitted.
    pub spent: Total,
    /// Requests may be admitted while `spent` is below this total.
    pub until: Total,
    /// When the store asked for the totals behind this budget, on the store's clock.
    pub asked: Duration,
    /// Requests that came later may be unknown to the store.
    pub sound: Duration,
}

impl Budget {
    /// The budget before the first round: a full bucket, as nobody has spent anything.
    pub fn new(policy: &Policy) -> Budget {
        Budget {
            spent: 0,
            until: policy.burst.into(),
            asked: Duration::ZERO,
            sound: Duration::ZERO,
        }
    }
}

/// The reference: every region may spend all that is left of one token bucket.
#[derive(Clone, Copy, Debug)]
pub struct GlobalBucket;

impl SharedBudget for GlobalBucket {
    fn settle(&self, ledger: &mut Ledger, round: &Round) {
        let mut new = 0;
        for (paid, total) in ledger.paid.iter_mut().zip(&round.totals) {
            // A missing or overtaken total tells nothing new: totals only grow, so the highest
            // one pays for each request once, however messages are dropped or duplicated.
            let total = total.unwrap_or(0).max(*paid);
            new += i128::from(total - *paid);
            *paid = total;
        }
        // The new requests may have come as late as `heard`, and the bucket was at most full then,
        // with what has accrued since `asked`. That is credited by the next round, so they are
        // paid from the rest of a full bucket.
        let overflow = match new {
            0 => Duration::ZERO,
            _ => round.heard.saturating_sub(round.asked),
        };
        let most = ledger.capacity - overflow.as_nanos() as i128;
        // Only until `asked`: totals are taken some time after it, and what accrues from then on
        // may be for requests that they do not contain.
        let accrued = round.asked.saturating_sub(ledger.asked).as_nanos() as i128;
        // Regions may have spent the same tokens; the debt is kept, or they could do so again in
        // every round, and would be above the rate in the long run.
        ledger.credit = (ledger.credit + accrued).min(most) - new * ledger.interval;
        ledger.asked = round.asked;
        // The bound of the overshoot counts from here. With a region missing, requests from before
        // `asked` are unknown; in debt, some window that ends now is beyond the limit already.
        if ledger.credit >= 0 && round.totals.iter().all(Option::is_some) {
            ledger.sound = round.asked;
        }
    }

    fn statement(&self, ledger: &Ledger, region: usize) -> Statement {
        Statement {
            asked: ledger.asked,
            sound: ledger.sound,
            // All of it to every region, not a share: a share would strand where there is no
            // demand. This is where the overshoot comes from.
            level: (ledger.credit / ledger.interval).max(0) as u64,
            paid: ledger.paid[region],
        }
    }

    fn renew(&self, budget: &mut Budget, statement: &Statement) {
        // An overtaken statement knows less than the budget does: it would give back tokens that
        // other regions have spent since.
        if statement.asked < budget.asked {
            return;
        }
        (budget.asked, budget.sound) = (statement.asked, statement.sound);
        // From `paid` and not from `spent`: what the region admitted since it was asked is not
        // yet paid for and comes off. And not on top of the old budget, whose rest is in `level`.
        budget.until = statement.paid + statement.level;
    }

    fn try_spend(&self, budget: &mut Budget) -> bool {
        // `until` may lie below `spent`: the region is in debt, and waits for the next rounds.
        let admitted = budget.spent < budget.until;
        budget.spent += u64::from(admitted);
        admitted
    }
}

#[cfg(test)]
mod tests;
