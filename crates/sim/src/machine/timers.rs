//! Timers on a host's clock, which may drift, or on simulated time.

use std::task::Waker;
use std::time::Duration;

use netsplit_history::Time;
use slotmap::SlotMap;

use super::clock::Clock;
use super::id::NodeId;
use crate::engine::core::{Begun, Core};
use crate::engine::events::{Event, TimerKey};
use crate::engine::tracer::{number, tag};

/// When a timer expires.
#[derive(Clone, Copy, Debug)]
enum Deadline {
    /// When the host's monotonic clock shows this many nanoseconds; a drift moves the instant.
    Local(u64),
    /// At an instant of simulated time, whatever the host's clock shows.
    True,
}

/// One timer.
pub(crate) struct Timer {
    host: NodeId,
    deadline: Deadline,
    /// When it would expire if the host's clock were correct from its start on.
    due: Time,
    /// Counts reschedulings, to recognise events of earlier schedules.
    schedule: u32,
    begun: Begun,
    /// What its lab calls it.
    pub name: &'static str,
    pub fired: bool,
    pub waker: Option<Waker>,
}

impl Timer {
    /// The host whose clock has held it up, if one has.
    pub fn held_up(&self, now: Time) -> Option<NodeId> {
        (!self.fired && self.due < now).then_some(self.host)
    }
}

/// A timer that has expired while something waited for it.
pub(crate) struct Expired {
    pub host: NodeId,
    pub begun: Begun,
    pub name: &'static str,
    /// Whether it is a device's, not the host's clock's.
    pub device: bool,
    /// Whether it has expired early or late.
    pub moved: bool,
    pub waker: Waker,
}

/// All timers of a simulation.
#[derive(Default)]
pub(crate) struct Timers(SlotMap<TimerKey, Timer>);

impl Timers {
    /// Starts a timer on a host's clock.
    pub fn add(
        &mut self,
        core: &mut Core,
        host: NodeId,
        clock: &Clock,
        duration: Duration,
        name: &'static str,
    ) -> TimerKey {
        let local = clock.monotonic(core.now).saturating_add(Time::from(duration).as_nanos());
        let at = clock.when(local, core.now);
        self.insert(core, host, Deadline::Local(local), (core.now + duration, at), name)
    }

    /// Starts a timer of a device that the host's clock does not drive.
    pub fn add_true(&mut self, core: &mut Core, host: NodeId, at: Time) -> TimerKey {
        self.insert(core, host, Deadline::True, (Time::MAX, at), "device")
    }

    fn insert(
        &mut self,
        core: &mut Core,
        host: NodeId,
        deadline: Deadline,
        (due, at): (Time, Time),
        name: &'static str,
    ) -> TimerKey {
        let begun = core.begun();
        let (schedule, fired, waker) = (0, false, None);
        let timer = Timer { host, deadline, due, schedule, begun, name, fired, waker };
        let key = self.0.insert(timer);
        core.schedule(at, Event::Timer(key, 0));
        key
    }

    /// The timer of a future that waits for it.
    pub fn get_mut(&mut self, key: TimerKey) -> Option<&mut Timer> {
        self.0.get_mut(key)
    }

    /// Bytes of all timers.
    pub fn bytes(&self) -> usize {
        self.0.len() * size_of::<Timer>()
    }

    pub fn remove(&mut self, key: TimerKey) -> Option<Timer> {
        self.0.remove(key)
    }

    /// A timer expires, unless it was rescheduled; `None` when nothing waits for it.
    pub fn finish(&mut self, core: &mut Core, key: TimerKey, schedule: u32) -> Option<Expired> {
        let timer = self.0.get_mut(key).filter(|timer| timer.schedule == schedule)?;
        timer.fired = true;
        let (host, begun, name) = (timer.host, timer.begun, timer.name);
        core.note(tag::TIMER, &[number(host)], &[]);
        let device = matches!(timer.deadline, Deadline::True);
        let moved = !device && timer.due != core.now;
        timer.waker.take().map(|waker| Expired { host, begun, name, device, moved, waker })
    }

    /// The hosts of all timers that their clocks have held up.
    pub fn all_held_up(&self, now: Time) -> impl Iterator<Item = NodeId> {
        self.0.values().filter_map(move |timer| timer.held_up(now))
    }

    /// Reschedules a host's timers: the rate of its clock has changed.
    pub fn reschedule(&mut self, core: &mut Core, host: NodeId, clock: &Clock) {
        for (key, timer) in self.0.iter_mut().filter(|(_, timer)| timer.host == host) {
            if let (false, Deadline::Local(local)) = (timer.fired, timer.deadline) {
                timer.schedule += 1;
                let at = clock.when(local, core.now);
                core.schedule(at, Event::Timer(key, timer.schedule));
            }
        }
    }

    /// Reschedules a timer of a device, unless nothing waits for it any more.
    pub fn reschedule_true(&mut self, core: &mut Core, key: TimerKey, at: Time) {
        if let Some(timer) = self.0.get_mut(key) {
            timer.schedule += 1;
            core.schedule(at, Event::Timer(key, timer.schedule));
        }
    }

    pub fn take_wakers(&mut self) -> impl Iterator<Item = Waker> {
        self.0.values_mut().filter_map(|timer| timer.waker.take())
    }
}
