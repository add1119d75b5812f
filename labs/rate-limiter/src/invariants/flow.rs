//! The bounds of queues and concurrency limits: an interval between two, and at most L in flight.

use crate::invariants::{Fact, Law, Rules};

/// At least the interval T between two admissions.
pub struct Spacing {
    interval: i128,
    last: Option<i128>,
}

impl Law for Spacing {
    fn new(rules: &Rules) -> Self {
        Spacing { interval: rules.interval(), last: None }
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
        Concurrency { limit: rules.limit, in_flight: 0 }
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
        Err(format!("{} in flight", self.in_flight))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invariants::testing::{RULES, broken};

    #[test]
    fn departures_are_an_interval_apart() {
        assert_eq!(broken::<Spacing>(&[0, 5, 11]), None);
        assert_eq!(broken::<Spacing>(&[0, 5, 9]), Some(2));
    }

    #[test]
    fn slots_are_free_when_their_requests_are_served() {
        let mut law = Concurrency::new(&RULES);
        let mut happened = |fact| law.happened(0, fact).is_ok();
        assert!(happened(Fact::Admitted(None)) && happened(Fact::Admitted(None)));
        assert!(happened(Fact::Finished) && happened(Fact::Admitted(None)));
        assert!(!happened(Fact::Admitted(None)));
    }
}
