//! Threads for what happens at the same time: slices of one thread never overlap.

use std::collections::BTreeMap;

use netsplit_history::Time;

/// When each thread of each process is free again.
#[derive(Default)]
pub(super) struct Lanes(BTreeMap<usize, Vec<Time>>);

impl Lanes {
    /// The first thread of a process that is free from one instant to another, and whether it is a
    /// new one. Spans are given in order of their start.
    pub fn take(&mut self, pid: usize, from: Time, to: Time) -> (usize, bool) {
        let lanes = self.0.entry(pid).or_default();
        if let Some(lane) = lanes.iter().position(|free| *free <= from) {
            lanes[lane] = to;
            return (lane, false);
        }
        lanes.push(to);
        (lanes.len() - 1, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_used_again_when_it_is_free() {
        let mut lanes = Lanes::default();
        let spans = [(0, 10), (5, 15), (10, 20), (12, 13), (13, 14)];
        let taken =
            spans.map(|(from, to)| lanes.take(1, Time::from_nanos(from), Time::from_nanos(to)));
        assert_eq!(taken, [(0, true), (1, true), (0, false), (2, true), (2, false)]);
        assert_eq!(lanes.take(2, Time::ZERO, Time::ZERO), (0, true));
    }
}
