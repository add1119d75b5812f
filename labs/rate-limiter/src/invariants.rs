//! Bounds over every window of a run, checked from its events alone.
//!
//! Each [`Law`] is about one tenant. It sees when requests were admitted, and decides after each
//! one whether any window that ends there breaks the bound. Nothing here shares code with the
//! limiters: bounds are computed from the definition, "at most L in a window of this length", in
//! whole nanoseconds, and no rounding can hide one request too many.
//!
//! - `buckets`: what token buckets and GCRA admit, and what they may reject;
//! - `windows`: what fixed, logged and weighted windows admit;
//! - `flow`: how far apart requests leave, and how many are in flight;
//! - `overshoot`: how far synchronised regions may be ahead of the limit.

pub mod buckets;
mod flow;
pub mod overshoot;
mod windows;

use std::collections::BTreeMap;

use netsplit_sim::prelude::*;

use buckets::{BucketBound, GcraBound, OnlyExcess};
use flow::{Concurrency, Spacing};
use overshoot::Overshoot;
use windows::{AlignedWindow, Estimate, WindowBound};

/// The lab's invariants.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        name: "bucket-bound",
        summary: "Any stretch of time t admits at most burst + rate * t of a tenant",
        needs: &["admitted"],
        new: || PerTenant::<BucketBound>::start(&["admitted"]),
    },
    Invariant {
        name: "gcra-bound",
        summary: "Any stretch of time t admits at most floor((tau + t) / T) + 1 of a tenant",
        needs: &["admitted"],
        new: || PerTenant::<GcraBound>::start(&["admitted"]),
    },
    Invariant {
        name: "window-bound",
        summary: "Any window, wherever it starts, admits at most the limit of a tenant",
        needs: &["admitted"],
        new: || PerTenant::<WindowBound>::start(&["admitted"]),
    },
    Invariant {
        name: "fixed-window-bound",
        summary: "Each window that starts at a multiple of its length admits at most the limit",
        needs: &["admitted"],
        new: || PerTenant::<AlignedWindow>::start(&["admitted"]),
    },
    Invariant {
        name: "estimate-bound",
        summary: "What is admitted keeps current + previous * (1 - f) within the limit",
        needs: &["admitted"],
        new: || PerTenant::<Estimate>::start(&["admitted"]),
    },
    Invariant {
        name: "spacing",
        summary: "Two admissions of a tenant are at least the interval apart",
        needs: &["admitted"],
        new: || PerTenant::<Spacing>::start(&["admitted"]),
    },
    Invariant {
        name: "concurrency-bound",
        summary: "No more than the limit of a tenant are admitted and not yet served",
        needs: &["admitted"],
        new: || PerTenant::<Concurrency>::start(&["admitted", "finished"]),
    },
    Invariant {
        name: "rejects-only-excess",
        summary: "A rejected request would break the bucket's bound, until just its Retry-After",
        needs: &["rejected"],
        new: || PerTenant::<OnlyExcess>::start(&["admitted", "rejected"]),
    },
    Invariant {
        name: "overshoot-bound",
        summary: "Regions are ahead of the limit by at most what they were asked for beyond it \
                  since the store last knew of all of them, and by at most N - 1 bursts",
        needs: &["admitted"],
        new: || PerTenant::<Overshoot>::start(&["admitted", "asked"]),
    },
];

/// The policy that the store announced at the start.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    /// Requests per window.
    pub limit: i128,
    /// Nanoseconds.
    pub window: i128,
    /// The size of a bucket.
    pub burst: i128,
    /// The number of nodes that share the limit.
    pub gateways: i128,
}

impl Rules {
    /// The rules of a `policy` event.
    pub fn read(detail: &Value) -> Rules {
        let number = |name: &str| detail[name].as_i64().unwrap_or_default().into();
        Rules {
            limit: number("limit"),
            window: number("window_ns"),
            burst: number("burst"),
            gateways: number("gateways"),
        }
    }

    /// Nanoseconds between two requests at the full rate.
    pub fn interval(&self) -> i128 {
        self.window / self.limit
    }
}

/// An event of a tenant. Times are in nanoseconds of simulated time.
#[derive(Clone, Copy, Debug)]
pub enum Fact {
    /// A request came to a gateway.
    Asked,
    /// A request was admitted; if by a budget, the time until which its store knew of all requests.
    Admitted(Option<i128>),
    /// A request was rejected, and told to retry after this time.
    Rejected(i128),
    /// An admitted request was served.
    Finished,
}

impl Fact {
    /// Reads an event: its tenant, and what happened to it.
    pub fn read(event: &LabEvent) -> Option<(u64, Fact)> {
        let number = |name: &str| event.detail[name].as_i64().map(i128::from);
        let fact = match &*event.name {
            "asked" => Fact::Asked,
            "admitted" => Fact::Admitted(number("sound_ns")),
            "rejected" => Fact::Rejected(number("retry_ns")?),
            "finished" => Fact::Finished,
            _ => return None,
        };
        Some((event.detail["tenant"].as_u64()?, fact))
    }
}

/// A bound that must hold for one tenant.
pub trait Law {
    /// The state before the first event.
    fn new(rules: &Rules) -> Self;

    /// Observes a fact at time `at`.
    ///
    /// # Errors
    /// How it breaks the law.
    fn happened(&mut self, at: i128, fact: Fact) -> Result<(), String>;
}

/// A law, for each tenant.
struct PerTenant<L> {
    names: &'static [&'static str],
    rules: Rules,
    tenants: BTreeMap<u64, L>,
}

impl<L: Law + 'static> PerTenant<L> {
    fn start(names: &'static [&'static str]) -> Box<dyn InvariantState> {
        Box::new(PerTenant::<L> { names, rules: Rules::default(), tenants: BTreeMap::new() })
    }
}

impl<L: Law> InvariantState for PerTenant<L> {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        if &*event.name == "policy" {
            self.rules = Rules::read(&event.detail);
            return Ok(());
        }
        let Some((tenant, fact)) = Fact::read(event) else {
            return Ok(());
        };
        let rules = &self.rules;
        let law = self.tenants.entry(tenant).or_insert_with(|| L::new(rules));
        law.happened(event.at.as_nanos().into(), fact)
            .map_err(|why| format!("tenant {tenant}: {why}"))
    }

    fn concerns(&self, name: &str) -> bool {
        name == "policy" || self.names.contains(&name)
    }
}

#[cfg(test)]
mod testing {
    use super::{Fact, Law, Rules};

    /// Two in ten nanoseconds, or three at once.
    pub const RULES: Rules = Rules { limit: 2, window: 10, burst: 3, gateways: 1 };

    /// The index of the first admission that breaks a law.
    pub fn broken<L: Law>(times: &[i128]) -> Option<usize> {
        let mut law = L::new(&RULES);
        times.iter().position(|at| law.happened(*at, Fact::Admitted(None)).is_err())
    }
}
