//! Outlier ejection: taking a replica that fails out of the rotation for a while.
//!
//! A breaker asks whether to call; ejection asks *whom*. Where any replica will do, that is the
//! better question: nobody is turned away. The rules are Envoy's ("Outlier detection", ejection
//! algorithm): a host is ejected at once after [`Ejection::after`] failures in a row, unless
//! [`Ejection::at_most`] of the hosts are out already; it returns at the first sweep at which it
//! has been out for [`Ejection::base`] times the number of its ejections; and with each sweep
//! that finds it in the rotation, that number goes down by one again.
//!
//! The limit is the safety catch. If most hosts fail, the hosts are not the outliers: the network
//! is broken, or the requests are, and ejecting them all turns a bad day into an outage.
//! [`Outliers::has_always_room`] is wrong: it looks at each host alone, and what is left of the
//! rotation has to bear what the others bore.
//!
//! What this leaves out: success-rate and failure-percentage ejection, the cap on the ejection
//! time, and its jitter. And hosts come back all at once: no probe is sent first, so up to
//! [`Ejection::after`] users find out for the others.

use std::time::Duration;

/// When to eject, and for how long.
#[derive(Clone, Debug)]
pub struct Ejection {
    /// Failures in a row.
    pub after: u32,
    /// Between sweeps.
    pub interval: Duration,
    /// How long the first ejection lasts; the n-th, n times as long.
    pub base: Duration,
    /// The most of all hosts that may be out; at least one host may.
    pub at_most: f64,
}

#[derive(Clone, Debug, Default)]
struct Health {
    failures_in_a_row: u32,
    ejected_at: Option<Duration>,
    ejections: u32,
}

/// The hosts of a service, by number.
#[derive(Debug)]
pub struct Outliers {
    rules: Ejection,
    has_room: HasRoom,
    hosts: Vec<Health>,
}

/// A seat: whether one more host may be out.
pub type HasRoom = fn(&Outliers) -> bool;

impl Outliers {
    /// `count` hosts, all in the rotation.
    pub fn new(rules: Ejection, has_room: HasRoom, count: usize) -> Outliers {
        Outliers { rules, has_room, hosts: vec![Health::default(); count] }
    }

    /// Whether a host is in the rotation.
    pub fn is_in(&self, host: usize) -> bool {
        self.hosts[host].ejected_at.is_none()
    }

    /// A call to a host has ended. Whether that ejects it.
    pub fn record(&mut self, now: Duration, host: usize, ok: bool) -> bool {
        let room = (self.has_room)(self);
        let health = &mut self.hosts[host];
        if health.ejected_at.is_some() {
            return false; // It began before the ejection, and changes nothing.
        }
        health.failures_in_a_row = if ok { 0 } else { health.failures_in_a_row + 1 };
        let ejected = health.failures_in_a_row >= self.rules.after && room;
        if ejected {
            health.failures_in_a_row = 0;
            health.ejections += 1;
            health.ejected_at = Some(now);
        }
        ejected
    }

    /// Of all hosts, no more may be out than the share that the rules say, but one may.
    pub fn has_room(&self) -> bool {
        let out = self.hosts.iter().filter(|health| health.ejected_at.is_some()).count();
        out == 0 || (out + 1) as f64 <= self.rules.at_most * self.hosts.len() as f64
    }

    /// However many are out.
    pub fn has_always_room(&self) -> bool {
        true
    }

    /// To be called every [`Ejection::interval`]: the hosts that return.
    pub fn sweep(&mut self, now: Duration) -> Vec<usize> {
        let mut returned = Vec::new();
        for (number, health) in self.hosts.iter_mut().enumerate() {
            match health.ejected_at {
                None => health.ejections = health.ejections.saturating_sub(1),
                Some(at) if now >= at + self.rules.base * health.ejections => {
                    health.ejected_at = None;
                    returned.push(number);
                }
                Some(_) => {}
            }
        }
        returned
    }
}
