//! Calls and returns in order of time, as a list that removes and reinserts an operation in
//! constant time (Wing & Gong 1993, section 4.2; Lowe 2017, section 2.2).
//!
//! A call at the instant of another operation's return comes first: the two may overlap.
//! Operations of unknown outcome never return and are not in the list: the search tries them
//! separately, after all others.

use crate::partition::Entry;

/// The node before the first.
pub(super) const HEAD: u32 = 0;
/// No node.
pub(super) const END: u32 = u32::MAX;

/// The event at a node, with its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Call(u32),
    Return(u32),
}

/// The doubly linked list. Nodes are numbered from 1 in order of time.
#[derive(Debug)]
pub(super) struct Events {
    /// The event at each node; index 0 is unused.
    event: Vec<Event>,
    next: Vec<u32>,
    previous: Vec<u32>,
    call: Vec<u32>,
    back: Vec<u32>,
}

impl Events {
    pub(super) fn new<A>(entries: &[Entry<A>]) -> Events {
        let mut order = Vec::with_capacity(2 * entries.len());
        for (position, entry) in entries.iter().enumerate().filter(|(_, e)| !e.unknown) {
            order.push((entry.invoke, false, position as u32));
            order.push((entry.finish, true, position as u32));
        }
        order.sort_unstable();
        let nodes = order.len() as u32 + 1;
        let mut events = Events {
            event: vec![Event::Return(END)],
            next: (1..=nodes).collect(),
            previous: (0..nodes).map(|node| node.saturating_sub(1)).collect(),
            call: vec![END; entries.len()],
            back: vec![END; entries.len()],
        };
        events.next[nodes as usize - 1] = END;
        for (node, (_, returns, position)) in (1..).zip(order) {
            if returns {
                events.event.push(Event::Return(position));
                events.back[position as usize] = node;
            } else {
                events.event.push(Event::Call(position));
                events.call[position as usize] = node;
            }
        }
        events
    }

    pub(super) fn event(&self, node: u32) -> Event {
        self.event[node as usize]
    }

    /// The node after `node`, or [`END`].
    pub(super) fn after(&self, node: u32) -> u32 {
        self.next[node as usize]
    }

    /// The node of an entry's call, which stays valid while the entry is lifted.
    pub(super) fn call(&self, entry: u32) -> u32 {
        self.call[entry as usize]
    }

    /// Removes an entry's call and return. Returns the node before its call.
    pub(super) fn lift(&mut self, entry: u32) -> u32 {
        let call = self.call[entry as usize];
        self.unlink(call);
        self.unlink(self.back[entry as usize]);
        self.previous[call as usize]
    }

    /// Reinserts the entry that was lifted last.
    pub(super) fn unlift(&mut self, entry: u32) {
        self.relink(self.back[entry as usize]);
        self.relink(self.call[entry as usize]);
    }

    fn unlink(&mut self, node: u32) {
        let (before, after) = (self.previous[node as usize], self.next[node as usize]);
        self.next[before as usize] = after;
        if after != END {
            self.previous[after as usize] = before;
        }
    }

    fn relink(&mut self, node: u32) {
        let (before, after) = (self.previous[node as usize], self.next[node as usize]);
        self.next[before as usize] = node;
        if after != END {
            self.previous[after as usize] = node;
        }
    }
}
