//! Sets of spans of simulated time.

use std::time::Duration;

use crate::Time;

/// A set of instants, as sorted, disjoint, half-open spans `[from, to)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    spans: Vec<(Time, Time)>,
}

impl Window {
    /// The span `[from, to)`; empty when `to <= from`.
    pub fn span(from: Time, to: Time) -> Window {
        Window::union([(from, to)])
    }

    /// The union of the spans.
    pub fn union(spans: impl IntoIterator<Item = (Time, Time)>) -> Window {
        let mut sorted: Vec<_> = spans.into_iter().filter(|(from, to)| from < to).collect();
        sorted.sort_unstable();
        let mut merged: Vec<(Time, Time)> = Vec::with_capacity(sorted.len());
        for (from, to) in sorted {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        Window { spans: merged }
    }

    /// The set difference: instants of `self` that are not in `other`.
    #[must_use]
    pub fn minus(&self, other: &Window) -> Window {
        let mut left = Vec::new();
        for &(mut from, to) in &self.spans {
            for &(cut_from, cut_to) in &other.spans {
                if cut_to <= from || cut_from >= to {
                    continue;
                }
                left.push((from, cut_from.min(to)));
                from = cut_to;
            }
            left.push((from, to));
        }
        Window::union(left)
    }

    /// The intersection.
    #[must_use]
    pub fn and(&self, other: &Window) -> Window {
        self.minus(&self.minus(other))
    }

    /// Whether `at` is in the window.
    pub fn contains(&self, at: Time) -> bool {
        let after = self.spans.partition_point(|&(from, _)| from <= at);
        after > 0 && at < self.spans[after - 1].1
    }

    /// Whether some instant from `from` to `to`, both included, is in the window.
    pub fn meets(&self, from: Time, to: Time) -> bool {
        let next = self.spans.partition_point(|span| span.1 <= from);
        self.spans.get(next).is_some_and(|span| span.0 <= to)
    }

    /// Whether the window contains no instant.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The spans, in order.
    pub fn spans(&self) -> &[(Time, Time)] {
        &self.spans
    }

    /// The total length.
    pub fn length(&self) -> Duration {
        self.spans.iter().map(|(from, to)| to.since(*from)).sum()
    }

    /// The start of the first span, or `None` for an empty window.
    pub fn start(&self) -> Option<Time> {
        self.spans.first().map(|span| span.0)
    }

    /// The end of the last span, or `None` for an empty window.
    pub fn end(&self) -> Option<Time> {
        self.spans.last().map(|span| span.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(spans: &[(u64, u64)]) -> Window {
        Window::union(spans.iter().map(|&(a, b)| (Time::from_nanos(a), Time::from_nanos(b))))
    }

    #[test]
    fn union_merges_touching_and_overlapping_spans() {
        assert_eq!(window(&[(5, 9), (0, 3), (3, 6)]), window(&[(0, 9)]));
    }

    #[test]
    fn minus_cuts_holes_and_edges() {
        let all = window(&[(0, 10), (20, 30)]);
        let cut = all.minus(&window(&[(2, 4), (8, 22), (29, 40)]));
        assert_eq!(cut, window(&[(0, 2), (4, 8), (22, 29)]));
        assert_eq!(all.and(&window(&[(2, 4), (8, 22)])), window(&[(2, 4), (8, 10), (20, 22)]));
    }

    #[test]
    fn contains_is_half_open() {
        let w = window(&[(2, 4), (6, 8)]);
        let inside: Vec<_> = (0..9).filter(|&n| w.contains(Time::from_nanos(n))).collect();
        assert_eq!(inside, [2, 3, 6, 7]);
        let at = Time::from_nanos;
        let met = [(0, 1), (0, 2), (3, 3), (4, 5), (4, 6), (7, 9), (8, 9)];
        let met = met.map(|(from, to)| w.meets(at(from), at(to)));
        assert_eq!(met, [false, true, true, false, true, true, false]);
    }
}
