//! Faults that contradict each other.
//!
//! Most faults on one target compose: partitions add up, the latest latency wins, a crashed node
//! can also be cut off. Some do not: a node that is down cannot crash or be paused, and a factor,
//! a clock or a sync time has one value at a time. Only faults with fixed times and targets are
//! compared; the simulator composes those that are drawn during the run.

use netsplit_history::Time;

use crate::diagnostic::Problem;
use crate::parse::fault::Placed;
use crate::parse::symbols::{Symbols, Target};
use crate::table::context::Context;
use crate::{FaultKind, NodeFault, Selector};

/// Reports faults that contradict an earlier one.
pub(crate) fn check(ctx: &Context<'_>, symbols: &Symbols, faults: &[Placed], end: Time) {
    let certain: Vec<_> = faults
        .iter()
        .filter_map(|placed| Some((placed, Certain::of(symbols, placed, end)?)))
        .collect();
    for (index, (later, later_facts)) in certain.iter().enumerate() {
        let clash =
            certain[..index].iter().find(|(_, facts)| facts.contradicts(later_facts, symbols));
        if let Some((earlier, facts)) = clash {
            let line = ctx.sources.place(&earlier.kind_span).line;
            let name = &earlier.fault.name;
            let message = format!("`{}` contradicts `{name}`", later.fault.name);
            let problem = Problem::error(later.kind_span.clone(), message)
                .label(facts.aspect.reason())
                .help(format!(
                    "`{name}` is on line {line}; change the time or the target of one of them"
                ));
            ctx.report(problem);
        }
    }
}

/// The state of a target that a fault sets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aspect {
    Running,
    Speed,
    Clock,
    Sync,
}

impl Aspect {
    fn of(fault: &NodeFault) -> Option<Aspect> {
        match fault {
            NodeFault::Crash | NodeFault::Pause => Some(Aspect::Running),
            NodeFault::Slow { .. } => Some(Aspect::Speed),
            NodeFault::Clock { .. } => Some(Aspect::Clock),
            NodeFault::Disk { sync, .. } => sync.is_some().then_some(Aspect::Sync),
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Aspect::Running => "a node is already down or paused at that time",
            Aspect::Speed => "a node is already slowed down at that time",
            Aspect::Clock => "a node already has another clock setting at that time",
            Aspect::Sync => "a disk already has another sync time at that time",
        }
    }
}

/// The targets and times of a fault that are known before the run.
struct Certain {
    aspect: Aspect,
    targets: Vec<Target>,
    spans: Vec<(Time, Time)>,
}

impl Certain {
    fn of(symbols: &Symbols, placed: &Placed, end: Time) -> Option<Certain> {
        let FaultKind::Nodes { nodes, fault } = &placed.fault.kind else {
            return None;
        };
        let aspect = Aspect::of(fault)?;
        let mut targets = Vec::new();
        collect_targets(symbols, nodes, &mut targets);
        targets.sort_unstable();
        let spans = placed.fault.certain_spans(end);
        (!targets.is_empty() && !spans.is_empty()).then_some(Certain { aspect, targets, spans })
    }

    fn contradicts(&self, other: &Certain, symbols: &Symbols) -> bool {
        let in_time = |a: &(Time, Time), b: &(Time, Time)| a.0 < b.1 && b.0 < a.1;
        let overlap_in_time = || {
            let pairs = self.spans.iter().flat_map(|a| other.spans.iter().map(move |b| (a, b)));
            pairs.into_iter().any(|(a, b)| in_time(a, b))
        };
        self.aspect == other.aspect && overlap_in_time() && self.shares_target(other, symbols)
    }

    /// Single nodes are looked up by binary search, so that two long lists are compared quickly;
    /// groups and regions are few.
    fn shares_target(&self, other: &Certain, symbols: &Symbols) -> bool {
        let is_single = |t: &&Target| matches!(t, Target::Node { .. } | Target::Client { .. });
        let same = |t: &Target| other.targets.binary_search(t).is_ok();
        let wide = |a: &Certain, b: &Certain| {
            let mut wide = a.targets.iter().filter(|t| !is_single(t));
            wide.any(|a| b.targets.iter().any(|b| symbols.overlap(*a, *b)))
        };
        self.targets.iter().filter(is_single).any(same) || wide(self, other) || wide(other, self)
    }
}

fn collect_targets(symbols: &Symbols, selector: &Selector, targets: &mut Vec<Target>) {
    match selector {
        Selector::Name(name) => {
            targets.extend(symbols.find(name).filter(|target| *target != Target::Role));
        }
        Selector::List(list) => {
            for element in list {
                collect_targets(symbols, element, targets);
            }
        }
        _ => {}
    }
}
