//! The client's side of a lease: until when its holder may act.
//!
//! The lock counts from the moment at which it granted the lease, which the holder does not know.
//! The holder counts from the moment at which it asked, which was earlier, and takes off what two
//! clocks may differ by. What is left is the validity of the Redlock specification
//! (redis.io, "Distributed Locks with Redis"): ttl - elapsed - (ttl drift + slack).
//!
//! Left out: what happens between the look at the clock and the write. No holder can help that.

use std::time::Duration;

/// The terms of all leases of a run.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// How long a lease lasts.
    pub ttl: Duration,
    /// The share of `ttl` that two clocks may differ by.
    pub drift: f64,
    /// A constant beside it.
    pub slack: Duration,
}

/// Decides until when the holder of a lease may act. All times are of the holder's own clock.
pub trait Holder {
    /// A lease has yet to be granted.
    fn new(terms: Terms) -> Self
    where
        Self: Sized;

    /// The lease was granted or renewed: the holder asked at `sent`, and had the answer at
    /// `answered`.
    fn granted(&mut self, sent: Duration, answered: Duration);

    /// When the holder stops, unless the lease is renewed; `None` if it goes on until it is told.
    fn until(&self) -> Option<Duration>;
}

/// Creates the holder of a lease.
pub type MakeHolder = fn(Terms) -> Box<dyn Holder>;

/// Makes a [`MakeHolder`] of a type.
pub fn holder<H: Holder + 'static>(terms: Terms) -> Box<dyn Holder> {
    Box::new(H::new(terms))
}

/// Counts from the request, and takes off what clocks may differ by.
#[derive(Clone, Copy, Debug)]
pub struct ChecksTime {
    terms: Terms,
    until: Duration,
}

impl Holder for ChecksTime {
    fn new(terms: Terms) -> ChecksTime {
        ChecksTime { terms, until: Duration::ZERO }
    }

    fn granted(&mut self, sent: Duration, _: Duration) {
        let Terms { ttl, drift, slack } = self.terms;
        self.until = (sent + ttl).saturating_sub(ttl.mul_f64(drift) + slack);
    }

    fn until(&self) -> Option<Duration> {
        Some(self.until)
    }
}

/// Wrong: counts from the answer, so a slow answer makes the lease longer than it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CountsFromAnswer(ChecksTime);

impl Holder for CountsFromAnswer {
    fn new(terms: Terms) -> CountsFromAnswer {
        CountsFromAnswer(ChecksTime::new(terms))
    }

    fn granted(&mut self, _: Duration, answered: Duration) {
        self.0.granted(answered, answered);
    }

    fn until(&self) -> Option<Duration> {
        self.0.until()
    }
}

/// Wrong: never looks at the clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IgnoresTime;

impl Holder for IgnoresTime {
    fn new(_: Terms) -> IgnoresTime {
        IgnoresTime
    }

    fn granted(&mut self, _: Duration, _: Duration) {}

    fn until(&self) -> Option<Duration> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validity_is_that_of_redlocks_specification() {
        let ms = Duration::from_millis;
        let terms = Terms { ttl: ms(10_000), drift: 0.01, slack: ms(2) };
        let mut holder = ChecksTime::new(terms);
        holder.granted(ms(500), ms(530));
        assert_eq!(holder.until(), Some(ms(530 + 9_868)));
    }

    #[test]
    fn a_lease_shorter_than_its_margin_is_over_at_once() {
        let ms = Duration::from_millis;
        let mut holder = ChecksTime::new(Terms { ttl: ms(1), drift: 0.01, slack: ms(2) });
        holder.granted(ms(0), ms(0));
        assert_eq!(holder.until(), Some(ms(0)));
    }
}
