//! Comparison of a learner's filling with the reference's, call by call.
//!
//! The filling of an exercise is the learner's code in a wrapper that the lab provides. In a run
//! that compares ([`Options::compare`](crate::Options)) the wrapper gives each call's inputs to the
//! reference as well, and hands both answers to [`compare`]; the run keeps the first that differ.
//! The lab acts on the learner's answer, so a comparison changes nothing in the run.

use std::cell::{Cell, RefCell};

use netsplit_history::{Difference, Run, Time};

use crate::NodeId;

thread_local! {
    static COMPARING: Cell<bool> = const { Cell::new(false) };
    static PLACE: Cell<(Time, NodeId)> = const { Cell::new((Time::ZERO, NodeId(0))) };
    static FIRST: RefCell<Option<(NodeId, Difference)>> = const { RefCell::new(None) };
}

/// Whether this run compares, and no answer has differed so far.
pub fn is_comparing() -> bool {
    COMPARING.get()
}

/// The reference beside a learner's filling that has a state of its own.
#[derive(Clone, Debug)]
pub struct Reference<R>(Option<R>);

impl<R> Reference<R> {
    /// Makes the reference, if this run compares.
    pub fn new(make: impl FnOnce() -> R) -> Reference<R> {
        Reference(is_comparing().then(make))
    }

    /// The reference, while the run compares.
    pub fn get(&self) -> Option<&R> {
        self.0.as_ref().filter(|_| is_comparing())
    }

    /// The reference, while the run compares.
    pub fn get_mut(&mut self) -> Option<&mut R> {
        self.0.as_mut().filter(|_| is_comparing())
    }
}

/// Compares two answers to one call. `call` names it with its inputs, `tell` says in the past tense
/// what an answer was: "granted it".
pub fn compare<T: PartialEq>(
    yours: &T,
    reference: &T,
    call: impl FnOnce() -> String,
    tell: impl Fn(&T) -> String,
) {
    if yours != reference {
        differ(call(), tell(yours), tell(reference));
    }
}

/// Notes that a call was answered in two ways. Only the first counts.
pub fn differ(call: String, yours: String, reference: String) {
    if COMPARING.replace(false) {
        let (at, host) = PLACE.get();
        let difference = Difference { at, node: String::new(), call, yours, reference };
        FIRST.set(Some((host, difference)));
    }
}

/// Begins a run.
pub(crate) fn begin(comparing: bool) {
    COMPARING.set(comparing);
    FIRST.set(None);
}

/// Code of the lab runs next on this host.
pub(crate) fn enter(now: Time, host: NodeId) {
    PLACE.set((now, host));
}

/// Ends a run, which keeps the first difference.
pub(crate) fn end(run: &mut Run) {
    COMPARING.set(false);
    run.first_difference = FIRST.take().map(|(host, difference)| {
        let node = run.hosts.get(host.index()).map(ToString::to_string).unwrap_or_default();
        Difference { node, ..difference }
    });
}
