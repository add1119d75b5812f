//! The metrics that the lab computes at the end of a run.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use netsplit_history::{Run, Window, stale_reads};
use tokio::sync::Notify;

use crate::client::{GET, PUT};
use crate::cluster::{Cluster, DIRECTORY};
use crate::invariants::bounded_load::exceeded;
use crate::ownership_stats::{Sampling, ownership_stats};
use crate::placement::{Member, NodeIndex, View};

/// The views of a run, and counters of its nodes, for [`measure`]. Nodes write here, and never
/// read: they share nothing but messages.
#[derive(Clone, Debug, Default)]
pub struct Inspector(Rc<Record>);

#[derive(Debug, Default)]
struct Record {
    views: RefCell<Vec<View>>,
    /// Tells those who wait for a view.
    published: Notify,
    served: RefCell<BTreeMap<NodeIndex, Rc<Cell<u64>>>>,
}

impl Inspector {
    /// The directory has published a view.
    pub fn view(&self, view: &View) {
        self.0.views.borrow_mut().push(view.clone());
        self.0.published.notify_waiters();
    }

    /// Waits until each of these nodes has been a member of a view.
    pub async fn admitted(&self, nodes: impl Iterator<Item = NodeIndex>) {
        for node in nodes {
            let has = |view: &View| view.members.iter().any(|member| member.node == node);
            while !self.0.views.borrow().iter().any(has) {
                self.0.published.notified().await;
            }
        }
    }

    /// The counter of the requests that a node serves, over all its incarnations.
    pub fn served_by(&self, node: NodeIndex) -> Rc<Cell<u64>> {
        self.0.served.borrow_mut().entry(node).or_default().clone()
    }

    /// The requests that the busiest member of the last view served, relative to its fair share,
    /// which is that of its size, whatever its weight in the view.
    fn request_peak(&self, size_of: impl Fn(NodeIndex) -> u32) -> Option<f64> {
        let (views, served) = (self.0.views.borrow(), self.0.served.borrow());
        let view = views.last()?;
        let served_by = |node| served.get(&node).map_or(0, |count| count.get()) as f64;
        let total: f64 = view.members.iter().map(|m| served_by(m.node)).sum();
        let size = |member: &Member| f64::from(size_of(member.node));
        let all: f64 = view.members.iter().map(size).sum();
        let relative = view.members.iter().map(|member| {
            let fair = total * size(member) / all;
            served_by(member.node) / fair
        });
        (total > 0.0).then(|| relative.fold(0.0, f64::max))
    }
}

/// The metrics of a run, by name. A metric without data is left out.
pub fn measure(cluster: &Cluster, inspector: &Inspector, run: &Run) -> Vec<(&'static str, f64)> {
    let params = &cluster.params;
    let mut measured = Vec::new();
    measured.extend(stale_reads(run, GET, PUT).map(|reads| ("stale_reads", reads as f64)));
    if run.events.iter().any(|event| &*event.name == "routed") {
        measured.push(("over_bound", exceeded(&run.events) as f64));
    }
    let request_peak = inspector.request_peak(|node| params.size_of(node.0));
    measured.extend(request_peak.map(|peak| ("request_peak", peak)));
    measured.extend(hit_rate(run, &run.measured_window()).map(|rate| ("hit_rate", rate)));
    let views = inspector.0.views.borrow();
    if !views.is_empty() {
        let sampling = Sampling {
            keys: params.census_keys,
            rings: params.census_rings,
            epsilon_millionths: params.epsilon_millionths(),
        };
        let found = ownership_stats(&|view| cluster.place(view, DIRECTORY), &views, sampling);
        let always = [
            ("load_cv", found.load_cv),
            ("load_peak", found.load_peak),
            ("unowned", found.unowned),
            ("bound_excess", found.bound_excess),
        ];
        let perhaps = [
            ("moved_share", found.moved_share),
            ("moved_needlessly", found.moved_needlessly),
            ("heir_share", found.heir_share),
            ("table_uneven", found.table_uneven),
        ];
        measured.extend(always);
        measured.extend(perhaps.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
    measured
}

/// The share of lookups that found their key in a cache.
fn hit_rate(run: &Run, window: &Window) -> Option<f64> {
    let count = |name| run.series.get(name).and_then(|series| series.value(window));
    let (hits, misses) = (count("hits")?, count("misses")?);
    (hits + misses > 0.0).then(|| hits / (hits + misses))
}
