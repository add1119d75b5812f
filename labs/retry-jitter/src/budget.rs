//! Whether a try may be sent at all.
//!
//! Backoff spreads retries in time; it does not make them fewer. When a service is down for
//! good, each request costs all its tries, however patiently, and a service that could just bear
//! the requests cannot bear the retries. A [`Budget`] belongs to a whole process, sees every try
//! and every answer, and refuses tries while too many fail:
//!
//! - [`RetryRatio`]: each request earns a share of a retry, each retry spends a whole one. In
//!   the long run retries are at most that share of requests, 10% in Google's (Beyer et al.,
//!   *Site Reliability Engineering*, 2016, chapter 21); the same bookkeeping as Finagle's
//!   `RetryBudget`.
//! - [`TokenBucket`]: that of the AWS SDKs' standard retry mode, where it holds 500 tokens: 5 for a
//!   retry, 10 for one after a time-out, one back for each success. It measures failure, not load:
//!   while requests succeed it never refuses, and in an outage it soon does.
//! - [`AdaptiveThrottling`](crate::throttling::AdaptiveThrottling): refuses first tries too, so
//!   that a service that accepts nothing is hardly asked.
//!
//! What this leaves out: a budget shared by processes. Each counts for itself, so a thousand
//! small ones may each spend their burst at once.

use std::time::Duration;

use rand::Rng;

/// A try that somebody would like to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
    /// The first of its request.
    First,
    /// Another one, after an error.
    AfterError,
    /// Another one, after an answer that did not come.
    AfterTimeout,
}

/// Decides over tries, and learns from answers.
pub trait Budget {
    /// Whether the try may be sent at the time `now`.
    fn allows(&mut self, what: Try, now: Duration, rng: &mut dyn Rng) -> bool;

    /// A try was accepted by the service, or not.
    fn on_answer(&mut self, accepted: bool, now: Duration) {
        let _ = (accepted, now);
    }
}

/// Retries as a share of requests.
///
/// Invariant: retries allowed <= `ratio` * requests + `burst`.
pub struct RetryRatio {
    ratio: f64,
    /// Retries that may be saved up.
    burst: f64,
    saved: f64,
}

impl RetryRatio {
    /// What may be saved up, and is there at the start: clients that hardly ask for anything
    /// may retry too.
    pub const BURST: f64 = 10.0;

    /// A budget of `ratio` retries per request.
    pub fn new(ratio: f64) -> RetryRatio {
        let burst = RetryRatio::BURST;
        RetryRatio { ratio, burst, saved: burst }
    }
}

impl Budget for RetryRatio {
    fn allows(&mut self, what: Try, _now: Duration, _rng: &mut dyn Rng) -> bool {
        if what == Try::First {
            self.saved = (self.saved + self.ratio).min(self.burst);
            return true;
        }
        let enough = self.saved >= 1.0;
        self.saved -= f64::from(u8::from(enough));
        enough
    }
}

/// The bucket of the AWS SDKs.
///
/// Invariant: `tokens` is at most `capacity`.
pub struct TokenBucket {
    capacity: u32,
    tokens: u32,
}

impl TokenBucket {
    /// What a retry costs.
    pub const RETRY: u32 = 5;
    /// What a retry after a time-out costs.
    pub const RETRY_AFTER_TIMEOUT: u32 = 10;

    /// A full bucket of so many tokens.
    pub fn full(capacity: u32) -> TokenBucket {
        TokenBucket { capacity, tokens: capacity }
    }
}

impl Budget for TokenBucket {
    fn allows(&mut self, what: Try, _now: Duration, _rng: &mut dyn Rng) -> bool {
        let price = match what {
            Try::First => 0,
            Try::AfterError => TokenBucket::RETRY,
            Try::AfterTimeout => TokenBucket::RETRY_AFTER_TIMEOUT,
        };
        let left = self.tokens.checked_sub(price);
        self.tokens = left.unwrap_or(self.tokens);
        left.is_some()
    }

    fn on_answer(&mut self, accepted: bool, _now: Duration) {
        self.tokens = (self.tokens + u32::from(accepted)).min(self.capacity);
    }
}

/// Every try may be sent.
pub struct Unlimited;

impl Budget for Unlimited {
    fn allows(&mut self, _what: Try, _now: Duration, _rng: &mut dyn Rng) -> bool {
        true
    }
}

/// First tries only.
pub struct NoRetries;

impl Budget for NoRetries {
    fn allows(&mut self, what: Try, _now: Duration, _rng: &mut dyn Rng) -> bool {
        what == Try::First
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    use super::*;

    fn rng() -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(1)
    }

    /// How many of `count` such tries are allowed in a row.
    fn allowed(budget: &mut dyn Budget, what: Try, count: u32) -> u32 {
        let mut rng = rng();
        (0..count).map(|_| u32::from(budget.allows(what, Duration::ZERO, &mut rng))).sum()
    }

    proptest! {
        #[test]
        fn retries_stay_within_their_share(ratio in 0.0..0.5, firsts in vec(any::<bool>(), 0..400)) {
            let (mut budget, mut rng) = (RetryRatio::new(ratio), rng());
            let (mut requests, mut retries) = (0.0, 0.0);
            for first in firsts {
                let what = if first { Try::First } else { Try::AfterTimeout };
                let allowed = budget.allows(what, Duration::ZERO, &mut rng);
                prop_assert!(allowed || !first);
                *(if first { &mut requests } else { &mut retries }) += f64::from(u8::from(allowed));
                prop_assert!(retries <= ratio * requests + RetryRatio::BURST + 1e-9);
            }
        }
    }

    #[test]
    fn a_tenth_of_a_retry_per_request_is_every_tenth_retry() {
        let mut budget = RetryRatio::new(0.125);
        assert_eq!(allowed(&mut budget, Try::AfterError, 50), 10);
        assert_eq!(allowed(&mut budget, Try::First, 16), 16);
        assert_eq!(allowed(&mut budget, Try::AfterError, 50), 2);
        allowed(&mut budget, Try::First, 10_000);
        assert_eq!(allowed(&mut budget, Try::AfterError, 50), 10);
    }

    /// 500 / 5, 500 / 10, and five successes pay for one more retry.
    #[test]
    fn a_full_bucket_pays_for_a_hundred_retries_or_fifty_after_timeouts() {
        assert_eq!(allowed(&mut TokenBucket::full(500), Try::AfterTimeout, 1000), 50);
        let mut bucket = TokenBucket::full(500);
        assert_eq!(allowed(&mut bucket, Try::AfterError, 1000), 100);
        for _ in 0..4 {
            bucket.on_answer(true, Duration::ZERO);
        }
        bucket.on_answer(false, Duration::ZERO);
        assert_eq!(allowed(&mut bucket, Try::AfterError, 9), 0);
        bucket.on_answer(true, Duration::ZERO);
        assert_eq!(allowed(&mut bucket, Try::AfterError, 9), 1);
        assert_eq!(allowed(&mut bucket, Try::First, 9), 9);
    }

    #[test]
    fn a_bucket_never_holds_more_than_its_capacity() {
        let mut bucket = TokenBucket::full(500);
        (0..100).for_each(|_| bucket.on_answer(true, Duration::ZERO));
        assert_eq!(allowed(&mut bucket, Try::AfterError, 1000), 100);
    }
}
