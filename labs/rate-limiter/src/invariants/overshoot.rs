//! How far regions that spend from budgets may be ahead of the limit.
//!
//! A request that is admitted by a budget whose totals were asked for `age` ago may take the
//! tenant beyond b + r t only by what was asked for beyond the rate since then, and by N - 1
//! full buckets; `budget` says why. With even demand lambda this is the rule that is quoted,
//! min((lambda - r)(s + d), (N - 1) L), with s + d for the greatest age; here it is checked
//! with the requests that really came.
//!
//! What this leaves out: requests that passed without a budget, under fail-open. They have no
//! bound, and this law calls them a violation as soon as they exceed the limit.

use std::collections::VecDeque;

use crate::invariants::windows::Windows;
use crate::invariants::{Fact, Law, Rules};

/// What has come, and what of it was admitted.
pub struct Overshoot {
    windows: Windows,
    interval: i128,
    burst: i128,
    others: i128,
    /// When requests came, as far back as a budget may reach.
    asked: VecDeque<i128>,
    /// The oldest totals that a budget may still be based on.
    basis: i128,
}

/// No budget that is older is in use; a scenario that cuts a region off for longer would need
/// more.
const OLDEST: i128 = 60_000_000_000;

impl Overshoot {
    /// The most that was asked for beyond the rate in any stretch that ends at `at` and starts
    /// after `since`, in nanoseconds of the full rate.
    fn demand(&self, at: i128, since: i128) -> i128 {
        let recent = self.asked.iter().rev().take_while(|then| **then >= since);
        let beyond = (1..)
            .zip(recent)
            .map(|(n, then)| n * self.interval - (at - then));
        beyond.max().unwrap_or(0).max(0)
    }

    /// How far the admission of one more request at `at` takes the tenant beyond the limit, and
    /// how far the law allows.
    pub fn judge(&mut self, at: i128, basis: i128) -> (i128, i128) {
        let beyond = self.windows.admit(at) - self.burst * self.interval;
        let others = self.others * self.burst * self.interval;
        (beyond, self.demand(at, basis).min(others))
    }
}

impl Law for Overshoot {
    fn new(rules: &Rules) -> Self {
        Overshoot {
            windows: Windows::new(rules),
            interval: rules.interval(),
            burst: rules.burst,
            others: rules.gateways - 1,
            asked: VecDeque::new(),
            basis: 0,
        }
    }

    fn happened(&mut self, at: i128, fact: Fact) -> Result<(), String> {
        match fact {
            Fact::Asked => {
                self.basis = at - OLDEST;
                while self.asked.front().is_some_and(|then| *then < self.basis) {
                    self.asked.pop_front();
                }
                self.asked.push_back(at);
                Ok(())
            }
            Fact::Admitted(basis) => {
                // Whoever admits without a budget knows as much as a limit that nobody shares.
                let (beyond, allowed) = self.judge(at, basis.unwrap_or(at + 1));
                if beyond <= allowed {
                    return Ok(());
                }
                let [beyond, allowed] =
                    [beyond, allowed].map(|nanos| nanos as f64 / self.interval as f64);
                Err(format!(
                    "{beyond:.2} beyond burst + rate * t, and the law allows {allowed:.2}"
                ))
            }
            Fact::Rejected(_) | Fact::Finished => Ok(()),
        }
    }
}
