//! Linearizability without a search, where each value was written once.
//!
//! A cluster's zone runs from the first return among its operations to the last
//! invocation. If it runs forwards, the cluster's value was current throughout it; if
//! backwards, the cluster fits at any instant of it. The history is linearizable when
//! no read ended before its write began, no two forward zones overlap, and no backward zone
//! lies inside a forward one (Gibbons & Korach 1997, section 4; the zones are named in
//! Golab, Li & Shah, "Analyzing consistency properties for fun and profit", PODC 2011).
//!
//! The cost is that of sorting, so long histories of unique values are decided, too.

use netsplit_history::Time;

use crate::clusters::{Cluster, precedes};
use crate::partition::Entry;

/// Nanoseconds, with room for "before anything".
type Instant = i128;

#[derive(Clone, Copy, Debug)]
struct Zone {
    cluster: usize,
    first_return: Instant,
    last_invoke: Instant,
}

/// The positions of a set of contradictory entries, if there is one.
pub(crate) fn conflict<A>(entries: &[Entry<A>], clusters: &[Cluster]) -> Option<Vec<usize>> {
    let mut forward = Vec::new();
    let mut backward = Vec::new();
    for (cluster, members) in clusters.iter().enumerate() {
        if let Some(write) = members.write {
            let early = |&&read: &&usize| precedes(&entries[read], &entries[write]);
            if let Some(&read) = members.reads.iter().find(early) {
                return Some(vec![write, read]);
            }
        } else if members.reads.is_empty() {
            continue;
        }
        let zone = zone(entries, cluster, members);
        if zone.first_return < zone.last_invoke {
            forward.push(zone);
        } else {
            backward.push(zone);
        }
    }
    forward.sort_by_key(|zone| (zone.first_return, zone.last_invoke));
    let (one, other) = overlapping(&forward).or_else(|| enclosed(&forward, &backward))?;
    let mut both: Vec<usize> = clusters[one].entries().chain(clusters[other].entries()).collect();
    both.sort_unstable();
    Some(both)
}

fn zone<A>(entries: &[Entry<A>], cluster: usize, members: &Cluster) -> Zone {
    let nanos = |time: Time| Instant::from(time.as_nanos());
    let initial = members.write.is_none().then_some(-1);
    let returns = members.entries().map(|at| nanos(entries[at].finish));
    let invokes = members.entries().map(|at| nanos(entries[at].invoke));
    Zone {
        cluster,
        first_return: returns.chain(initial).min().unwrap_or(-1),
        last_invoke: invokes.max().unwrap_or(-1),
    }
}

/// Two forward zones that overlap; `forward` is sorted.
fn overlapping(forward: &[Zone]) -> Option<(usize, usize)> {
    forward
        .windows(2)
        .find(|pair| pair[1].first_return < pair[0].last_invoke)
        .map(|pair| (pair[0].cluster, pair[1].cluster))
}

/// A backward zone inside a forward one; the forward ones are sorted and disjoint.
fn enclosed(forward: &[Zone], backward: &[Zone]) -> Option<(usize, usize)> {
    backward.iter().find_map(|inner| {
        let before = forward.partition_point(|zone| zone.first_return < inner.last_invoke);
        let outer = &forward[before.checked_sub(1)?];
        (inner.first_return < outer.last_invoke).then_some((outer.cluster, inner.cluster))
    })
}
