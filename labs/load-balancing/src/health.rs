//! Health: which servers may be chosen, from the checks that they have failed.

/// Health of one server, as one balancer sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Checks that have failed in a row.
    fails: u32,
}

impl Health {
    /// A check has ended.
    pub fn checked(&mut self, ok: bool) {
        self.fails = if ok { 0 } else { self.fails.saturating_add(1) };
    }

    /// Whether fewer than `limit` checks have failed in a row.
    pub fn is_healthy(self, limit: u32) -> bool {
        self.fails < limit
    }
}

/// Chooses which servers are open, given which are healthy, as (server, healthy) in ascending order,
/// and the share of healthy servers below which a balancer panics.
pub type Openness = fn(servers: &[(usize, bool)], panic_below: f64) -> Vec<usize>;

/// The healthy ones, and all of them when too few are healthy: then it is more probable that the
/// checks are wrong, or that the load is too high for those that are left (Envoy's panic threshold).
/// With a threshold of zero there is no panic, as in Envoy.
pub fn panic_threshold(servers: &[(usize, bool)], panic_below: f64) -> Vec<usize> {
    let healthy = healthy_only(servers, panic_below);
    let enough = healthy.len() as f64 >= panic_below * servers.len() as f64;
    if enough { healthy } else { everyone(servers, panic_below) }
}

/// The healthy ones, even if there are none.
pub fn healthy_only(servers: &[(usize, bool)], _panic_below: f64) -> Vec<usize> {
    servers.iter().filter(|(_, healthy)| *healthy).map(|(server, _)| *server).collect()
}

/// All of them: checks count for nothing.
pub fn everyone(servers: &[(usize, bool)], _panic_below: f64) -> Vec<usize> {
    servers.iter().map(|(server, _)| *server).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_unhealthy_after_some_failures_in_a_row() {
        let mut health = Health::default();
        for (ok, healthy) in [(false, true), (true, true), (false, true), (false, false)] {
            health.checked(ok);
            assert_eq!(health.is_healthy(2), healthy);
        }
        health.checked(true);
        assert!(health.is_healthy(2));
    }

    #[test]
    fn half_of_the_servers_are_enough_and_fewer_are_a_panic() {
        let half = [(0, true), (3, false), (5, true), (7, false)];
        assert_eq!(panic_threshold(&half, 0.5), [0, 5]);
        assert_eq!(panic_threshold(&half, 0.51), [0, 3, 5, 7]);
        assert_eq!(panic_threshold(&[(2, false)], 0.01), [2]);
        assert_eq!(panic_threshold(&[(2, false)], 0.0), [0usize; 0]);
        assert_eq!(healthy_only(&[(2, false)], 0.5), [0usize; 0]);
        assert_eq!(everyone(&half, 0.5), [0, 3, 5, 7]);
    }
}
