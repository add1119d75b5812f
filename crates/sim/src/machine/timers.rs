//! Timers: what waits for a clock.

use std::task::Waker;
use std::time::Duration;

use netsplit_history::Time;

use crate::NodeId;
use crate::engine::events::{Event, TimerKey};
use crate::engine::tracer::{number, tag};
use crate::engine::world::World;

/// What a timer waits for.
#[derive(Clone, Copy, Debug)]
enum Deadline {
    /// The host's monotonic clock shows so many nanoseconds; a drift moves the instant.
    Local(u64),
    /// An instant, whatever the host's clock says.
    True,
}

/// One timer.
pub(crate) struct Timer {
    host: NodeId,
    deadline: Deadline,
    /// Tells a scheduled end that still holds from one that does not.
    schedule: u32,
    pub fired: bool,
    pub waker: Option<Waker>,
}

impl World {
    /// Starts a timer on a host's clock.
    pub fn add_timer(&mut self, host: NodeId, duration: Duration) -> TimerKey {
        let clock = &self.hosts[host.index()].clock;
        let local = clock.monotonic(self.now).saturating_add(Time::from(duration).as_nanos());
        let at = clock.when(local, self.now);
        self.insert_timer(host, Deadline::Local(local), at)
    }

    /// Starts a timer of a device that the host's clock does not drive.
    pub fn add_true_timer(&mut self, host: NodeId, duration: Duration) -> TimerKey {
        self.insert_timer(host, Deadline::True, self.now + duration)
    }

    fn insert_timer(&mut self, host: NodeId, deadline: Deadline, at: Time) -> TimerKey {
        let timer = Timer { host, deadline, schedule: 0, fired: false, waker: None };
        let key = self.timers.insert(timer);
        self.events.push(at, Event::Timer(key, 0));
        key
    }

    /// A timer runs out; returns who waits for it.
    pub fn finish_timer(&mut self, key: TimerKey, schedule: u32) -> Option<Waker> {
        let timer = self.timers.get_mut(key).filter(|timer| timer.schedule == schedule)?;
        timer.fired = true;
        let (host, waker) = (timer.host, timer.waker.take());
        self.tracer.note(self.now, tag::TIMER, &[number(host)], &[]);
        waker
    }

    /// The rate of a host's clock has changed: its timers run out at other times.
    pub fn reschedule_timers(&mut self, host: NodeId) {
        let clock = &self.hosts[host.index()].clock;
        for (key, timer) in self.timers.iter_mut().filter(|(_, timer)| timer.host == host) {
            if let (false, Deadline::Local(local)) = (timer.fired, timer.deadline) {
                timer.schedule += 1;
                let at = clock.when(local, self.now);
                self.events.push(at, Event::Timer(key, timer.schedule));
            }
        }
    }
}
