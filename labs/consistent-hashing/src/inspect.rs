//! What the run was like inside, for those who judge it from outside. Nodes publish here, and
//! never look.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::placement::{Member, NodeIndex, View};

/// The views that there were, and what nodes did.
#[derive(Clone, Debug, Default)]
pub struct Inspector(Rc<Record>);

#[derive(Debug, Default)]
struct Record {
    views: RefCell<Vec<View>>,
    served: RefCell<BTreeMap<NodeIndex, Rc<Cell<u64>>>>,
}

impl Inspector {
    /// The directory has made a view known.
    pub fn view(&self, view: &View) {
        self.0.views.borrow_mut().push(view.clone());
    }

    /// The counter of the requests that a node serves, in all its lives.
    pub fn served_by(&self, node: NodeIndex) -> Rc<Cell<u64>> {
        self.0.served.borrow_mut().entry(node).or_default().clone()
    }

    /// All views, in order.
    pub fn views(&self) -> Vec<View> {
        self.0.views.borrow().clone()
    }

    /// The requests that the busiest member of the last view served, relative to its fair share,
    /// which is that of its size, whatever the view takes it for.
    pub fn request_peak(&self, size_of: impl Fn(NodeIndex) -> u32) -> Option<f64> {
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
