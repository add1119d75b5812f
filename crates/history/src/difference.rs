//! The difference of two recorded runs: where their traces part, and what each node decided
//! otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::{Run, TraceEvent, TraceKind};

/// Where two traces part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parting {
    /// The number of events that both begin with, equal also in what led to them: random draws,
    /// whole contents, causes.
    pub equal: usize,
    /// The number of events that both begin with, equal in what they say.
    pub alike: usize,
}

impl Parting {
    /// Compares two traces.
    pub fn of(a: &[TraceEvent], b: &[TraceEvent]) -> Parting {
        let says_the_same = |(a, b): &(&TraceEvent, &TraceEvent)| {
            a.at == b.at && a.node == b.node && a.kind == b.kind
        };
        Parting {
            equal: a.iter().zip(b).take_while(|(a, b)| a == b).count(),
            alike: a.iter().zip(b).take_while(says_the_same).count(),
        }
    }

    /// The events around the first that differs, side by side: `before` that both have, and `after`
    /// of each, aligned so that most correspond.
    pub fn around(
        self,
        (a, b): (&[TraceEvent], &[TraceEvent]),
        before: usize,
        after: usize,
    ) -> Vec<Pair> {
        let at = self.alike;
        let common = (at.saturating_sub(before)..at).map(|place| Pair::both(place, place));
        let next = |trace: &[TraceEvent]| at..trace.len().min(at + after);
        common.chain(align((a, next(a)), (b, next(b)))).collect()
    }
}

/// Events that correspond, as their places in two traces; or one that has no counterpart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The place in the first trace.
    pub a: Option<usize>,
    /// The place in the second trace.
    pub b: Option<usize>,
}

impl Pair {
    fn both(a: usize, b: usize) -> Pair {
        Pair { a: Some(a), b: Some(b) }
    }
}

type Part<'a> = (&'a [TraceEvent], std::ops::Range<usize>);

/// Aligns parts of two traces by a longest common subsequence; what only the first has comes before
/// what only the second has.
fn align((a, in_a): Part<'_>, (b, in_b): Part<'_>) -> Vec<Pair> {
    let corresponds = |i: usize, j: usize| {
        let (a, b) = (&a[in_a.start + i], &b[in_b.start + j]);
        a.node == b.node && alike(&a.kind, &b.kind)
    };
    // The length of the longest common subsequence of what follows.
    let mut common = vec![vec![0_usize; in_b.len() + 1]; in_a.len() + 1];
    for i in (0..in_a.len()).rev() {
        for j in (0..in_b.len()).rev() {
            common[i][j] = if corresponds(i, j) {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < in_a.len() || j < in_b.len() {
        let (left_a, left_b) = (i < in_a.len(), j < in_b.len());
        let mut pair = Pair { a: None, b: None };
        let both = left_a && left_b && corresponds(i, j);
        if both || (left_a && (!left_b || common[i + 1][j] >= common[i][j + 1])) {
            pair.a = Some(in_a.start + i);
            i += 1;
        }
        if both || pair.a.is_none() {
            pair.b = Some(in_b.start + j);
            j += 1;
        }
        pairs.push(pair);
    }
    pairs
}

/// Whether two events say the same, whatever the numbers of messages and requests.
fn alike(a: &TraceKind, b: &TraceKind) -> bool {
    use TraceKind::{Deliver, Drop, Reply, Request, Send};
    match (a, b) {
        (
            Send { to, message, content, .. },
            Send { to: to_b, message: message_b, content: content_b, .. },
        ) => (to, message, content) == (to_b, message_b, content_b),
        (Deliver { from, message, .. }, Deliver { from: from_b, message: message_b, .. }) => {
            (from, message) == (from_b, message_b)
        }
        (Drop { to, message, why, .. }, Drop { to: to_b, message: message_b, why: why_b, .. }) => {
            (to, message, why) == (to_b, message_b, why_b)
        }
        (Request { op, key, .. }, Request { op: op_b, key: key_b, .. }) => {
            (op, key) == (op_b, key_b)
        }
        (Reply { status, content, .. }, Reply { status: status_b, content: content_b, .. }) => {
            (status, content) == (status_b, content_b)
        }
        _ => a == b,
    }
}

/// The first decision in which a node differs between two runs. A decision is a role that it took,
/// an event that it recorded, or a message that it sent; the order counts, and the time does not.
#[derive(Clone, Debug)]
pub struct FirstDecision<'a> {
    /// The node.
    pub node: &'a str,
    /// The number of decisions that both runs begin with.
    pub same: usize,
    /// The next one in the first run; none if there was no further one.
    pub a: Option<&'a TraceEvent>,
    /// The next one in the second run.
    pub b: Option<&'a TraceEvent>,
}

impl FirstDecision<'_> {
    /// Whether the node decided otherwise at all.
    pub fn differs(&self) -> bool {
        self.a.is_some() || self.b.is_some()
    }
}

/// The first differing decision of each node that decided anything, in the order of the hosts.
/// Clients are left out: the load decides for them.
pub fn first_decisions<'a>(a: &'a Run, b: &'a Run) -> Vec<FirstDecision<'a>> {
    let (in_a, in_b) = (decisions(&a.trace), decisions(&b.trace));
    let clients: BTreeSet<&str> = [a, b].into_iter().flat_map(clients).collect();
    let mut named = BTreeSet::new();
    let hosts = a.hosts.iter().chain(&b.hosts).map(Arc::as_ref);
    let nodes = hosts.filter(|host| !clients.contains(host) && named.insert(*host));
    let none = Vec::new();
    let first = |node: &'a str| {
        let (a, b) = (in_a.get(node).unwrap_or(&none), in_b.get(node).unwrap_or(&none));
        let same = a.iter().zip(b).take_while(|(a, b)| alike(&a.kind, &b.kind)).count();
        FirstDecision { node, same, a: a.get(same).copied(), b: b.get(same).copied() }
    };
    nodes.map(first).filter(|decision| decision.same > 0 || decision.differs()).collect()
}

fn decisions(trace: &[TraceEvent]) -> BTreeMap<&str, Vec<&TraceEvent>> {
    let mut decisions: BTreeMap<&str, Vec<&TraceEvent>> = BTreeMap::new();
    for event in trace {
        if let TraceKind::Role(_) | TraceKind::Record { .. } | TraceKind::Send { .. } = event.kind {
            decisions.entry(&event.node).or_default().push(event);
        }
    }
    decisions
}

/// The hosts that asked anything.
fn clients(run: &Run) -> impl Iterator<Item = &str> {
    let asks = |event: &&TraceEvent| matches!(event.kind, TraceKind::Request { .. });
    run.trace.iter().filter(asks).map(|event| &*event.node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Time;

    fn event(at: u64, node: &str, kind: TraceKind) -> TraceEvent {
        let at = Time::from_nanos(at);
        TraceEvent { at, node: node.into(), kind, wake: 0, fingerprint: at.as_nanos() }
    }

    fn send(at: u64, node: &str, id: u64, content: &str) -> TraceEvent {
        let (to, message, content) = ("n9".into(), "vote".into(), content.into());
        event(at, node, TraceKind::Send { to, message, bytes: 9, id, content })
    }

    fn role(at: u64, node: &str, role: &str) -> TraceEvent {
        event(at, node, TraceKind::Role(role.into()))
    }

    #[test]
    fn a_hidden_difference_comes_before_the_one_that_shows() {
        let a = [role(1, "n1", "x"), role(2, "n1", "y"), role(3, "n1", "z")];
        let mut b = a.clone();
        assert_eq!(Parting::of(&a, &b), Parting { equal: 3, alike: 3 });
        b[1].fingerprint = 99;
        b[2].node = "n2".into();
        assert_eq!(Parting::of(&a, &b), Parting { equal: 1, alike: 2 });
    }

    #[test]
    fn what_follows_is_aligned_whatever_its_times_and_numbers() {
        let same = role(1, "n1", "leader");
        let a = [same.clone(), send(2, "n1", 1, "a"), send(3, "n1", 2, "b"), role(4, "n2", "x")];
        let b = [same, send(3, "n1", 1, "b"), send(4, "n1", 2, "c"), role(9, "n2", "x")];
        let parting = Parting::of(&a, &b);
        let pair = |a, b| Pair { a, b };
        assert_eq!(
            parting.around((&a, &b), 5, 5),
            [
                Pair::both(0, 0),
                pair(Some(1), None),
                Pair::both(2, 1),
                pair(None, Some(2)),
                Pair::both(3, 3)
            ]
        );
        assert_eq!(parting.around((&a, &b), 0, 1), [pair(Some(1), None), pair(None, Some(1))]);
        assert_eq!(parting.around((&a, &[]), 0, 1), [pair(Some(1), None)]);
    }

    #[test]
    fn each_nodes_first_differing_decision_is_found_whatever_the_times() {
        let hosts = ["n1", "n2", "c1"].map(Arc::from).to_vec();
        let asks = || {
            let kind = TraceKind::Request { op: "get".into(), key: None, id: 1 };
            event(0, "c1", kind)
        };
        let a = vec![asks(), role(1, "n1", "leader"), send(2, "n1", 5, "a"), role(3, "n2", "x")];
        let b = vec![asks(), role(9, "n2", "x"), role(10, "n1", "leader"), send(11, "n1", 6, "b")];
        let run = |trace| Run { hosts: hosts.clone(), trace, ..Run::default() };
        let (a, b) = (run(a), run(b));
        let found = first_decisions(&a, &b);
        let told: Vec<_> = found.iter().map(|it| (it.node, it.same, it.differs())).collect();
        assert_eq!(told, [("n1", 1, true), ("n2", 1, false)]);
        assert_eq!((found[0].a, found[0].b), (Some(&a.trace[2]), Some(&b.trace[3])));
    }
}
