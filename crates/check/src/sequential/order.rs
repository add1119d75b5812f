//! The order of clusters that is consistent with every client's order.

use std::collections::VecDeque;

use super::Programs;
use crate::clusters::Cluster;
use crate::partition::Entry;

/// The positions of a set of contradictory entries, if there is one.
pub(super) fn conflict<A>(
    entries: &[Entry<A>],
    programs: &Programs,
    clusters: &[Cluster],
) -> Option<Vec<usize>> {
    let owner = owners(clusters);
    if let Some(pair) = read_before_write(entries, clusters) {
        return Some(pair);
    }
    let mut later = vec![Vec::new(); clusters.len()];
    // The first cluster is the initial value's: it comes before all others.
    later[0].extend(1..clusters.len());
    for (before, after) in steps(programs) {
        let (before, after) = (owner(before), owner(after));
        if before != after {
            later[before].push(after);
        }
    }
    let stuck = on_cycles(&later)?;
    let mut entries: Vec<usize> =
        stuck.into_iter().flat_map(|cluster| clusters[cluster].entries()).collect();
    entries.sort_unstable();
    Some(entries)
}

/// The cluster that each entry belongs to.
fn owners(clusters: &[Cluster]) -> impl Fn(usize) -> usize {
    let entries = clusters.iter().flat_map(Cluster::entries).max();
    let mut owner = vec![0; entries.map_or(0, |last| last + 1)];
    for (cluster, members) in clusters.iter().enumerate() {
        for entry in members.entries() {
            owner[entry] = cluster;
        }
    }
    move |entry| owner[entry]
}

/// Adjacent pairs in a client's order.
fn steps(programs: &Programs) -> impl Iterator<Item = (usize, usize)> {
    let known =
        programs.known.iter().flat_map(|program| program.windows(2).map(|pair| (pair[0], pair[1])));
    let unknown = programs.unknown.iter().filter_map(|&(client, before, entry)| {
        let last = before.checked_sub(1)?;
        Some((programs.known[client][last], entry))
    });
    known.chain(unknown)
}

/// A client that read a value before it wrote it. Entries are sorted by invocation,
/// so positions follow the client's order.
fn read_before_write<A>(entries: &[Entry<A>], clusters: &[Cluster]) -> Option<Vec<usize>> {
    clusters.iter().find_map(|cluster| {
        let write = cluster.write?;
        let client = entries[write].client;
        let mut reads = cluster.reads.iter();
        let early = reads.find(|&&read| read < write && entries[read].client == client)?;
        Some(vec![*early, write])
    })
}

/// The clusters on a cycle or between two, if any: the rest after repeatedly removing those
/// without a predecessor and those without a successor.
fn on_cycles(later: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut earlier = vec![Vec::new(); later.len()];
    for (before, after) in later.iter().enumerate() {
        for &after in after {
            earlier[after].push(before);
        }
    }
    let mut left = vec![true; later.len()];
    peel(later, &earlier, &mut left);
    peel(&earlier, later, &mut left);
    let stuck: Vec<usize> = (0..left.len()).filter(|&cluster| left[cluster]).collect();
    (!stuck.is_empty()).then_some(stuck)
}

/// Repeatedly removes the clusters without a predecessor.
fn peel(later: &[Vec<usize>], earlier: &[Vec<usize>], left: &mut [bool]) {
    let mut waits_for: Vec<usize> = earlier
        .iter()
        .map(|before| before.iter().filter(|&&cluster| left[cluster]).count())
        .collect();
    let mut free: VecDeque<usize> =
        (0..later.len()).filter(|&cluster| left[cluster] && waits_for[cluster] == 0).collect();
    while let Some(cluster) = free.pop_front() {
        left[cluster] = false;
        for &after in later[cluster].iter().filter(|&&after| left[after]) {
            waits_for[after] -= 1;
            if waits_for[after] == 0 {
                free.push_back(after);
            }
        }
    }
}
