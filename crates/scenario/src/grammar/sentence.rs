//! The grammar of expectations, as data.
//!
//! ```text
//! answer     = metric [ window ] | property
//! sentence   = [ "not" ] property | metric comparison value [ window ] | sweep-claim
//! metric     = NAME [ "(" argument { "," argument } ")" ]
//! argument   = OPERATION | DISTRIBUTION | "all" | "admitted" | DURATION
//!            | "load" LOAD | "region" REGION | "node" NODE
//! comparison = "<" | "<=" | ">" | ">=" | "==" | "within" PERCENT "of"
//! window     = "overall" | "before" NAME | "during" NAME | "after" NAME
//!            | "outside faults" | "from" TIME "to" TIME | "from" NAME
//! property   = "linearizable" | "invariant" NAME | ...
//! sweep-claim = ( "violates" property "in" comparison PERCENT "of seeds"
//!               | ( "mean" | "min" | "max" ) "(" metric ")" comparison value [ window ]
//!               ) [ "over" COUNT "seeds" ]
//! ```

use netsplit_history::Time;
use serde::{Deserialize, Serialize};

/// A sentence of `expect` or `sweep`.
#[derive(Clone, Debug, PartialEq)]
pub enum Sentence {
    /// Compares a metric with a value, over a window.
    Metric {
        /// The metric.
        metric: Metric,
        /// The comparison that must hold.
        comparison: Comparison,
        /// The value to compare with.
        value: Quantity,
        /// The window.
        window: WindowName,
    },
    /// Demands a property, or its violation.
    Property {
        /// The property.
        property: Property,
        /// Whether the property must be violated.
        negated: bool,
    },
    /// Compares the share of seeds that violate a property.
    Violates {
        /// The property.
        property: Property,
        /// The comparison that must hold for the share.
        comparison: Comparison,
        /// The share to compare with, 0 to 1.
        share: f64,
        /// The number of seeds that decide it.
        over: Over,
    },
    /// Compares an aggregate over the seeds of a metric with a value.
    Aggregate {
        /// The aggregate over the seeds.
        aggregate: SeedAggregate,
        /// The metric of each run.
        metric: Metric,
        /// The comparison that must hold.
        comparison: Comparison,
        /// The value to compare with.
        value: Quantity,
        /// The window.
        window: WindowName,
        /// The number of seeds that decide it.
        over: Over,
    },
}

/// What a run answers a question with.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A number, over a window.
    Metric {
        /// The metric.
        metric: Metric,
        /// The window.
        window: WindowName,
    },
    /// Whether a property holds.
    Property(Property),
}

/// The number of seeds that a sentence over seeds needs, at least 1. With fewer it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over(pub usize);

impl Over {
    /// The most seeds that a sentence may ask for.
    pub const MAX: usize = 1_000_000;
}

impl Default for Over {
    /// Two: one run is no sample of a distribution.
    fn default() -> Over {
        Over(2)
    }
}

/// A metric: a number measured in one run.
#[derive(Clone, Debug, PartialEq)]
pub enum Metric {
    /// The fraction of requests that succeeded: ok / attempted.
    Availability(Requests),
    /// A latency statistic.
    Latency(Statistic, Population),
    /// The fraction of requests or observations that took longer than a duration.
    Slower(Time, Population),
    /// Successful requests per second.
    Throughput(Requests),
    /// Time from a fault's heal, or from its strike, until service is back.
    Recovery,
    /// The fraction of requests that were rejected: rejected / attempted.
    RejectedRate(Requests),
    /// A counter, a gauge or an end-of-run measurement of the lab.
    Lab {
        /// Its name.
        name: String,
        /// The node whose counts and settings are meant; `None` for those of all nodes.
        node: Option<String>,
    },
}

impl Metric {
    /// The lab's number called `name`, of all nodes.
    pub fn lab(name: &str) -> Metric {
        Metric::Lab { name: name.to_owned(), node: None }
    }
}

/// The durations that a metric covers.
#[derive(Clone, Debug, PartialEq)]
pub enum Population {
    /// Latencies of requests.
    Requests(Requests),
    /// A distribution that the lab observes: `p99(visibility)`.
    Observed {
        /// Its name.
        name: String,
        /// The node whose observations are meant; `None` for those of all nodes.
        node: Option<String>,
    },
}

impl Population {
    /// The distribution called `name`, of all nodes.
    pub fn observed(name: &str) -> Population {
        Population::Observed { name: name.to_owned(), node: None }
    }
}

/// The requests that a metric covers: those that meet all conditions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Requests {
    /// The endings that count.
    pub ended: Ended,
    /// One operation only: `p99(get)`.
    pub operation: Option<String>,
    /// One load only: `availability(load writers)`.
    pub load: Option<String>,
    /// The loads of one region only: `p99(region eu)`.
    pub region: Option<String>,
}

impl From<Ended> for Requests {
    fn from(ended: Ended) -> Requests {
        Requests { ended, ..Requests::default() }
    }
}

impl From<Ended> for Population {
    fn from(ended: Ended) -> Population {
        Population::Requests(ended.into())
    }
}

/// The endings of requests that a metric covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ended {
    /// All; for latencies, the successful ones.
    #[default]
    Successful,
    /// All; a timed-out request counts with its timeout: `p99(all)`.
    All,
    /// All but the rejected ones: `availability(admitted)`.
    Admitted,
}

/// A statistic of a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The arithmetic mean.
    Mean,
    /// The maximum.
    Max,
    /// A percentile, 0 to 100.
    Percentile(f64),
}

/// A comparison of a measurement with a value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `within 5% of`, with the relative tolerance 0.05.
    Within(f64),
}

impl Comparison {
    /// Returns whether the comparison of `measured` with `value` holds.
    pub fn holds(self, measured: f64, value: f64) -> bool {
        match self {
            Comparison::Less => measured < value,
            Comparison::AtMost => measured <= value,
            Comparison::Greater => measured > value,
            Comparison::AtLeast => measured >= value,
            Comparison::Equal => measured == value,
            Comparison::Within(tolerance) => (measured - value).abs() <= tolerance * value.abs(),
        }
    }
}

/// A number with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// A duration in nanoseconds.
    Nanos(f64),
    /// A share, 0 to 1, written in percent.
    Share(f64),
    /// A rate per second.
    PerSecond(f64),
    /// A plain number.
    Number(f64),
}

impl Quantity {
    /// Returns the number without its unit.
    pub fn number(self) -> f64 {
        match self {
            Quantity::Nanos(x)
            | Quantity::Share(x)
            | Quantity::PerSecond(x)
            | Quantity::Number(x) => x,
        }
    }

    /// Returns another number with the same unit.
    #[must_use]
    pub fn with(self, number: f64) -> Quantity {
        match self {
            Quantity::Nanos(_) => Quantity::Nanos(number),
            Quantity::Share(_) => Quantity::Share(number),
            Quantity::PerSecond(_) => Quantity::PerSecond(number),
            Quantity::Number(_) => Quantity::Number(number),
        }
    }
}

/// A window: the part of the run that a metric covers.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowName {
    /// The measured part of the run.
    Overall,
    /// Until the first strike of the fault, or until the action is asked.
    Before(String),
    /// All firings of the fault together, or from when the action is asked until it is obeyed.
    During(String),
    /// From the last heal of the fault, or from when the action is obeyed, to the next strike of
    /// any fault, or to the end.
    After(String),
    /// For a recovery only: from each strike of the fault, or from when the action is asked.
    From(String),
    /// Outside all firings of all faults and the settle time after each.
    OutsideFaults,
    /// From the first time to the second, exclusive.
    Span(Time, Time),
}

/// A named property of the whole run, decided by a checker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    /// The history is linearizable.
    Linearizable,
    /// The history is sequentially consistent, key by key.
    SequentiallyConsistent,
    /// Each session reads its own writes.
    ReadYourWrites,
    /// No session reads older values than before.
    MonotonicReads,
    /// No acknowledged write is lost.
    NoLostWrites,
    /// One of the lab's invariants holds at every event.
    Invariant(String),
    /// After the last fault heals, service is back within this time.
    Serves(Time),
}

/// An aggregate over seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeedAggregate {
    /// The arithmetic mean.
    Mean,
    /// The minimum.
    Min,
    /// The maximum.
    Max,
}
