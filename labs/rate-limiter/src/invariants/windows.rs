//! How many requests a window may hold.
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

use std::collections::VecDeque;

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
    /// Before the first request.
    pub fn new(rules: &Rules) -> Windows {
        Windows {
            interval: rules.interval(),
            admitted: 0,
            least: i128::MAX,
        }
    }

    /// What the worst window would hold beyond rate * t if one more request were admitted at
    /// `at`, in nanoseconds of the full rate.
    pub fn with_one_more(&self, at: i128) -> i128 {
        let here = self.admitted * self.interval - at;
        here + self.interval - self.least.min(here)
    }

    /// A request is admitted. Returns what the worst window that ends with it now holds beyond
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
        BucketBound {
            windows: Windows::new(rules),
            burst: rules.burst,
        }
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
        GcraBound {
            windows: Windows::new(rules),
            tolerance: (rules.burst - 1) * rules.interval(),
        }
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

/// What is turned away would break the bucket's bound, and would do so until its Retry-After.
pub struct OnlyExcess {
    windows: Windows,
    burst: i128,
}

impl Law for OnlyExcess {
    fn new(rules: &Rules) -> Self {
        OnlyExcess {
            windows: Windows::new(rules),
            burst: rules.burst,
        }
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

/// At most L in any window of length W that leaves out one of its ends.
pub struct WindowBound {
    limit: i128,
    window: i128,
    last: VecDeque<i128>,
}

impl Law for WindowBound {
    fn new(rules: &Rules) -> Self {
        WindowBound {
            limit: rules.limit,
            window: rules.window,
            last: VecDeque::new(),
        }
    }

    fn happened(&mut self, at: i128, fact: Fact) -> Result<(), String> {
        let Fact::Admitted(_) = fact else {
            return Ok(());
        };
        self.last.push_back(at);
        while at - self.last[0] >= self.window {
            self.last.pop_front();
        }
        let held = self.last.len() as i128;
        if held <= self.limit {
            return Ok(());
        }
        let limit = self.limit;
        Err(format!(
            "the window that ends here admits {held} of {limit}"
        ))
    }
}

/// At most L in each window that starts at a multiple of W.
pub struct AlignedWindow {
    limit: i128,
    window: i128,
    index: i128,
    held: i128,
}

impl Law for AlignedWindow {
    fn new(rules: &Rules) -> Self {
        AlignedWindow {
            limit: rules.limit,
            window: rules.window,
            index: 0,
            held: 0,
        }
    }

    fn happened(&mut self, at: i128, fact: Fact) -> Result<(), String> {
        let Fact::Admitted(_) = fact else {
            return Ok(());
        };
        if at / self.window != self.index {
            (self.index, self.held) = (at / self.window, 0);
        }
        self.held += 1;
        if self.held <= self.limit {
            return Ok(());
        }
        let (index, held, limit) = (self.index, self.held, self.limit);
        Err(format!("window {index} admits {held} of {limit}"))
    }
}

/// current + previous * (1 - f) stays within the limit.
pub struct Estimate {
    limit: i128,
    window: i128,
    /// When requests were admitted in this window and the one before it.
    admitted: VecDeque<i128>,
}

impl Law for Estimate {
    fn new(rules: &Rules) -> Self {
        Estimate {
            limit: rules.limit,
            window: rules.window,
            admitted: VecDeque::new(),
        }
    }

    fn happened(&mut self, at: i128, fact: Fact) -> Result<(), String> {
        let Fact::Admitted(_) = fact else {
            return Ok(());
        };
        self.admitted.push_back(at);
        let start = at - at % self.window;
        while self.admitted[0] < start - self.window {
            self.admitted.pop_front();
        }
        let previous = self.admitted.partition_point(|then| *then < start) as i128;
        let current = self.admitted.len() as i128 - previous;
        let (left, window) = (self.window - (at - start), self.window);
        let estimate = current * window + previous * left;
        if estimate <= self.limit * window {
            return Ok(());
        }
        let estimate = estimate as f64 / window as f64;
        Err(format!("the estimate is {estimate:.3} of {}", self.limit))
    }
}

/// At least T from one to the next.
pub struct Spacing {
    interval: i128,
    last: Option<i128>,
}

impl Law for Spacing {
    fn new(rules: &Rules) -> Self {
        Spacing {
            interval: rules.interval(),
            last: None,
        }
    }

    fn happened(&mut self, at: i128, fact: Fact) -> Result<(), String> {
        let Fact::Admitted(_) = fact else {
            return Ok(());
        };
        match self.last.replace(at) {
            Some(last) if at - last < self.interval => {
                Err(format!("{} ns after the one before it", at - last))
            }
            _ => Ok(()),
        }
    }
}

/// At most L admitted and not yet served.
pub struct Concurrency {
    limit: i128,
    in_flight: i128,
}

impl Law for Concurrency {
    fn new(rules: &Rules) -> Self {
        Concurrency {
            limit: rules.limit,
            in_flight: 0,
        }
    }

    fn happened(&mut self, _at: i128, fact: Fact) -> Result<(), String> {
        match fact {
            Fact::Admitted(_) => self.in_flight += 1,
            Fact::Finished => self.in_flight -= 1,
            Fact::Asked | Fact::Rejected(_) => {}
        }
        if self.in_flight <= self.limit {
            return Ok(());
        }
        Err(format!("{} at once", self.in_flight))
    }
}
