//! What node code waits for: its clock, and its workers.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::Host;
use crate::engine::events::{JobKey, TimerKey};

/// The time was up first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed;

/// Time.
impl Host {
    /// Waits for `duration` on this host's monotonic clock.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        let key = self.if_alive(|world, id| world.add_timer(id, duration));
        Sleep { host: self.clone(), key }
    }

    /// Waits for `duration` of simulated time: a device that the node's clock does not drive.
    pub(crate) fn sleep_true(&self, duration: Duration) -> Sleep {
        let key = self.if_alive(|world, id| world.add_true_timer(id, duration));
        Sleep { host: self.clone(), key }
    }

    /// Waits for `future`, but no longer than `duration`.
    ///
    /// # Errors
    /// [`Elapsed`] when the time is up first; the future is dropped then.
    pub async fn timeout<F: Future>(
        &self,
        duration: Duration,
        future: F,
    ) -> Result<F::Output, Elapsed> {
        let (mut sleep, mut future) = (self.sleep(duration), pin!(future));
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending => Pin::new(&mut sleep).poll(cx).map(|()| Err(Elapsed)),
        })
        .await
    }

    /// Occupies one of this host's workers for `amount`, after the work that came before.
    /// Dropping the future gives the work up.
    pub fn work(&self, amount: Duration) -> Work {
        let key = self.if_alive(|world, id| world.add_job(id, amount));
        Work { host: self.clone(), key }
    }
}

/// Waits on a host's clock.
#[derive(Debug)]
#[must_use = "a sleep does nothing unless awaited"]
pub struct Sleep {
    host: Host,
    /// `None` on a host that is down: for ever.
    key: Option<TimerKey>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut world = self.host.world();
        let Some(timer) = self.key.and_then(|key| world.timers.get_mut(key)) else {
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
        let timer = self.key.and_then(|key| self.host.world().timers.remove(key));
        drop(timer);
    }
}

/// Waits for a piece of work to be done.
#[derive(Debug)]
#[must_use = "dropping work gives it up"]
pub struct Work {
    host: Host,
    key: Option<JobKey>,
}

impl Future for Work {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut world = self.host.world();
        let Some(job) = self.key.and_then(|key| world.jobs.get_mut(key)) else {
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
        let job = self.key.and_then(|key| self.host.world().give_up_job(key));
        drop(job);
    }
}

/// Makes `slot` wake this task. Returns the waker that was there before: dropping a waker may
/// run code of the lab, so the caller does that when it borrows nothing.
pub(crate) fn wait_with(slot: &mut Option<Waker>, cx: &Context<'_>) -> Option<Waker> {
    match slot {
        Some(waker) if waker.will_wake(cx.waker()) => None,
        _ => slot.replace(cx.waker().clone()),
    }
}
