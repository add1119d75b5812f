//! Periodic synchronisation: regions spend from a budget, and settle up every now and then.
//!
//! Every round the store asks the regions how many requests each has admitted since the start
//! of the run, subtracts what is new from its [`Ledger`], and tells each of them what is left.
//! Until the next round every region may spend all of that: no request waits for a distant
//! store, and nothing is reserved for a region that does not need it. Several regions may spend
//! the same tokens, though. How many? A budget is what the store knew at an instant; call the
//! oldest that a region still acts upon s + d old, by the interval s of rounds and the delay d
//! from asking to telling. When the ledger was above zero at that instant, then since then at
//! most lambda (s + d) requests were admitted, and r (s + d) of them rightly. So they are never
//! more than
//!
//! ```text
//! min((lambda - r)(s + d), (N - 1) L)
//! ```
//!
//! ahead of the limit, for N regions, demand lambda, rate r and a full bucket of L: the second
//! bound because no region spends more than a full bucket on one budget, and one of them is
//! right to. Both counts are totals, not differences, so that a message that is lost or doubled
//! neither loses nor doubles a request. (The idea is the global token bucket of Raghavan et
//! al., "Cloud control with distributed rate limiting", SIGCOMM 2007, section 3.)
//!
//! The price of being safe: a token that drips in while requests are on their way to the ledger
//! may be lost to the cap. A bucket must hold what drips in between two rounds, r s, or the
//! regions never get their rate.
//!
//! What this leaves out: dividing the budget by demand (their "flow proportional share"), which
//! overshoots less, and leases that reserve tokens, which never overshoot and strand them in
//! regions that do not need them.

use std::time::Duration;

use crate::limiter::Policy;

/// A count of admitted requests, from the start of the run.
pub type Total = u64;

/// What the store knows of one tenant. Tokens are worth time, as in a token bucket; in debt,
/// the credit is negative.
#[derive(Clone, Debug)]
pub struct Ledger {
    interval: i128,
    capacity: i128,
    credit: i128,
    last: Duration,
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
            last: Duration::ZERO,
            paid: vec![0; regions],
        }
    }

    /// Credits the time until `asked`, when the store asked the regions for their totals: what
    /// has dripped in since then is for the next round. A reply that comes later than `asked`
    /// may hold requests that are newer, which errs on the safe side.
    pub fn refill(&mut self, asked: Duration) {
        let elapsed = asked.saturating_sub(self.last).as_nanos() as i128;
        self.credit = (self.credit + elapsed).min(self.capacity);
        self.last = self.last.max(asked);
    }

    /// Pays for what a region has admitted and not yet paid for.
    pub fn pay(&mut self, region: usize, total: Total) {
        let new = total.saturating_sub(self.paid[region]);
        self.credit -= i128::from(new) * self.interval;
        self.paid[region] += new;
    }

    /// Whole tokens that are left; none in debt.
    pub fn level(&self) -> u64 {
        (self.credit / self.interval).max(0) as u64
    }

    /// Up to where a region's requests are paid for.
    pub fn paid(&self, region: usize) -> Total {
        self.paid[region]
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
}

impl Budget {
    /// The budget before the first round: the ledger is full, and nobody has spent anything.
    pub fn new(policy: &Policy) -> Budget {
        Budget {
            until: policy.burst.into(),
            spent: 0,
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

    /// A round is over: `level` tokens were left after this region had paid up to `paid`. What
    /// it has spent since then comes off.
    pub fn renew(&mut self, level: u64, paid: Total) {
        self.until = paid + level;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy {
        limit: 10,
        window: Duration::from_secs(1),
        burst: 20,
    };

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_round_pays_what_is_new_and_tells_what_is_left() {
        let mut ledger = Ledger::new(&POLICY, 2);
        let mut budgets = [Budget::new(&POLICY), Budget::new(&POLICY)];
        for _ in 0..8 {
            assert!(budgets[0].try_spend());
        }
        ledger.refill(ms(500));
        ledger.pay(0, budgets[0].spent());
        ledger.pay(1, budgets[1].spent());
        assert_eq!(
            ledger.level(),
            12,
            "a full bucket gains nothing in half a second"
        );
        // Two more pass while the answer is on its way.
        assert!(budgets[0].try_spend() && budgets[0].try_spend());
        budgets[0].renew(ledger.level(), ledger.paid(0));
        budgets[1].renew(ledger.level(), ledger.paid(1));
        let spend_all = |budget: &mut Budget| (0..100).filter(|_| budget.try_spend()).count();
        assert_eq!(spend_all(&mut budgets[0]), 10);
        assert_eq!(spend_all(&mut budgets[1]), 12, "the same tokens, once more");
        ledger.refill(ms(1000));
        ledger.pay(0, budgets[0].spent());
        ledger.pay(1, budgets[1].spent());
        assert_eq!(ledger.level(), 0, "12 + 5 - 12 - 12 is a debt of 7");
        ledger.refill(ms(1800));
        assert_eq!(ledger.level(), 1);
    }

    #[test]
    fn totals_that_come_twice_or_late_are_paid_once() {
        let mut ledger = Ledger::new(&POLICY, 1);
        for total in [3, 5, 5, 4, 3] {
            ledger.pay(0, total);
        }
        assert_eq!((ledger.level(), ledger.paid(0)), (15, 5));
    }

    #[test]
    fn nothing_is_carried_over() {
        let mut budget = Budget::new(&POLICY);
        for _ in 0..5 {
            budget.renew(20, 0);
        }
        assert_eq!((0..100).filter(|_| budget.try_spend()).count(), 20);
    }
}
