//! Sleeps, timeouts and work.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::Host;
use crate::engine::events::{JobKey, TimerKey};
use crate::engine::world::World;

/// A timeout has elapsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

/// Time and work.
impl Host {
    /// Waits for `duration` on this host's monotonic clock.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        self.timer(duration, "timer")
    }

    /// Waits as [`sleep`](Host::sleep) does, under a name.
    pub(crate) fn timer(&self, duration: Duration, name: &'static str) -> Sleep {
        let add =
            |world: &mut World, id| world.machines.add_timer(&mut world.core, id, duration, name);
        Sleep { host: self.clone(), key: self.if_alive(add) }
    }

    /// Waits for a timer of a device that the node's clock does not drive.
    pub(crate) fn wait_for(&self, timer: TimerKey) -> Sleep {
        Sleep { host: self.clone(), key: Some(timer) }
    }

    /// Waits for `future`, for at most `duration` on this host's monotonic clock.
    ///
    /// # Errors
    /// [`Elapsed`] if the future has not completed by then; it is dropped.
    pub async fn timeout<F: Future>(
        &self,
        duration: Duration,
        future: F,
    ) -> Result<F::Output, Elapsed> {
        let mut sleep = self.timer(duration, "timeout");
        let mut future = pin!(future);
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => Pin::new(&mut sleep).poll(cx).map(|()| Err(Elapsed)),
        })
        .await
    }

    /// Occupies one of this host's workers for `amount`; jobs are queued first come, first served.
    /// Dropping the future abandons the job.
    pub fn work(&self, amount: Duration) -> Work {
        let key = self.if_alive(|world, id| world.machines.add_job(&mut world.core, id, amount));
        Work { host: self.clone(), key }
    }
}

/// A future that completes after a duration on a host's clock.
#[derive(Debug)]
#[must_use = "a sleep does nothing unless awaited"]
pub struct Sleep {
    host: Host,
    /// `None` on a host that is down: it never completes.
    key: Option<TimerKey>,
}

impl Sleep {
    /// Names what this waits for, such as `back-off`, where a recorded trace shows the wait:
    /// `timer`, if nothing else is said.
    pub fn named(self, name: &'static str) -> Sleep {
        if let Some(key) = self.key
            && let Some(timer) = self.host.world().machines.timers().get_mut(key)
        {
            timer.name = name;
        }
        self
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut world = self.host.world();
        let Some(timer) = self.key.and_then(|key| world.machines.timers().get_mut(key)) else {
            return Poll::Pending;
        };
        if timer.fired {
            return Poll::Ready(());
        }
        let old = wait_with(&mut timer.waker, cx);
        drop(world);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let timer = self.key.and_then(|key| {
            let world = &mut *self.host.world();
            world.machines.remove_timer(world.core.now, key)
        });
        drop(timer);
    }
}

/// A future that completes when a job is done.
#[derive(Debug)]
#[must_use = "dropping work abandons it"]
pub struct Work {
    host: Host,
    key: Option<JobKey>,
}

impl Future for Work {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut world = self.host.world();
        let Some(job) = self.key.and_then(|key| world.machines.job(key)) else {
            return Poll::Pending;
        };
        if job.done {
            return Poll::Ready(());
        }
        let old = wait_with(&mut job.waker, cx);
        drop(world);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let job = self.key.and_then(|key| {
            let world = &mut *self.host.world();
            world.machines.abandon_job(&mut world.core, key)
        });
        drop(job);
    }
}

/// Stores this task's waker in `slot`. Returns the one that it replaces: dropping a waker may run
/// code of the lab, so the caller drops it once nothing is borrowed.
pub(crate) fn wait_with(slot: &mut Option<Waker>, cx: &Context<'_>) -> Option<Waker> {
    match slot {
        Some(waker) if waker.will_wake(cx.waker()) => None,
        _ => slot.replace(cx.waker().clone()),
    }
}
