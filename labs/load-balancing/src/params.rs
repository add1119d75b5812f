//! Parameters of the lab.

use netsplit_scenario::{Dist, Refusal, Share, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// Parameters of the load balancing lab.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// The work of a request.
    pub work: Dist,
    /// The number of servers that `p2c` and `p2c-reported` compare.
    pub choices: u32,
    /// The number of servers that each balancer knows, if it does not know all.
    pub subset: u32,
    /// How often a balancer checks each server. With its answer a server reports how many requests
    /// it has.
    pub check_every: Span,
    /// How long a balancer waits for the answer to a check.
    pub check_timeout: Span,
    /// The number of checks in a row that must fail before a server counts as unhealthy. One that
    /// succeeds makes it healthy.
    pub check_fails: u32,
    /// Whether a check does what a request does: it waits for a worker, takes `check_work`, and
    /// writes a line to the log. A check that is not deep is answered at once.
    pub deep_checks: bool,
    /// The work of a deep check.
    pub check_work: Span,
    /// The share of healthy servers below which health is ignored; at 0% it never is.
    pub panic_below: Share,
    /// Whether a server writes a line to its disk for each request, and fails the request at once
    /// when it cannot.
    pub log_requests: bool,
    /// The time within which a balancer raises the share of a server that has just started from
    /// a tenth to all of it. Default: none.
    pub slow_start: Span,
    /// How that share grows: with (age / `slow_start`)^(1 / `aggression`).
    pub aggression: f64,
    /// The number of servers in service when the run begins; the others are there to be started.
    /// Default: all.
    pub initial: Initial,
    /// How long it takes from the order to start a server until it is in service.
    pub start_time: Span,
    /// The percentage of time that servers should be busy, above 0.
    pub target: u32,
    /// How often the scaler decides.
    pub sync: Span,
    /// The share by which servers may be busier or less busy than `target` without a decision.
    pub tolerance: Share,
    /// The time for which `hpa` must have wished for fewer servers before it stops some.
    pub stabilise: Span,
    /// The period within which `hpa` adds at most `scale_up_percent` or `scale_up_servers`, whichever
    /// is more.
    pub scale_up_period: Span,
    /// The most that `hpa` adds within a period, in percent of what there was.
    pub scale_up_percent: u32,
    /// The most servers that `hpa` adds within a period, if `scale_up_percent` is less.
    pub scale_up_servers: u32,
    /// How long a server is cold after it has started.
    pub cold_for: Span,
    /// How many times as long the first request of a cold server takes; less and less, until it is
    /// warm.
    pub cold_factor: f64,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            work: Dist::Exponential { mean: 10_000_000, shift: 0 },
            choices: 2,
            subset: 10,
            check_every: Span::ms(1000),
            check_timeout: Span::ms(500),
            check_fails: 2,
            deep_checks: false,
            check_work: Span::ms(1),
            panic_below: Share(0.5),
            log_requests: false,
            slow_start: Span::ms(0),
            aggression: 1.0,
            initial: Initial::All(All::All),
            start_time: Span::ms(0),
            target: 75,
            sync: Span::ms(15_000),
            tolerance: Share(0.1),
            stabilise: Span::ms(300_000),
            scale_up_period: Span::ms(15_000),
            scale_up_percent: 100,
            scale_up_servers: 4,
            cold_for: Span::ms(0),
            cold_factor: 1.0,
        }
    }
}

impl Params {
    /// Checks the ranges of the parameters.
    ///
    /// # Errors
    /// The first parameter that is out of range.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        for (name, value) in [
            ("choices", self.choices),
            ("subset", self.subset),
            ("check_fails", self.check_fails),
            ("target", self.target),
        ] {
            if value == 0 {
                return Err(refuse(name, "0", "at least 1"));
            }
        }
        for (name, every) in [("check_every", self.check_every), ("sync", self.sync)] {
            if every.is_zero() {
                return Err(refuse(name, "0s", "more than 0s"));
            }
        }
        for (name, value, (least, most)) in [
            ("aggression", self.aggression, (0.1, 1000.0)),
            ("cold_factor", self.cold_factor, (1.0, 1000.0)),
        ] {
            if !(least..=most).contains(&value) {
                let range = format!("from {least} to {most}");
                return Err(refuse(name, &format!("{value:?}"), &range));
            }
        }
        Ok(())
    }
}

/// The number of servers in service when the run begins.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a number, for example 10, or \"all\"")]
pub enum Initial {
    /// At most this many.
    Count(u32),
    /// All that the scenario has.
    All(All),
}

/// The word for all servers.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum All {
    /// All.
    All,
}

impl Initial {
    /// The number in service at first, of all `servers`.
    pub(crate) fn of(self, servers: usize) -> usize {
        match self {
            Initial::Count(count) => servers.min(count as usize),
            Initial::All(_) => servers,
        }
    }
}

fn refuse(name: &str, value: &str, expected: &str) -> Refusal {
    let key = format!("params.{name}");
    let wrong = format!("{key} is {value}");
    Refusal::new(key, wrong, format!("expected {expected}"))
}
