//! The bound of buckets: b + r t in any stretch of time t, and no needless rejection.
//!
//! The bucket's bound is about all windows of all lengths, and yet one number is enough to
//! check it. Number a tenant's admissions from 0, let t(i) be their times and T the interval.
//! The window from the i-th to the n-th holds n - i + 1 of them, and b + r t allows that if
//!
//! ```text
//! (n + 1) T - t(n)  -  (i T - t(i))  <=  b T
//! ```
//!
//! so the worst window that ends at n starts where i T - t(i) is least: [`Windows::least`].

use crate::invariants::{Fact, Law, Rules};

/// All windows of one tenant that end now.
#[derive(Clone, Debug)]
pub struct Windows {
    interval: i128,
    /// Requests admitted so far.
    admitted: i128,
    /// The least i T - t(i).
    least: i128,
}

impl Windows {
    /// The state before the first request.
    pub fn new(rules: &Rules) -> Windows {
        Windows { interval: rules.interval(), admitted: 0, least: i128::MAX }
    }

    /// The most that any window would hold beyond rate * t if one more request were admitted at
    /// `at`, in nanoseconds of the full rate.
    pub fn with_one_more(&self, at: i128) -> i128 {
        let here = self.admitted * self.interval - at;
        here + self.interval - self.least.min(here)
    }

    /// A request is admitted. Returns the most that any window that ends with it now holds beyond
    /// rate * t, in nanoseconds of the full rate.
    pub fn admit(&mut self, at: i128) -> i128 {
        let worst = self.with_one_more(at);
        self.least = self.least.min(self.admitted * self.interval - at);
        self.admitted += 1;
        worst
    }
}

/// At most b + r t in any time t.
pub struct BucketBound {
    windows: Windows,
    burst: i128,
}

impl Law for BucketBound {
    fn new(rules: &Rules) -> Self {
        BucketBound { windows: Windows::new(rules), burst: rules.burst }
    }

    fn happened(&mut self, at: i128, fact: Fact) -> Result<(), String> {
        let Fact::Admitted(_) = fact else {
            return Ok(());
        };
        let (worst, interval) = (self.windows.admit(at), self.windows.interval);
        if worst <= self.burst * interval {
            return Ok(());
        }
        let held = worst as f64 / interval as f64;
        Err(format!(
            "a window that ends here admits rate * t + {held:.2}, and the burst is {}",
            self.burst
        ))
    }
}

/// At most floor((tau + t) / T) + 1 in any time t.
pub struct GcraBound {
    windows: Windows,
    tolerance: i128,
}

impl Law for GcraBound {
    fn new(rules: &Rules) -> Self {
        GcraBound { windows: Windows::new(rules), tolerance: (rules.burst - 1) * rules.interval() }
    }

    fn happened(&mut self, at: i128, fact: Fact) -> Result<(), String> {
        let Fact::Admitted(_) = fact else {
            return Ok(());
        };
        // n - i + 1 <= floor((tau + t) / T) + 1 means that (n - i) T - t is at most tau.
        let early = self.windows.admit(at) - self.windows.interval;
        if early <= self.tolerance {
            return Ok(());
        }
        let tau = self.tolerance;
        Err(format!("{early} ns early, and the tolerance is {tau} ns"))
    }
}

/// A rejected request would break the bucket's bound, and would do so until its Retry-After.
pub struct OnlyExcess {
    windows: Windows,
    burst: i128,
}

impl Law for OnlyExcess {
    fn new(rules: &Rules) -> Self {
        OnlyExcess { windows: Windows::new(rules), burst: rules.burst }
    }

    fn happened(&mut self, at: i128, fact: Fact) -> Result<(), String> {
        let told = match fact {
            Fact::Admitted(_) => {
                self.windows.admit(at);
                return Ok(());
            }
            Fact::Rejected(told) => told,
            Fact::Asked | Fact::Finished => return Ok(()),
        };
        let too_much = self.windows.with_one_more(at) - self.burst * self.windows.interval;
        match too_much {
            ..=0 => Err("rejected, though it would have kept the bound".to_owned()),
            wait if wait != told => Err(format!("told {told} ns, though it is {wait} ns")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::invariants::testing::{RULES, broken};

    proptest! {
        /// The least start finds the worst of all windows.
        #[test]
        fn one_number_stands_for_all_windows(
            gaps in prop::collection::vec(0i128..20, 1..60),
        ) {
            let (mut windows, mut times, mut at) = (Windows::new(&RULES), Vec::new(), 0);
            for gap in gaps {
                at += gap;
                times.push(at);
                let counted = (0..times.len()).map(|first| {
                    (times.len() - first) as i128 * 5 - (at - times[first])
                });
                let worst = counted.max();
                prop_assert_eq!(Some(windows.with_one_more(at)), worst);
                prop_assert_eq!(Some(windows.admit(at)), worst);
            }
        }
    }

    #[test]
    fn a_bucket_allows_its_burst_and_its_rate_and_not_a_nanosecond_less() {
        assert_eq!(broken::<BucketBound>(&[0, 0, 0, 5, 10]), None);
        assert_eq!(broken::<BucketBound>(&[0, 0, 0, 4]), Some(3));
        assert_eq!(broken::<BucketBound>(&[0, 100, 100, 100, 104]), Some(4));
        assert_eq!(broken::<GcraBound>(&[0, 0, 0, 5, 10]), None);
        assert_eq!(broken::<GcraBound>(&[0, 0, 0, 4]), Some(3));
    }

    #[test]
    fn a_rejection_must_be_one_too_many_and_say_until_when() {
        let rejected = |times: &[i128], at: i128, told: i128| {
            let mut law = OnlyExcess::new(&RULES);
            for then in times {
                law.happened(*then, Fact::Admitted(None)).expect("admitted");
            }
            law.happened(at, Fact::Rejected(told))
        };
        assert_eq!(rejected(&[0, 0, 0], 2, 3), Ok(()));
        assert!(rejected(&[0, 0, 0], 2, 2).is_err(), "too early");
        assert!(rejected(&[0, 0], 2, 3).is_err(), "needless");
        assert!(rejected(&[0, 0, 0], 5, 1).is_err(), "needless by now");
    }
}
