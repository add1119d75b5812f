//! The difference of two runs: schema `netsplit.diff/1`.

use netsplit_check::Verdict;
use netsplit_history::{FirstDecision, Pair, Parting, Run, TraceEvent, first_decisions};
use serde::Serialize;

use crate::Report;

const SCHEMA: &str = "netsplit.diff/1";
/// Events before and after the first that differs.
const BEFORE: usize = 6;
const AFTER: usize = 8;

const OTHER_SEEDS: &str = "Two seeds part at the first latency that is drawn, so this is the first \
    decision in which each node differs: its roles, records and messages in order, whatever their \
    times.";
const UNSEEN: &str = "The events that were kept are alike: the runs differ in random draws or \
    counts that no event shows, or after the trace was full.";

/// Where two runs part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// `netsplit.diff/1`.
    pub schema: &'static str,
    /// The first run.
    pub a: ComparedRun,
    /// The second run.
    pub b: ComparedRun,
    /// Whether they are the same run, event by event.
    pub same: bool,
    /// The first event that differs; none between runs of two seeds.
    pub first: Option<FirstEvent>,
    /// Why there is no such event, if the runs differ.
    pub note: Option<&'static str>,
    /// The first differing decision of each node.
    pub nodes: Vec<NodeDifference>,
}

/// One of the runs that are compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparedRun {
    /// The scenario's name.
    pub scenario: String,
    /// The variant.
    pub variant: String,
    /// `key=value`, in the order given.
    pub overrides: Vec<String>,
    /// The seed.
    pub seed: u64,
    /// The fingerprint.
    pub fingerprint: String,
    /// The outcome.
    pub verdict: Verdict,
}

/// The first event that differs between two runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FirstEvent {
    /// Its number in both traces, from 1.
    pub event: usize,
    /// The event as `netsplit trace` prints it, in the first run; none if that run has no more.
    pub a: Option<String>,
    /// The same in the second run.
    pub b: Option<String>,
    /// The number of an earlier event from which on something differs that events do not show, such
    /// as random draws.
    pub hidden_since: Option<usize>,
    /// The events around it.
    pub around: Vec<EventPair>,
}

/// Events that correspond, or one that the other run does not have there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EventPair {
    /// The event in the first run.
    pub a: Option<String>,
    /// The event in the second run.
    pub b: Option<String>,
}

/// The first decision in which a node differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeDifference {
    /// The node.
    pub node: String,
    /// The number of decisions that both runs begin with.
    pub same: usize,
    /// The next one in the first run.
    pub a: Option<String>,
    /// The next one in the second run.
    pub b: Option<String>,
}

impl NodeDifference {
    /// Whether the node decided otherwise at all.
    pub fn differs(&self) -> bool {
        self.a.is_some() || self.b.is_some()
    }
}

impl Difference {
    /// Compares two runs whose traces were recorded.
    pub fn new((a, in_a): (&Report, &Run), (b, in_b): (&Report, &Run)) -> Difference {
        let same = a.fingerprint == b.fingerprint;
        let parting = Parting::of(&in_a.trace, &in_b.trace);
        let shows = parting.alike < in_a.trace.len().max(in_b.trace.len());
        let note = match (same, a.seed == b.seed, shows) {
            (true, ..) | (false, true, true) => None,
            (false, false, _) => Some(OTHER_SEEDS),
            (false, true, false) => Some(UNSEEN),
        };
        let decisions = if same { Vec::new() } else { first_decisions(in_a, in_b) };
        Difference {
            schema: SCHEMA,
            a: ComparedRun::new(a),
            b: ComparedRun::new(b),
            same,
            first: (!same && note.is_none()).then(|| FirstEvent::new(parting, in_a, in_b)),
            note,
            nodes: decisions.iter().map(NodeDifference::new).collect(),
        }
    }
}

impl ComparedRun {
    fn new(report: &Report) -> ComparedRun {
        ComparedRun {
            scenario: report.scenario.clone(),
            variant: report.variant.clone(),
            overrides: report.overrides.clone(),
            seed: report.seed,
            fingerprint: report.fingerprint.clone(),
            verdict: report.verdict,
        }
    }
}

impl FirstEvent {
    fn new(parting: Parting, a: &Run, b: &Run) -> FirstEvent {
        let at = parting.alike;
        let pairs = parting.around((&a.trace, &b.trace), BEFORE, AFTER);
        let told = |run: &Run, place: Option<usize>| {
            place.and_then(|place| run.trace.get(place)).map(TraceEvent::to_string)
        };
        let pair = |pair: &Pair| EventPair { a: told(a, pair.a), b: told(b, pair.b) };
        FirstEvent {
            event: at + 1,
            a: told(a, Some(at)),
            b: told(b, Some(at)),
            hidden_since: (parting.equal < at).then_some(parting.equal + 1),
            around: pairs.iter().map(pair).collect(),
        }
    }
}

impl NodeDifference {
    fn new(decision: &FirstDecision<'_>) -> NodeDifference {
        NodeDifference {
            node: decision.node.into(),
            same: decision.same,
            a: decision.a.map(TraceEvent::to_string),
            b: decision.b.map(TraceEvent::to_string),
        }
    }
}
