//! The bounds of windows: at most L in a window wherever it starts, or at multiples of its length, or
//! by an estimate.

use std::collections::VecDeque;

use crate::invariants::{Fact, Law, Rules};

/// At most L in any window of length W that leaves out one of its ends.
pub struct WindowBound {
    limit: i128,
    window: i128,
    last: VecDeque<i128>,
}

impl Law for WindowBound {
    fn new(rules: &Rules) -> Self {
        WindowBound { limit: rules.limit, window: rules.window, last: VecDeque::new() }
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
        Err(format!("the window that ends here admits {held} of {limit}"))
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
        AlignedWindow { limit: rules.limit, window: rules.window, index: 0, held: 0 }
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
        Estimate { limit: rules.limit, window: rules.window, admitted: VecDeque::new() }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invariants::testing::broken;

    #[test]
    fn a_window_is_free_again_when_it_is_over() {
        assert_eq!(broken::<WindowBound>(&[0, 1, 10, 11, 20]), None);
        assert_eq!(broken::<WindowBound>(&[0, 1, 9]), Some(2));
        assert_eq!(broken::<WindowBound>(&[8, 9, 11]), Some(2));
        assert_eq!(broken::<AlignedWindow>(&[8, 9, 11, 12]), None);
        assert_eq!(broken::<AlignedWindow>(&[1, 2, 9]), Some(2));
    }

    #[test]
    fn an_estimate_weighs_the_window_before() {
        // Two at the end of a window weigh 2 (1 - f): one more fits when half is over.
        assert_eq!(broken::<Estimate>(&[8, 9, 15, 20]), None);
        assert_eq!(broken::<Estimate>(&[8, 9, 14]), Some(2));
    }
}
