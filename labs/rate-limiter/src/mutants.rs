//! Token buckets and budgets that are wrong in one way each: mistakes that reviewers let pass.
//!
//! Each bucket keeps a real [`TokenBucket`] and refills it in a way of its own.

use std::time::Duration;

use crate::budget::{Budget, Total};
use crate::limiter::{Decision, Limiter, Policy};
use crate::token_bucket::TokenBucket;

/// The bucket never overflows: a quiet night is a burst of a night's worth in the morning.
#[derive(Debug)]
pub struct NoRefillCap(TokenBucket);

/// Adds whole tokens only, and starts counting anew each time: every request loses the part of
/// a token that was on its way, and those who ask often get nothing.
#[derive(Debug)]
pub struct LostRemainder(TokenBucket);

/// Believes every clock: when time goes back it goes along, and the same seconds refill the
/// bucket again.
#[derive(Debug)]
pub struct ForgetsSkew(TokenBucket);

/// Compares with `<=` where `<` is meant, as it looks from outside: a burst of one too many.
pub fn off_by_one(policy: &Policy) -> TokenBucket {
    TokenBucket::new(&Policy { burst: policy.burst + 1, ..*policy })
}

/// A new budget comes on top of what is left of the old one: quiet rounds add up.
pub fn carry_over(budget: &mut Budget, level: u64, _paid: Total) {
    budget.until += level;
}

impl NoRefillCap {
    /// A full bucket.
    pub fn new(policy: &Policy) -> NoRefillCap {
        NoRefillCap(TokenBucket::new(policy))
    }
}

impl Limiter for NoRefillCap {
    fn try_acquire(&mut self, now: Duration) -> Decision {
        let NoRefillCap(bucket) = self;
        bucket.credit += now.saturating_sub(bucket.last);
        bucket.last = bucket.last.max(now);
        bucket.take()
    }
}

impl LostRemainder {
    /// A full bucket.
    pub fn new(policy: &Policy) -> LostRemainder {
        LostRemainder(TokenBucket::new(policy))
    }
}

impl Limiter for LostRemainder {
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

impl ForgetsSkew {
    /// A full bucket.
    pub fn new(policy: &Policy) -> ForgetsSkew {
        ForgetsSkew(TokenBucket::new(policy))
    }
}

impl Limiter for ForgetsSkew {
    fn try_acquire(&mut self, now: Duration) -> Decision {
        let ForgetsSkew(bucket) = self;
        let elapsed = now.saturating_sub(bucket.last);
        bucket.credit = (bucket.credit + elapsed).min(bucket.capacity);
        bucket.last = now;
        bucket.take()
    }
}
