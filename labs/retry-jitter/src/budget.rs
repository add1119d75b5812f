//! Budgets: whether a try may be sent at all.
//!
//! Backoff spreads retries in time; it does not make them fewer. When a service is down for good,
//! each request costs all its tries, however slowly, and a service that could barely serve the
//! requests cannot serve the retries as well. A [`Budget`] belongs to a whole process, sees every
//! try and every answer, and refuses tries while too many fail:
//!
//! - [`RetryRatio`]: each request earns a share of a retry, each retry spends a whole one. In the
//!   long run retries are at most that share of requests, 10% in Google's (Beyer et al., *Site
//!   Reliability Engineering*, 2016, chapter 21); Finagle's `RetryBudget` counts the same way.
//! - [`TokenBucket`]: that of the AWS SDKs' standard retry mode, where it holds 500 tokens: 5 for a
//!   retry, 10 for one after a timeout, one back for each success. It measures failure, not load:
//!   while requests succeed it never refuses, and in an outage it soon does.
//! - [`AdaptiveThrottling`] refuses first tries too, so that a service that accepts nothing gets
//!   hardly any requests. It compares the tries that were wanted recently with those that the
//!   service accepted, and refuses the more at random, the further these are apart (the same book,
//!   chapter 21, "Client-Side Throttling"). A few are always sent, which show a recovery.
//!
//! What this leaves out: a budget shared by processes. Each counts for itself, so a thousand
//! small ones may each spend their burst at once. Also the cost of a rejection to the server,
//! which is why the book throttles at the client; and criticality, by which the book throttles
//! batch work before users.

use std::collections::VecDeque;
use std::time::Duration;

use netsplit_sim::random::unit;
use rand::Rng;

/// A try that a caller would like to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
    /// The first of its request.
    First,
    /// A retry after an error.
    AfterError,
    /// A retry after a timeout: the server may have done the work, or may do it yet.
    AfterTimeout,
}

/// Decides which tries are sent, and learns from their answers. Each process has one, which lasts
/// until the process ends.
pub trait Budget {
    /// Whether the try may be sent. Called before each try, the first included; a refused try is
    /// not sent, and its request is not tried again.
    ///
    /// `now` is the time on the process's monotonic clock. `rng` is its own generator; draw from
    /// it alone, so that a run depends on its seed only.
    fn allows(&mut self, what: Try, now: Duration, rng: &mut dyn Rng) -> bool;

    /// A try ended at `now`: the service did the work (`accepted`), or rejected it, failed, or did
    /// not answer in time. Called once for each try that was sent, unless its client gives up first.
    fn on_answer(&mut self, accepted: bool, now: Duration);
}

/// Retries as a share of requests.
///
/// Invariant: retries allowed <= `ratio` * requests + [`RetryRatio::BURST`].
pub struct RetryRatio {
    ratio: f64,
    saved: f64,
}

impl RetryRatio {
    /// Retries that may be saved, and that a process starts with: clients that send hardly any
    /// requests may retry too.
    pub const BURST: f64 = 10.0;

    /// A budget of `ratio` retries per request.
    pub fn new(ratio: f64) -> RetryRatio {
        RetryRatio { ratio, saved: RetryRatio::BURST }
    }
}

impl Budget for RetryRatio {
    fn allows(&mut self, what: Try, _now: Duration, _rng: &mut dyn Rng) -> bool {
        if what == Try::First {
            // Capped, so that a quiet hour does not pay for a storm.
            self.saved = (self.saved + self.ratio).min(RetryRatio::BURST);
            return true;
        }
        let enough = self.saved >= 1.0;
        self.saved -= f64::from(u8::from(enough));
        enough
    }

    // Requests earn, whether they succeed or not: the load is what the ratio is about.
    fn on_answer(&mut self, _accepted: bool, _now: Duration) {}
}

/// The bucket of the AWS SDKs.
///
/// Invariant: `tokens` <= `capacity`.
pub(crate) struct TokenBucket {
    capacity: u32,
    tokens: u32,
}

impl TokenBucket {
    /// The price of a retry.
    pub const RETRY: u32 = 5;
    /// The price of a retry after a timeout, which has kept the service busy for longer.
    pub const RETRY_AFTER_TIMEOUT: u32 = 10;

    /// A full bucket of `capacity` tokens.
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
        self.tokens = self.tokens.saturating_add(u32::from(accepted)).min(self.capacity);
    }
}

/// Refuses a share of all tries that grows with the share that the service did not accept.
pub(crate) struct AdaptiveThrottling {
    /// The tries that may be sent per accepted one before throttling starts: K.
    k: f64,
    /// The time that it remembers.
    window: Duration,
    /// When tries were wanted, refused ones included.
    requests: VecDeque<Duration>,
    /// When tries were accepted.
    accepts: VecDeque<Duration>,
}

impl AdaptiveThrottling {
    /// Throttling by `k` over the last `window`.
    pub fn new(k: f64, window: Duration) -> AdaptiveThrottling {
        AdaptiveThrottling { k, window, requests: VecDeque::new(), accepts: VecDeque::new() }
    }

    /// `max(0, (requests - K accepts) / (requests + 1))`, chapter 21, equation 21-1.
    fn rejection_probability(&self) -> f64 {
        let (requests, accepts) = (self.requests.len() as f64, self.accepts.len() as f64);
        // The 1 keeps it below certainty: without probes a recovery would go unnoticed.
        ((requests - self.k * accepts) / (requests + 1.0)).max(0.0)
    }

    fn forget(&mut self, now: Duration) {
        for times in [&mut self.requests, &mut self.accepts] {
            let old = times.partition_point(|at| *at + self.window <= now);
            times.drain(..old);
        }
    }
}

impl Budget for AdaptiveThrottling {
    fn allows(&mut self, _what: Try, now: Duration, mut rng: &mut dyn Rng) -> bool {
        self.forget(now);
        let refused = unit(&mut rng) < self.rejection_probability();
        // Refused tries count as wanted, or throttling would end as soon as it works.
        self.requests.push_back(now);
        !refused
    }

    fn on_answer(&mut self, accepted: bool, now: Duration) {
        if accepted {
            self.accepts.push_back(now);
        }
    }
}

/// Every try may be sent.
pub(crate) struct Unlimited;

impl Budget for Unlimited {
    fn allows(&mut self, _what: Try, _now: Duration, _rng: &mut dyn Rng) -> bool {
        true
    }

    fn on_answer(&mut self, _accepted: bool, _now: Duration) {}
}

/// First tries only.
pub(crate) struct NoRetries;

impl Budget for NoRetries {
    fn allows(&mut self, what: Try, _now: Duration, _rng: &mut dyn Rng) -> bool {
        what == Try::First
    }

    fn on_answer(&mut self, _accepted: bool, _now: Duration) {}
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

    #[test]
    fn throttling_follows_the_formula() {
        let mut throttling = AdaptiveThrottling::new(2.0, Duration::from_mins(2));
        let at = Duration::from_secs(1);
        for (requests, accepts, expected) in [
            (0, 0, 0.0),
            (100, 50, 0.0),
            (100, 100, 0.0),
            (100, 25, 50.0 / 101.0),
            (100, 0, 100.0 / 101.0),
        ] {
            throttling.requests = [at].repeat(requests).into();
            throttling.accepts = [at].repeat(accepts).into();
            assert_eq!(throttling.rejection_probability(), expected);
        }
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten() {
        let mut throttling = AdaptiveThrottling::new(2.0, Duration::from_secs(2));
        allowed(&mut throttling, Try::First, 1000);
        let sent = |throttling: &mut AdaptiveThrottling, now| {
            let now = Duration::from_millis(now);
            throttling.allows(Try::First, now, &mut rng())
        };
        assert!(!sent(&mut throttling, 1999));
        throttling.requests.retain(|at| *at == Duration::ZERO);
        assert!(sent(&mut throttling, 2000));
    }

    /// A service that accepts nothing gets ever fewer requests: the n-th request is sent with
    /// probability 1/(n+1), which sums to a logarithm.
    #[test]
    fn a_dead_service_gets_hardly_any_requests() {
        let mut throttling = AdaptiveThrottling::new(2.0, Duration::from_mins(2));
        let asked = allowed(&mut throttling, Try::First, 10_000);
        assert!((3..30).contains(&asked), "{asked}");
    }
}
