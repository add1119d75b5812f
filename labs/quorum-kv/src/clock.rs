//! A hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", OPODIS 2014).
//!
//! A [`HybridClock`] follows the wall clock, but never falls behind a [`Stamp`] that it has
//! observed or issued: an event is stamped after every event that it has heard of, however wrong
//! the wall clocks are, and where they are right the stamps stay close to real time.
//!
//! Left out: the paper bounds how far a clock may run ahead of its wall clock and rejects stamps
//! beyond that; here one node whose clock is far ahead pulls all stamps along.

use std::time::Duration;

use crate::versions::Stamp;

/// The paper's `(l, c)` of one node: nanoseconds of a wall clock, and a counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HybridClock {
    latest: (u64, u32),
}

impl HybridClock {
    /// The time of a new event, while the wall clock shows `wall`: the paper's "send or local
    /// event".
    pub fn tick(&mut self, wall: Duration) -> (u64, u32) {
        let wall_ns = wall.as_nanos() as u64;
        let (l, c) = self.latest;
        // A wall clock that stands or was set back must not repeat a stamp: count instead.
        self.latest = if wall_ns > l { (wall_ns, 0) } else { (l, c + 1) };
        self.latest
    }

    /// Takes note of the stamp of an event elsewhere: the paper's "receive event", without a stamp
    /// of its own.
    pub fn observe(&mut self, stamp: &Stamp) {
        self.latest = self.latest.max((stamp.wall_ns, stamp.logical));
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn stamp((wall_ns, logical): (u64, u32)) -> Stamp {
        Stamp { wall_ns, logical, ..Stamp::default() }
    }

    proptest! {
        #[test]
        fn what_follows_an_event_is_stamped_after_it(
            walls in vec(0..50u64, 1..30), heard in vec((0..60u64, 0..5u32), 30)
        ) {
            let mut clock = HybridClock::default();
            let mut last = (0, 0);
            for (wall, heard) in walls.iter().zip(heard) {
                clock.observe(&stamp(heard));
                let now = clock.tick(Duration::from_nanos(*wall));
                prop_assert!(now > last && now > heard);
                last = now;
            }
        }
    }

    #[test]
    fn a_clock_that_hears_nothing_follows_the_wall() {
        let mut clock = HybridClock::default();
        assert_eq!(clock.tick(Duration::from_nanos(10)), (10, 0));
        assert_eq!(clock.tick(Duration::from_nanos(10)), (10, 1));
        assert_eq!(clock.tick(Duration::from_nanos(4)), (10, 2));
        assert_eq!(clock.tick(Duration::from_nanos(11)), (11, 0));
    }
}
