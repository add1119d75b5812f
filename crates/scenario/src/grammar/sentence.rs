//! The grammar of expectations, as data.
//!
//! ```text
//! sentence   = [ "not" ] property | metric comparison value [ window ] | sweep-claim
//! metric     = NAME [ "(" argument ")" ]
//! comparison = "<" | "<=" | ">" | ">=" | "==" | "within" PERCENT "of"
//! window     = "overall" | "before" FAULT | "during" FAULT | "after" FAULT
//!            | "outside faults" | "from" TIME "to" TIME
//! property   = "linearizable" | "invariant" NAME | ...
//! sweep-claim = "violates" property "in" comparison PERCENT "of seeds"
//!             | ( "mean" | "min" | "max" ) "(" metric ")" comparison value [ window ]
//! ```

use netsplit_history::Time;
use serde::{Deserialize, Serialize};

/// A sentence of `expect` or `sweep`.
#[derive(Clone, Debug, PartialEq)]
pub enum Sentence {
    /// A metric compared with a value, over a window.
    Metric {
        /// What is measured.
        metric: Metric,
        /// How it must compare.
        comparison: Comparison,
        /// With what.
        value: Quantity,
        /// When.
        window: WindowName,
    },
    /// A named property holds, or with `negated` must not.
    Property {
        /// Which.
        property: Property,
        /// Whether it must be violated.
        negated: bool,
    },
    /// Over many seeds: a property is violated in a share of them.
    Violates {
        /// Which.
        property: Property,
        /// How the share must compare.
        comparison: Comparison,
        /// The share, 0 to 1.
        share: f64,
    },
    /// Over many seeds: an aggregate of a metric.
    Aggregate {
        /// Over the seeds.
        aggregate: SeedAggregate,
        /// What each run measures.
        metric: Metric,
        /// How the aggregate must compare.
        comparison: Comparison,
        /// With what.
        value: Quantity,
        /// When.
        window: WindowName,
    },
}

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Metric {
    /// ok / attempted, of one operation or of all.
    Availability(Population),
    /// A latency statistic.
    Latency(Statistic, Population),
    /// Successful requests per second.
    Throughput(Population),
    /// Time from a fault's heal until service is back.
    Recovery,
    /// Rejected requests / attempted.
    RejectedRate(Population),
    /// A counter, a gauge or an end-of-run measure of the lab.
    Lab(String),
}

/// Whose requests or durations.
#[derive(Clone, Debug, PartialEq)]
pub enum Population {
    /// All operations; latencies of the successful ones.
    Successful,
    /// All operations, a time-out counted at its time-out: `p99(all)`.
    All,
    /// Without deliberate rejections: `availability(admitted)`.
    Admitted,
    /// One operation: `p99(get)`.
    Operation(String),
    /// A distribution that the lab observes: `p99(visibility)`.
    Observed(String),
}

/// A statistic of a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The arithmetic mean.
    Mean,
    /// The greatest.
    Max,
    /// A percentile, 0 to 100.
    Percentile(f64),
}

/// How a measurement must compare with the value.
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
    /// `within 5% of`: the relative tolerance, 0.05.
    Within(f64),
}

impl Comparison {
    /// Whether `measured` stands to `value` as demanded.
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

/// A value with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// A duration in nanoseconds.
    Nanos(f64),
    /// A share, 0 to 1, written in percent.
    Share(f64),
    /// Per second.
    PerSecond(f64),
    /// A plain number.
    Number(f64),
}

impl Quantity {
    /// The number alone: nanoseconds, share, per second, or plain.
    pub fn number(self) -> f64 {
        match self {
            Quantity::Nanos(x)
            | Quantity::Share(x)
            | Quantity::PerSecond(x)
            | Quantity::Number(x) => x,
        }
    }

    /// Another number with the same unit.
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

/// When.
#[derive(Clone, Debug, PartialEq)]
pub enum WindowName {
    /// The measured part of the run.
    Overall,
    /// Until the fault first strikes.
    Before(String),
    /// While the fault holds, over all its firings.
    During(String),
    /// From the fault's last heal to the next fault's strike or the end.
    After(String),
    /// Outside each fault and its settling time.
    OutsideFaults,
    /// Between two times.
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
    /// No session reads backwards.
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
    /// The least.
    Min,
    /// The greatest.
    Max,
}
