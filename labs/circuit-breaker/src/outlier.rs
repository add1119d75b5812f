//! Outlier ejection: taking a replica that fails out of the rotation for a while.
//!
//! A breaker decides *whether* to call; ejection decides which host is called. Where any replica
//! will do, that is the better question: nobody is rejected. The rules are Envoy's ("Outlier
//! detection", ejection algorithm), and [`Outliers`] is the reference.
//!
//! The limit is the safety catch. If most hosts fail, the hosts are not the outliers: the network
//! is broken, or the requests are, and ejecting them all turns a bad day into an outage. The wrong
//! filling `everybody` has no limit, and what is left of the rotation has to bear what the others
//! bore.
//!
//! Left out: success-rate and failure-percentage ejection, the cap on the ejection time, and its
//! jitter. And hosts come back all at once: no probe is sent first, so up to
//! [`EjectionConfig::after`] users find out for the others.

use std::time::Duration;

/// When hosts are ejected, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct EjectionConfig {
    /// The number of failures in a row at which a host is ejected, at least one
    /// (`consecutive_5xx`).
    pub after: u32,
    /// The time between ticks.
    pub interval: Duration,
    /// How long the first ejection lasts; the n-th, n times as long (`base_ejection_time`).
    pub base: Duration,
    /// The greatest share of all hosts that may be out at once (`max_ejection_percent`); one
    /// host always may.
    pub at_most: f64,
}

/// A detector of outliers among the hosts of a service, which are numbered from 0.
///
/// A seat ([`seats::EJECTION`](crate::seats::EJECTION)). The contract is Envoy's ("Outlier
/// detection", ejection algorithm):
///
/// - A host is ejected at once, by its [`after`](EjectionConfig::after)-th failure in a row, unless
///   one host more would be over the limit of [`at_most`](EjectionConfig::at_most); then the next
///   failure asks again. Outcomes of calls to a host that is out change nothing.
/// - It returns at the first tick at which it has been out for [`base`](EjectionConfig::base) times
///   the number of its ejections, with no failures in a row.
/// - Each tick that finds a host in the rotation takes one off the number of its ejections.
///
/// Times are those of one monotonic clock.
pub trait OutlierDetector {
    /// Records that a call to `host` has ended at `now`, and whether it brought a good answer.
    /// Returns whether that ejects the host.
    fn record(&mut self, now: Duration, host: usize, ok: bool) -> bool;

    /// Called every [`interval`](EjectionConfig::interval). Returns the hosts that come back, in
    /// ascending order.
    fn tick(&mut self, now: Duration) -> Vec<usize>;

    /// Whether `host` is in the rotation.
    fn in_rotation(&self, host: usize) -> bool;
}

/// The reference: Envoy's consecutive failures.
#[derive(Clone, Debug)]
pub struct Outliers {
    config: EjectionConfig,
    hosts: Vec<Health>,
}

#[derive(Clone, Debug, Default)]
struct Health {
    failures_in_a_row: u32,
    ejected_at: Option<Duration>,
    ejections: u32,
}

impl Outliers {
    /// A detector for hosts of which all are in the rotation.
    pub fn new(config: EjectionConfig, hosts: usize) -> Outliers {
        Outliers { config, hosts: vec![Health::default(); hosts] }
    }

    /// Whether one host more may be out.
    fn has_room(&self) -> bool {
        let out = self.hosts.iter().filter(|health| health.ejected_at.is_some()).count();
        // One always may: 10% of nine hosts would be none, and the feature would be off.
        out == 0 || (out + 1) as f64 <= self.config.at_most * self.hosts.len() as f64
    }
}

impl OutlierDetector for Outliers {
    fn record(&mut self, now: Duration, host: usize, ok: bool) -> bool {
        let has_room = self.has_room();
        let health = &mut self.hosts[host];
        if health.ejected_at.is_some() {
            return false; // The call began before the ejection: its outcome is no news.
        }
        health.failures_in_a_row = if ok { 0 } else { health.failures_in_a_row + 1 };
        let ejected = health.failures_in_a_row >= self.config.after && has_room;
        if ejected {
            health.failures_in_a_row = 0;
            health.ejections += 1;
            health.ejected_at = Some(now);
        }
        ejected
    }

    fn tick(&mut self, now: Duration) -> Vec<usize> {
        let mut returned = Vec::new();
        for (host, health) in self.hosts.iter_mut().enumerate() {
            match health.ejected_at {
                // Good behaviour is forgiven step by step, so that a host that fails now and
                // then is not out for ever longer.
                None => health.ejections = health.ejections.saturating_sub(1),
                Some(at) if now >= at + self.config.base * health.ejections => {
                    health.ejected_at = None;
                    returned.push(host);
                }
                Some(_) => {}
            }
        }
        returned
    }

    fn in_rotation(&self, host: usize) -> bool {
        self.hosts[host].ejected_at.is_none()
    }
}
