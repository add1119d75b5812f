//! Token buckets and budgets that are wrong in one way each: mistakes that reviewers overlook.
//!
//! Each holds the reference and does one step in a way of its own.

use netsplit_sim::prelude::*;

use crate::budget::{Budget, GlobalBucket, Ledger, Round, SharedBudget, Statement};
use crate::limiter::{Decision, Limiter, Policy};
use crate::token_bucket::TokenBucket;

/// Compares with `<=` where `<` is meant, as it looks from outside: a burst of one too many.
pub struct OffByOne(TokenBucket);

impl Limiter for OffByOne {
    fn new(policy: &Policy) -> OffByOne {
        OffByOne(TokenBucket::new(&Policy { burst: policy.burst + 1, ..*policy }))
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        self.0.try_acquire(now)
    }
}

/// The bucket never overflows: a quiet night is a burst of a night's worth in the morning.
pub struct NoRefillCap(TokenBucket);

impl Limiter for NoRefillCap {
    fn new(policy: &Policy) -> NoRefillCap {
        NoRefillCap(TokenBucket::new(policy))
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        let NoRefillCap(bucket) = self;
        bucket.credit += now.saturating_sub(bucket.last);
        bucket.last = bucket.last.max(now);
        bucket.take()
    }
}

/// Adds whole tokens only, and starts counting anew each time: every request loses the fraction of
/// a token that had accrued, and tenants who ask often get nothing.
pub struct LostRemainder(TokenBucket);

impl Limiter for LostRemainder {
    fn new(policy: &Policy) -> LostRemainder {
        LostRemainder(TokenBucket::new(policy))
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        let LostRemainder(bucket) = self;
        let elapsed = now.saturating_sub(bucket.last).as_nanos();
        let tokens = elapsed / bucket.interval.as_nanos();
        let due = bucket.interval * tokens as u32;
        bucket.credit = (bucket.credit + due).min(bucket.capacity);
        bucket.last = bucket.last.max(now);
        bucket.take()
    }
}

/// Believes every clock: when time goes back it goes along, and the same seconds refill the
/// bucket again.
pub struct ForgetsSkew(TokenBucket);

impl Limiter for ForgetsSkew {
    fn new(policy: &Policy) -> ForgetsSkew {
        ForgetsSkew(TokenBucket::new(policy))
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        let ForgetsSkew(bucket) = self;
        let elapsed = now.saturating_sub(bucket.last);
        bucket.credit = (bucket.credit + elapsed).min(bucket.capacity);
        bucket.last = now;
        bucket.take()
    }
}

/// A new budget comes on top of what is left of the old one: quiet rounds add up.
pub struct CarriesOver(pub GlobalBucket);

impl SharedBudget for CarriesOver {
    fn settle(&self, ledger: &mut Ledger, round: &Round) {
        self.0.settle(ledger, round);
    }

    fn statement(&self, ledger: &Ledger, region: usize) -> Statement {
        self.0.statement(ledger, region)
    }

    fn renew(&self, budget: &mut Budget, statement: &Statement) {
        let until = budget.until + statement.level;
        let late = statement.asked < budget.asked;
        self.0.renew(budget, statement);
        if !late {
            budget.until = until;
        }
    }

    fn try_spend(&self, budget: &mut Budget) -> bool {
        self.0.try_spend(budget)
    }
}
