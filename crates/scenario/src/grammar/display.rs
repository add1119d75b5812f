//! Formatting of sentences, the inverse of [`parse`](super::parse).

use std::fmt::{Display, Formatter, Result};

use crate::value::format;
use crate::{
    Answer, Comparison, Ended, Metric, Over, Population, Property, Quantity, Requests,
    SeedAggregate, Sentence, Statistic, WindowName,
};

impl Display for Sentence {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Sentence::Metric { metric, comparison, value, window } => {
                write!(f, "{metric} {comparison} {value}{}", Suffix(window))
            }
            Sentence::Property { property, negated } => {
                write!(f, "{}{property}", if *negated { "not " } else { "" })
            }
            Sentence::Violates { property, comparison, share, over } => {
                let share = format::percent(*share);
                write!(f, "violates {property} in {comparison} {share} of seeds{over}")
            }
            Sentence::Aggregate { aggregate, metric, comparison, value, window, over } => {
                write!(f, "{aggregate}({metric}) {comparison} {value}{}{over}", Suffix(window))
            }
        }
    }
}

impl Display for Answer {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Answer::Metric { metric, window } => write!(f, "{metric}{}", Suffix(window)),
            Answer::Property(property) => write!(f, "{property}"),
        }
    }
}

impl Display for Over {
    /// Includes the space before; empty for the default.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            over if *over == Over::default() => Ok(()),
            Over(1) => f.write_str(" over 1 seed"),
            Over(seeds) => write!(f, " over {seeds} seeds"),
        }
    }
}

impl Display for SeedAggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            SeedAggregate::Mean => "mean",
            SeedAggregate::Min => "min",
            SeedAggregate::Max => "max",
        })
    }
}

impl Display for Metric {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Metric::Availability(requests) => write!(f, "availability{requests}"),
            Metric::Latency(statistic, population) => write!(f, "{statistic}{population}"),
            Metric::Slower(than, population) => {
                let than = format::nanos(than.as_nanos() as f64);
                f.write_str("slower")?;
                list(f, [Some(than)].into_iter().chain(population.arguments()))
            }
            Metric::Throughput(requests) => write!(f, "throughput{requests}"),
            Metric::Recovery => f.write_str("recovery"),
            Metric::RejectedRate(requests) => write!(f, "rejected_rate{requests}"),
            Metric::Lab { name, node } => {
                f.write_str(name)?;
                list(f, [named("node", node.as_ref())])
            }
        }
    }
}

impl Display for Statistic {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Statistic::Mean => f.write_str("mean"),
            Statistic::Max => f.write_str("max"),
            Statistic::Percentile(p) => write!(f, "p{p}"),
        }
    }
}

/// Writes the arguments that are there, in parentheses; nothing when there are none.
fn list(f: &mut Formatter<'_>, arguments: impl IntoIterator<Item = Option<String>>) -> Result {
    let arguments: Vec<_> = arguments.into_iter().flatten().collect();
    if arguments.is_empty() { Ok(()) } else { write!(f, "({})", arguments.join(", ")) }
}

fn named(what: &str, name: Option<&String>) -> Option<String> {
    name.map(|name| format!("{what} {name}"))
}

impl Requests {
    fn arguments(&self) -> [Option<String>; 4] {
        let ended = match self.ended {
            Ended::Successful => None,
            Ended::All => Some("all".to_owned()),
            Ended::Admitted => Some("admitted".to_owned()),
        };
        let (load, region) =
            (named("load", self.load.as_ref()), named("region", self.region.as_ref()));
        [ended, self.operation.clone(), load, region]
    }
}

impl Population {
    fn arguments(&self) -> Vec<Option<String>> {
        match self {
            Population::Requests(requests) => requests.arguments().into(),
            Population::Observed { name, node } => {
                vec![Some(name.clone()), named("node", node.as_ref())]
            }
        }
    }
}

impl Display for Requests {
    /// Includes the parentheses; empty for the default requests.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        list(f, self.arguments())
    }
}

impl Display for Population {
    /// Includes the parentheses; empty for the default population.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        list(f, self.arguments())
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Comparison::Less => f.write_str("<"),
            Comparison::AtMost => f.write_str("<="),
            Comparison::Greater => f.write_str(">"),
            Comparison::AtLeast => f.write_str(">="),
            Comparison::Equal => f.write_str("=="),
            Comparison::Within(tolerance) => write!(f, "within {} of", format::percent(*tolerance)),
        }
    }
}

impl Display for Quantity {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Quantity::Nanos(nanos) => f.write_str(&format::nanos(*nanos)),
            Quantity::Share(share) => f.write_str(&format::percent(*share)),
            Quantity::PerSecond(rate) => write!(f, "{rate}/s"),
            Quantity::Number(number) => write!(f, "{number}"),
        }
    }
}

impl Display for WindowName {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            WindowName::Overall => f.write_str("overall"),
            WindowName::Before(name) => write!(f, "before {name}"),
            WindowName::During(name) => write!(f, "during {name}"),
            WindowName::After(name) => write!(f, "after {name}"),
            WindowName::From(name) => write!(f, "from {name}"),
            WindowName::OutsideFaults => f.write_str("outside faults"),
            WindowName::Span(from, to) => {
                let [from, to] = [from, to].map(|time| format::nanos(time.as_nanos() as f64));
                write!(f, "from {from} to {to}")
            }
        }
    }
}

/// A window at the end of a sentence; empty for the default window.
struct Suffix<'w>(&'w WindowName);

impl Display for Suffix<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.0 {
            WindowName::Overall => Ok(()),
            window => write!(f, " {window}"),
        }
    }
}

impl Display for Property {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Property::Linearizable => f.write_str("linearizable"),
            Property::SequentiallyConsistent => f.write_str("sequentially consistent"),
            Property::ReadYourWrites => f.write_str("read-your-writes"),
            Property::MonotonicReads => f.write_str("monotonic reads"),
            Property::NoLostWrites => f.write_str("no lost acknowledged write"),
            Property::Invariant(name) => write!(f, "invariant {name}"),
            Property::Serves(within) => {
                let within = format::nanos(within.as_nanos() as f64);
                write!(f, "serves again within {within}")
            }
        }
    }
}
