//! The critical path of a request: the chain of last wakes back from its reply.
//!
//! The reply happened because something woke its client, which had begun because something else
//! woke the node that began it, and so on. These waits follow each other without a gap, so the
//! [`Interval`]s tile the request's time exactly, through retries, hedges, fan-out and batches.

use std::fmt;
use std::sync::Arc;

use crate::{Cause, Time, Wake};

/// A part of a request's time.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    /// Its start.
    pub from: Time,
    /// Its end, later than the start.
    pub to: Time,
    /// What the request waited for.
    pub what: Wait,
    /// The host that was woken at its end.
    pub node: Arc<str>,
    /// The wake that ended it, as its place in [`Run::wakes`](crate::Run::wakes).
    pub wake: u32,
}

/// What a request waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wait {
    /// A message under way.
    Network,
    /// A message queued for its link's bandwidth.
    LinkQueue,
    /// A job queued for a worker.
    WorkerQueue,
    /// A worker at work.
    Service,
    /// A sync queued for the disk.
    DiskQueue,
    /// The disk.
    Disk,
    /// A timer, of the name that its lab gave it.
    Timer(&'static str),
    /// Nothing but the client's own timeout.
    GaveUp,
    /// A paused host, which ran later than it was woken.
    Paused,
    /// A fault, such as the restart of a host: nothing that a node or client began.
    Fault,
}

impl Wait {
    /// The name of the wait.
    pub fn name(self) -> &'static str {
        match self {
            Wait::Network => "network",
            Wait::LinkQueue => "link queue",
            Wait::WorkerQueue => "worker queue",
            Wait::Service => "service",
            Wait::DiskQueue => "disk queue",
            Wait::Disk => "disk",
            Wait::Timer(name) => name,
            Wait::GaveUp => "no answer",
            Wait::Paused => "paused",
            Wait::Fault => "fault",
        }
    }

    /// What a wake ended: its time in a queue, and the rest.
    fn of(cause: Cause) -> (Wait, Wait) {
        match cause {
            Cause::Message(_) => (Wait::LinkQueue, Wait::Network),
            Cause::Job => (Wait::WorkerQueue, Wait::Service),
            Cause::Sync => (Wait::DiskQueue, Wait::Disk),
            Cause::Timer(name) => (Wait::Timer(name), Wait::Timer(name)),
            Cause::GaveUp(_) => (Wait::GaveUp, Wait::GaveUp),
            Cause::Start | Cause::Action | Cause::Request(_) => (Wait::Paused, Wait::Paused),
        }
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The waits between `from` and `to`, where what happened at `to` happened under `wake`. They are
/// in order and tile the time; what began before `from` is clipped. The first wake of a run stands
/// for what no node or client began.
pub fn critical_path(wakes: &[Wake], wake: u32, from: Time, to: Time) -> Vec<Interval> {
    let mut path = Vec::new();
    let (mut end, mut id) = (to, wake);
    while end > from {
        let Some(wake) = wakes.get(id as usize) else { break };
        if id == 0 {
            let node = wake.node.clone();
            path.push(Interval { from, to: end, what: Wait::Fault, node, wake: id });
            break;
        }
        let (queued, served) = Wait::of(wake.cause);
        for (start, what) in [(wake.at, Wait::Paused), (wake.started, served), (wake.since, queued)]
        {
            let start = start.max(from);
            if start < end {
                path.push(Interval {
                    from: start,
                    to: end,
                    what,
                    node: wake.node.clone(),
                    wake: id,
                });
                end = start;
            }
        }
        id = wake.by;
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wake(at: u64, cause: Cause, since: u64, started: u64, by: u32) -> Wake {
        let [at, since, started] = [at, since, started].map(Time::from_nanos);
        Wake { at, node: "n1".into(), cause, since, started, by }
    }

    #[test]
    fn a_request_through_a_queue_is_clipped_and_tiled() {
        let wakes = [
            wake(0, Cause::Start, 0, 0, 0),
            wake(5, Cause::Job, 1, 2, 0),
            wake(9, Cause::Job, 5, 6, 1),
            wake(20, Cause::Message(1), 9, 12, 2),
        ];
        let path = critical_path(&wakes, 3, Time::from_nanos(4), Time::from_nanos(23));
        let told: Vec<_> =
            path.iter().map(|it| (it.from.as_nanos(), it.to.as_nanos(), it.what)).collect();
        assert_eq!(
            told,
            [
                (4, 5, Wait::Service),
                (5, 6, Wait::WorkerQueue),
                (6, 9, Wait::Service),
                (9, 12, Wait::LinkQueue),
                (12, 20, Wait::Network),
                (20, 23, Wait::Paused),
            ]
        );
    }

    #[test]
    fn without_a_recorded_trace_there_is_no_path() {
        assert!(critical_path(&[], 0, Time::ZERO, Time::from_nanos(5)).is_empty());
    }
}
