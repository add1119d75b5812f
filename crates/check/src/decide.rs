//! Dispatch from a property that a scenario names to the checker that decides it.
//!
//! [`CheckContext`] holds the inputs beside the run: the [`Budget`], the scenario's settle time
//! and the lab's [`Invariant`]s. [`decide`] is the closure that `evaluate` takes; a violation of
//! an order carries its witness as data.
//!
//! Left out: negation. The reader of the sentence inverts the verdict; inconclusive stays
//! inconclusive.

use std::time::Duration;

use netsplit_history::{Invariant, Run, Time};
use netsplit_scenario::Property;

use crate::budget::Budget;
use crate::expect::{PropertyFinding, Verdict};
use crate::guarantee::Guarantee;
use crate::history_file::ShippedModel;
use crate::invariant::check_invariant;
use crate::linearizable::check_linearizable;
use crate::liveness::check_liveness;
use crate::lost_writes::check_lost_writes;
use crate::model::{KeyValue, Register};
use crate::monotonic_reads::check_monotonic_reads;
use crate::partition::Scope;
use crate::read_your_writes::check_read_your_writes;
use crate::sequential::check_sequential;

/// The inputs of [`decide`] beside the run.
#[derive(Clone, Copy)]
pub struct CheckContext<'a> {
    /// The budget of each property's search.
    pub budget: Budget,
    /// How long a write may take to become visible everywhere, for "no lost acknowledged write".
    pub settle: Duration,
    /// The lab's invariants.
    pub invariants: &'a [Invariant],
}

impl Default for CheckContext<'_> {
    fn default() -> Self {
        CheckContext { budget: Budget::default(), settle: Duration::from_secs(2), invariants: &[] }
    }
}

/// Decides `property` of `run`.
pub fn decide(property: &Property, run: &Run, context: &CheckContext<'_>) -> PropertyFinding {
    let decided = match property {
        Property::Invariant(name) => Ok(invariant(name, run, context)),
        Property::Serves(within) => Ok(check_liveness(run, within.since(Time::ZERO))),
        Property::Linearizable | Property::SequentiallyConsistent => order(property, run, context),
        Property::ReadYourWrites | Property::MonotonicReads | Property::NoLostWrites => {
            single(property, run, context)
        }
    };
    decided.unwrap_or_else(inconclusive)
}

fn inconclusive(why: String) -> PropertyFinding {
    PropertyFinding::new(Verdict::Inconclusive, why)
}

fn invariant(name: &str, run: &Run, context: &CheckContext<'_>) -> PropertyFinding {
    let Some(invariant) = context.invariants.iter().find(|known| known.name == name) else {
        return inconclusive(format!("the lab has no invariant `{name}`"));
    };
    let finding = check_invariant(invariant, &run.events);
    match finding.broken {
        Some(broken) => PropertyFinding::new(
            Verdict::Fail,
            format!(
                "{} broke it at {} with {}: {}",
                broken.node, broken.at, broken.event, broken.why
            ),
        ),
        None => match finding.missing.first() {
            Some(missing) => inconclusive(format!(
                "nothing could violate it: it needs the event `{missing}`, which no node recorded"
            )),
            None => PropertyFinding::new(Verdict::Pass, ""),
        },
    }
}

fn order(
    property: &Property,
    run: &Run,
    context: &CheckContext<'_>,
) -> Result<PropertyFinding, String> {
    let (history, budget) = (&run.operations, &context.budget);
    let linearizable = *property == Property::Linearizable;
    let checked = match (ShippedModel::of(history)?, linearizable) {
        (ShippedModel::Register, true) => check_linearizable(&Register, history, budget),
        (ShippedModel::Register, false) => check_sequential(&Register, history, budget),
        (ShippedModel::KeyValue, true) => check_linearizable(&KeyValue, history, budget),
        (ShippedModel::KeyValue, false) => check_sequential(&KeyValue, history, budget),
    };
    let checked = checked.map_err(|malformed| malformed.to_string())?;
    Ok(checked.finding(linearizable))
}

fn single(
    property: &Property,
    run: &Run,
    context: &CheckContext<'_>,
) -> Result<PropertyFinding, String> {
    let history = &run.operations;
    let checked = match (property, ShippedModel::of(history)?) {
        (Property::ReadYourWrites, ShippedModel::Register) => {
            check_read_your_writes(&Register, history)
        }
        (Property::ReadYourWrites, ShippedModel::KeyValue) => {
            check_read_your_writes(&KeyValue, history)
        }
        (Property::MonotonicReads, ShippedModel::Register) => {
            check_monotonic_reads(&Register, history)
        }
        (Property::MonotonicReads, ShippedModel::KeyValue) => {
            check_monotonic_reads(&KeyValue, history)
        }
        (_, ShippedModel::Register) => check_lost_writes(&Register, history, context.settle),
        (_, ShippedModel::KeyValue) => check_lost_writes(&KeyValue, history, context.settle),
    };
    Ok(checked.map_err(|malformed| malformed.to_string())?.finding())
}

impl Guarantee {
    /// The verdict and its reason. A history without an operation that could have violated the
    /// guarantee is inconclusive, and so is one with an operation that the model does not have on
    /// a key of its others.
    pub fn finding(&self) -> PropertyFinding {
        if let Some(why) = &self.scope.unjudged {
            return inconclusive(why.clone());
        }
        let (verdict, why) = match self.violations.as_slice() {
            [] if self.checked == 0 => {
                (Verdict::Inconclusive, self.scope.shows_nothing(self.needs))
            }
            [] => (Verdict::Pass, String::new()),
            [first, ..] => (
                Verdict::Fail,
                format!(
                    "{} of {} violated it, first: {}",
                    self.violations.len(),
                    self.checked,
                    first.what
                ),
            ),
        };
        PropertyFinding::new(verdict, self.scope.remark(why))
    }
}

impl Scope {
    /// Appends to `why` the operations that were ignored.
    pub(crate) fn remark(&self, why: String) -> String {
        if self.ignored.is_empty() {
            return why;
        }
        let ignored: Vec<_> =
            self.ignored.iter().map(|(name, count)| format!("{count} {name}")).collect();
        let remark = format!("ignored: {}", ignored.join(", "));
        if why.is_empty() {
            return remark;
        }
        format!("{}; {remark}", why.trim_end())
    }
}
