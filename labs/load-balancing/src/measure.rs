//! Measures at the end of a run.

use netsplit_sim::prelude::*;

use crate::cluster::Cluster;

/// The measures of a whole run, by name. One for which there is no evidence is left out.
pub(crate) fn measure(run: &Run, cluster: &Cluster) -> Vec<(&'static str, f64)> {
    let mut measures = Vec::new();
    measures.extend(jobs(run, cluster));
    measures.extend(clients(cluster));
    let ordered = run.series.get("ordered").into_iter().flat_map(|series| &series.points);
    let most = ordered.map(|point| point.value).reduce(f64::max);
    measures.extend(most.map(|most| ("most_ordered", most)));
    measures.extend(backlog(run, cluster));
    measures
}

/// The most requests that one server got, and the same for an even share of all.
fn jobs(run: &Run, cluster: &Cluster) -> Vec<(&'static str, f64)> {
    let Some(series) = run.series.get("jobs") else { return Vec::new() };
    let window = run.measured_window();
    let all = series.value(&window).unwrap_or_default();
    let hosts = (0..run.hosts.len() as u32).filter_map(|host| series.value_of(host, &window));
    let most = hosts.fold(0.0, f64::max);
    if all == 0.0 {
        return Vec::new();
    }
    vec![("most_jobs", most), ("job_imbalance", most * cluster.servers as f64 / all)]
}

/// The fewest and the most balancers that know one server.
fn clients(cluster: &Cluster) -> Vec<(&'static str, f64)> {
    let mut known_by = vec![0u32; cluster.servers];
    let subsets = cluster.subsets.borrow();
    subsets.iter().flatten().for_each(|server| known_by[*server] += 1);
    let even = f64::from(known_by.iter().sum::<u32>()) / cluster.servers as f64;
    let (least, most) = (known_by.iter().min(), known_by.iter().max());
    let (Some(least), Some(most)) = (least, most) else { return Vec::new() };
    let (least, most) = (f64::from(*least), f64::from(*most));
    let known = [("known_by_least", least), ("known_by_most", most)];
    let shares = [("known_least_share", least / even), ("known_most_share", most / even)];
    if even == 0.0 { Vec::new() } else { [known, shares].concat() }
}

/// The most requests in the system, and how long it took until they were at most one a server.
fn backlog(run: &Run, cluster: &Cluster) -> Vec<(&'static str, f64)> {
    let comes = run.operations.iter().map(|op| (op.intended, 1));
    let goes = run.operations.iter().map(|op| (op.finished, -1));
    let mut changes: Vec<_> = comes.chain(goes).collect();
    changes.sort_unstable();
    let (mut now, mut most, mut peak, mut drained) = (0, 0, None, None);
    for (at, change) in changes {
        now += change;
        if now > most {
            (most, peak, drained) = (now, Some(at), None);
        } else if now <= cluster.servers as i64 {
            drained = drained.or(Some(at));
        }
    }
    let drained = drained.zip(peak).map(|(drained, peak)| drained.since(peak).as_secs_f64());
    let mut measures = vec![("backlog", most as f64)];
    measures.extend(drained.map(|seconds| ("drained_s", seconds)));
    measures
}
