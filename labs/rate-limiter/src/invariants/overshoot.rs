//! The bound of the overshoot: how far regions that spend budgets may be ahead of the limit.
//!
//! A request that a budget admits may take the tenant beyond b + r t only by what was asked for
//! beyond the rate since the store last knew of all regions' requests and had something left, and
//! by N - 1 full buckets; `budget` says why. With even demand lambda this is the bound of the
//! lesson, min((lambda - r)(s + d), (N - 1) L), with s + d for the greatest age; here it is checked
//! with the requests that really came.
//!
//! What this leaves out: requests that passed without a budget, under fail-open. They have no
//! bound, and this law calls them a violation as soon as they exceed the limit.

use std::collections::VecDeque;

use crate::invariants::buckets::Windows;
use crate::invariants::{Fact, Law, Rules};

/// The requests that came, and those that were admitted.
pub struct Overshoot {
    windows: Windows,
    interval: i128,
    burst: i128,
    others: i128,
    /// The times of requests, as far back as a budget may reach.
    asked: VecDeque<i128>,
}

/// The oldest budget in use, in nanoseconds; a scenario that isolates a region for longer would need
/// more.
const OLDEST: i128 = 60_000_000_000;

impl Overshoot {
    /// The most that was asked for beyond the rate in any stretch that ends at `at` and starts
    /// after `since`, in nanoseconds of the full rate.
    fn demand(&self, at: i128, since: i128) -> i128 {
        let recent = self.asked.iter().rev().take_while(|then| **then >= since);
        let beyond = (1..).zip(recent).map(|(n, then)| n * self.interval - (at - then));
        beyond.max().unwrap_or(0).max(0)
    }

    /// Admits a request at `at`. Returns how far that takes the tenant beyond the limit, and how
    /// far the law allows.
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
        }
    }

    fn happened(&mut self, at: i128, fact: Fact) -> Result<(), String> {
        match fact {
            Fact::Asked => {
                while self.asked.front().is_some_and(|then| at - then > OLDEST) {
                    self.asked.pop_front();
                }
                self.asked.push_back(at);
                Ok(())
            }
            Fact::Admitted(basis) => {
                // Admitted without a budget: held to the limit of a single node, no overshoot.
                let (beyond, allowed) = self.judge(at, basis.unwrap_or(at + 1));
                if beyond <= allowed {
                    return Ok(());
                }
                let [beyond, allowed] =
                    [beyond, allowed].map(|nanos| nanos as f64 / self.interval as f64);
                Err(format!("{beyond:.2} beyond burst + rate * t, and the law allows {allowed:.2}"))
            }
            Fact::Rejected(_) | Fact::Finished => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One request per 10 ns and 2 at once, for two regions.
    const RULES: Rules = Rules { limit: 1, window: 10, burst: 2, gateways: 2 };

    /// Every request comes and is admitted at once, by a budget of time `basis`.
    fn broken(requests: &[(i128, i128)]) -> Option<usize> {
        let mut law = Overshoot::new(&RULES);
        requests.iter().position(|(at, basis)| {
            law.happened(*at, Fact::Asked).expect("asking is free");
            law.happened(*at, Fact::Admitted(Some(*basis))).is_err()
        })
    }

    #[test]
    fn within_the_limit_any_budget_will_do() {
        assert_eq!(broken(&[(0, 0), (0, 0), (10, 10), (20, 20)]), None);
    }

    #[test]
    fn beyond_it_demand_since_the_budget_was_drawn_up_allows_as_much() {
        // The third and fourth are 1 and 2 beyond the limit, and all four came since then.
        assert_eq!(broken(&[(1, 1), (1, 1), (1, 1), (1, 1)]), None);
        // The budget is newer than the demand that it ignores.
        assert_eq!(broken(&[(1, 1), (1, 1), (2, 2), (2, 2)]), None);
        assert_eq!(broken(&[(1, 1), (1, 1), (1, 1), (3, 3)]), Some(3));
    }

    #[test]
    fn no_demand_allows_more_than_a_bucket_for_each_of_the_others() {
        assert_eq!(broken(&[(1, 0); 4]), None);
        assert_eq!(broken(&[(1, 0); 5]), Some(4));
    }
}
