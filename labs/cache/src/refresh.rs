//! Early refresh: which hit fetches an entry again before it expires.
//!
//! If nobody does, an entry that expires is missed by all who ask until somebody has fetched it.
//! `XFetch` has each reader toss a coin that gets likelier as the expiry comes near, so that the
//! entry is replaced while it is still served (Vattani, Chierichetti and Lowenstein, "Optimal
//! probabilistic cache stampede prevention", VLDB 2015). Readers need not know of each other.
//!
//! With lambda reads a second and a fetch of d, reads that refresh come with the rate
//! lambda exp(-left / (beta d)). So the first comes beta d (ln(lambda beta d) + 0.5772) before the
//! expiry in the mean, and until its fetch ends, which takes d, others follow: the number of fetches
//! is geometric with mean exp(1 / beta), and not one.

use std::time::Duration;

/// Whether a hit refreshes an entry.
pub trait Refresh: Sync {
    /// Whether a reader that has hit an entry fetches it again: the entry expires after `left`, and
    /// its fetch took `cost`. `beta` scales how early, and `chance` is a draw from (0, 1).
    fn is_due(&self, left: Duration, cost: Duration, beta: f64, chance: f64) -> bool;
}

/// Never: an entry is fetched when it was missed.
#[derive(Clone, Copy, Debug)]
pub struct OnMiss;

impl Refresh for OnMiss {
    fn is_due(&self, _: Duration, _: Duration, _: f64, _: f64) -> bool {
        false
    }
}

/// `XFetch`: with the probability exp(-left / (beta cost)).
#[derive(Clone, Copy, Debug)]
pub struct XFetch;

impl Refresh for XFetch {
    fn is_due(&self, left: Duration, cost: Duration, beta: f64, chance: f64) -> bool {
        -beta * cost.as_secs_f64() * libm::log(chance) >= left.as_secs_f64()
    }
}

/// Wrong: every reader in the last stretch before the expiry, so the stampede only comes earlier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Margin;

impl Refresh for Margin {
    fn is_due(&self, left: Duration, cost: Duration, beta: f64, _: f64) -> bool {
        left.as_secs_f64() <= beta * cost.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xfetch_refreshes_with_the_probability_of_the_paper() {
        let (left, cost) = (Duration::from_millis(1500), Duration::from_millis(500));
        // exp(-1.5 / (2 * 0.5)) = 0.2231
        assert!(XFetch.is_due(left, cost, 2.0, 0.2231));
        assert!(!XFetch.is_due(left, cost, 2.0, 0.2232));
        assert!(XFetch.is_due(Duration::ZERO, cost, 1.0, 0.9999), "an entry that expires now");
    }
}
