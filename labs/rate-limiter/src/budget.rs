//! Periodic synchronisation: regions spend from a budget, and settle up every now and then.
//!
//! Every round the store asks the regions how many requests each has admitted since the start
//! of the run, subtracts what is new from its [`Ledger`], and tells each of them what is left, in
//! a [`Statement`]. Until the next round every region may spend all of that: no request waits for
//! a distant store, and nothing is reserved for a region that does not need it. Several regions
//! may spend the same tokens, though. How many? With rounds every s that take d, demand lambda,
//! rate r, N regions and a full bucket of L, they are never more than
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
//! that it hears of may be as late as H(q), so the bucket may have overflowed until then: what a
//! round that has something to pay pays from is at most L - r (H(q) - A(q)). So the credit that
//! is left after round q is, for every earlier round p that had something to pay, and for p = q,
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
//! Neither needs latencies that are alike, or messages that arrive: totals and not differences
//! are told, so that a message that is lost or doubled neither loses nor doubles a request.
//!
//! # What is reached
//!
//! (N - 1) L is, by L requests in every region at one instant. (lambda - r)(s + d) is not, for a
//! region knows its own spending. What comes before the totals are taken is paid for, so let a
//! full bucket meet even demand from then on, n requests until the next budgets come. Each region
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
//! A token that drips in while requests are on their way to the ledger may be lost to the cap. A
//! bucket must hold what drips in between two rounds and during one, r (s + d), or the regions
//! never get their rate.
//!
//! What this leaves out: dividing the budget by demand (their "flow proportional share"), which
//! overshoots less, and leases that reserve tokens, which never overshoot and strand them in
//! regions that do not need them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::limiter::Policy;

/// A count of admitted requests, from the start of the run.
pub type Total = u64;

/// What the store tells a region of one tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// When the store asked for the totals behind it, on the store's clock.
    pub asked: Duration,
    /// When it last asked and heard of all regions, and some credit was left.
    pub sound: Duration,
    /// Whole tokens that are left.
    pub level: u64,
    /// Up to where the region's own requests are paid for.
    pub paid: Total,
}

/// What the store knows of one tenant. Tokens are worth time, as in a token bucket; in debt,
/// the credit is negative.
#[derive(Clone, Debug)]
pub struct Ledger {
    interval: i128,
    capacity: i128,
    credit: i128,
    /// When the last round asked, and when the last sound one did.
    asked: Duration,
    sound: Duration,
    /// Up to where each region's requests are paid for.
    paid: Vec<Total>,
}

impl Ledger {
    /// A full ledger for so many regions.
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

    /// Closes a round that asked at `asked` and was over at `heard`, with the totals of those
    /// regions that answered. Credits the time until `asked`: what has dripped in since then is
    /// for the next round.
    pub fn close(&mut self, asked: Duration, heard: Duration, totals: &[Option<Total>]) {
        let mut new = 0;
        for (paid, total) in self.paid.iter_mut().zip(totals) {
            let total = total.unwrap_or(0).max(*paid);
            new += i128::from(total - *paid);
            *paid = total;
        }
        let elapsed = asked.saturating_sub(self.asked).as_nanos() as i128;
        let overflowing = match new {
            0 => Duration::ZERO,
            _ => heard.saturating_sub(asked),
        };
        let most = self.capacity - overflowing.as_nanos() as i128;
        self.credit = (self.credit + elapsed).min(most) - new * self.interval;
        self.asked = asked;
        if self.credit >= 0 && totals.iter().all(Option::is_some) {
            self.sound = asked;
        }
    }

    /// What to tell a region.
    pub fn statement(&self, region: usize) -> Statement {
        Statement {
            asked: self.asked,
            sound: self.sound,
            level: (self.credit / self.interval).max(0) as u64,
            paid: self.paid[region],
        }
    }
}

/// How a budget becomes a new one.
pub type Renewal = fn(&mut Budget, level: u64, paid: Total);

/// What one region may spend on one tenant until it is told again.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Requests may be admitted while `spent` is below this total.
    pub(crate) until: Total,
    spent: Total,
    asked: Duration,
    sound: Duration,
}

impl Budget {
    /// The budget before the first round: the ledger is full, and nobody has spent anything.
    pub fn new(policy: &Policy) -> Budget {
        Budget {
            until: policy.burst.into(),
            spent: 0,
            asked: Duration::ZERO,
            sound: Duration::ZERO,
        }
    }

    /// Spends one token, if there is one.
    pub fn try_spend(&mut self) -> bool {
        let may = self.spent < self.until;
        self.spent += u64::from(may);
        may
    }

    /// Counts a request that was admitted without asking the budget.
    pub fn overspend(&mut self) {
        self.spent += 1;
    }

    /// What this region has admitted.
    pub fn spent(&self) -> Total {
        self.spent
    }

    /// When the store asked for the totals behind this budget.
    pub fn asked(&self) -> Duration {
        self.asked
    }

    /// Since when requests may have come that the store did not know of.
    pub fn sound(&self) -> Duration {
        self.sound
    }

    /// The store tells of a round; what it told before that and comes later is old news.
    pub fn hear(&mut self, news: &Statement, renewal: Renewal) {
        if news.asked < self.asked {
            return;
        }
        (self.asked, self.sound) = (news.asked, news.sound);
        renewal(self, news.level, news.paid);
    }

    /// A round is over: `level` tokens were left after this region had paid up to `paid`. What
    /// it has spent since then comes off.
    pub fn renew(&mut self, level: u64, paid: Total) {
        self.until = paid + level;
    }
}

#[cfg(test)]
mod tests;
