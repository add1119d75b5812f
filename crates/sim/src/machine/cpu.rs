//! Workers of a node: `work(d)` occupies one of them for `d`, first come, first served.
//!
//! On a slow node work takes longer by its factor, on a paused one it makes no progress; running
//! jobs are rescheduled when either changes.
//!
//! All operations take amortized constant time, however long the queue: a job that is abandoned
//! while it waits leaves its key in the queue, where it is skipped.

use std::collections::VecDeque;
use std::task::Waker;
use std::time::Duration;

use netsplit_history::{Level, LevelSlice, Slices, Time};
use slotmap::SlotMap;

use super::id::NodeId;
use crate::engine::core::Begun;
use crate::engine::events::{Event, Events, JobKey};
use crate::fault::touches::is_noticeable;

/// The place of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Queued,
    /// Running, at this index of [`Cpu::running`].
    Running(usize),
    /// Done, or lost in a crash.
    Gone,
}

/// One job.
pub(crate) struct Job {
    pub host: NodeId,
    /// All of its work, as time on a node of normal speed ...
    amount: Duration,
    /// ... and what is left of it.
    remaining: Duration,
    /// Since when it makes progress; `None` while it does not.
    since: Option<Time>,
    pub begun: Begun,
    /// When it got a worker; before that, when it was queued.
    pub started: Time,
    place: Place,
    /// Counts reschedulings, to recognise events of earlier schedules.
    schedule: u32,
    pub done: bool,
    pub waker: Option<Waker>,
}

impl Job {
    /// What is left of its work now, on a node with this factor.
    fn left(&self, factor: Option<f64>, now: Time) -> Duration {
        let done = match (self.since, factor) {
            (Some(since), Some(factor)) => scaled(now.since(since), 1.0 / factor),
            _ => Duration::ZERO,
        };
        self.remaining.saturating_sub(done)
    }

    /// Whether it has had its worker for longer than it would on a node of normal speed.
    fn is_delayed(&self, factor: Option<f64>, now: Time) -> bool {
        let done = self.amount.saturating_sub(self.left(factor, now));
        is_noticeable(now.since(self.started).saturating_sub(done), self.amount)
    }
}

pub(crate) type Jobs = SlotMap<JobKey, Job>;

/// The workers of one node.
#[derive(Debug)]
pub(crate) struct Cpu {
    /// `None` for no limit.
    workers: Option<u32>,
    running: Vec<JobKey>,
    queue: VecDeque<JobKey>,
    /// Jobs in the queue, without abandoned ones.
    waiting: usize,
    /// The same over time.
    level: Level,
    /// The factor by which work takes longer; `None` during a pause.
    factor: Option<f64>,
    /// Jobs that left their workers late.
    pub delayed: u64,
}

impl Cpu {
    /// Workers whose queue is recorded in these slices.
    pub fn new(workers: Option<u32>, slices: Slices) -> Cpu {
        Cpu {
            workers,
            running: Vec::new(),
            queue: VecDeque::new(),
            waiting: 0,
            level: Level::new(slices),
            factor: Some(1.0),
            delayed: 0,
        }
    }

    /// The queue over time until `end`; `None` without a limit on the workers.
    pub fn queue_until(&self, end: Time) -> Option<Vec<LevelSlice>> {
        self.workers.map(|_| self.level.clone().finish(end))
    }

    /// Jobs waiting for a worker.
    pub fn queued(&self) -> usize {
        self.waiting
    }

    /// Jobs being executed.
    pub fn running(&self) -> usize {
        self.running.len()
    }

    /// Jobs being executed that are late already.
    pub fn running_late(&self, now: Time, jobs: &Jobs) -> u64 {
        let late = |key: &&JobKey| jobs[**key].is_delayed(self.factor, now);
        self.running.iter().filter(late).count() as u64
    }

    /// Adds a job.
    pub fn add(
        &mut self,
        host: NodeId,
        amount: Duration,
        now: Time,
        jobs: &mut Jobs,
        events: &mut Events,
    ) -> JobKey {
        let key = jobs.insert(Job {
            host,
            amount,
            remaining: amount,
            since: None,
            begun: Begun::at(now),
            started: now,
            place: Place::Queued,
            schedule: 0,
            done: false,
            waker: None,
        });
        self.queue.push_back(key);
        self.waiting += 1;
        self.start_next(now, jobs, events);
        key
    }

    /// Finishes a job; false if it was rescheduled since `schedule`. The caller wakes its task.
    pub fn finish(
        &mut self,
        key: JobKey,
        schedule: u32,
        now: Time,
        jobs: &mut Jobs,
        events: &mut Events,
    ) -> bool {
        let Some(job) = jobs.get_mut(key) else {
            return false;
        };
        let Place::Running(place) = job.place else {
            return false;
        };
        if job.schedule != schedule || job.since.is_none() {
            return false;
        }
        self.delayed += u64::from(job.is_delayed(self.factor, now));
        job.place = Place::Gone;
        job.done = true;
        self.release(place, jobs);
        self.start_next(now, jobs, events);
        true
    }

    /// Frees the worker, or the place in the queue, of a job that was removed from `jobs`.
    pub fn abandon(&mut self, job: &Job, now: Time, jobs: &mut Jobs, events: &mut Events) {
        match job.place {
            Place::Gone => {}
            Place::Running(place) => {
                self.delayed += u64::from(job.is_delayed(self.factor, now));
                self.release(place, jobs);
                self.start_next(now, jobs, events);
            }
            Place::Queued => {
                self.waiting -= 1;
                self.level.set(now, self.waiting as u64);
                if self.queue.len() > 64 + 2 * self.waiting {
                    self.queue.retain(|key| jobs.contains_key(*key));
                }
            }
        }
    }

    /// Drops all jobs: the node crashed.
    pub fn clear(&mut self, now: Time, jobs: &mut Jobs) {
        for key in self.running.drain(..).chain(self.queue.drain(..)) {
            if let Some(job) = jobs.get_mut(key) {
                job.place = Place::Gone;
            }
        }
        self.waiting = 0;
        self.level.set(now, 0);
    }

    /// Changes the factor by which work takes longer; `None` pauses it.
    pub fn set_factor(
        &mut self,
        factor: Option<f64>,
        now: Time,
        jobs: &mut Jobs,
        events: &mut Events,
    ) {
        if factor == self.factor {
            return;
        }
        for key in &self.running {
            let job = jobs.get_mut(*key).expect("running jobs exist");
            job.remaining = job.left(self.factor, now);
            job.since = None;
            job.schedule += 1;
            schedule(*key, job, factor, now, events);
        }
        self.factor = factor;
        self.start_next(now, jobs, events);
    }

    /// Frees the worker of a running job.
    fn release(&mut self, place: usize, jobs: &mut Jobs) {
        self.running.swap_remove(place);
        if let Some(moved) = self.running.get(place) {
            jobs[*moved].place = Place::Running(place);
        }
    }

    fn start_next(&mut self, now: Time, jobs: &mut Jobs, events: &mut Events) {
        self.start_free(now, jobs, events);
        self.level.set(now, self.waiting as u64);
    }

    fn start_free(&mut self, now: Time, jobs: &mut Jobs, events: &mut Events) {
        while self.workers.is_none_or(|limit| self.running.len() < limit as usize) {
            let Some(key) = self.queue.pop_front() else {
                return;
            };
            let Some(job) = jobs.get_mut(key) else {
                continue;
            };
            self.waiting -= 1;
            job.place = Place::Running(self.running.len());
            job.started = now;
            self.running.push(key);
            schedule(key, job, self.factor, now, events);
        }
    }
}

fn schedule(key: JobKey, job: &mut Job, factor: Option<f64>, now: Time, events: &mut Events) {
    let Some(factor) = factor else { return };
    job.since = Some(now);
    events.push(now + scaled(job.remaining, factor), Event::Job(key, job.schedule));
}

/// `duration` times `factor`, saturating at the range of `u64` nanoseconds.
pub(super) fn scaled(duration: Duration, factor: f64) -> Duration {
    if factor == 1.0 {
        return duration;
    }
    Duration::from_nanos((duration.as_nanos() as f64 * factor).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const HOST: NodeId = NodeId(0);

    fn at(ms: u64) -> Time {
        Time::from(MS * ms as u32)
    }

    /// A node with its jobs and events.
    struct Bench {
        cpu: Cpu,
        jobs: Jobs,
        events: Events,
    }

    impl Bench {
        fn new(workers: Option<u32>) -> Bench {
            Bench {
                cpu: Cpu::new(workers, Slices::of(at(1000), 10)),
                jobs: Jobs::with_key(),
                events: Events::default(),
            }
        }

        fn add(&mut self, ms: u64, now: u64) -> JobKey {
            self.cpu.add(HOST, MS * ms as u32, at(now), &mut self.jobs, &mut self.events)
        }

        fn abandon(&mut self, key: JobKey, now: u64) {
            let job = self.jobs.remove(key).expect("it exists");
            self.cpu.abandon(&job, at(now), &mut self.jobs, &mut self.events);
        }

        fn factor(&mut self, factor: Option<f64>, now: u64) {
            self.cpu.set_factor(factor, at(now), &mut self.jobs, &mut self.events);
        }

        /// Lets time pass; returns which jobs ended, and when in milliseconds.
        fn run(&mut self, until: u64) -> Vec<(JobKey, u64)> {
            let mut ended = Vec::new();
            while let Some((now, _, Event::Job(key, schedule))) = self.events.pop_until(at(until)) {
                if self.cpu.finish(key, schedule, now, &mut self.jobs, &mut self.events) {
                    ended.push((key, now.as_nanos() / 1_000_000));
                }
            }
            ended
        }
    }

    #[test]
    fn work_is_done_first_come_first_served() {
        let mut bench = Bench::new(Some(2));
        let keys = [30, 10, 10, 10].map(|ms| bench.add(ms, 0));
        assert_eq!((bench.cpu.running(), bench.cpu.queued()), (2, 2));
        let ended = bench.run(100);
        assert_eq!(ended, [(keys[1], 10), (keys[2], 20), (keys[0], 30), (keys[3], 30)]);
        assert_eq!((bench.cpu.running(), bench.cpu.queued()), (0, 0));
    }

    #[test]
    fn a_pause_prolongs_work_in_progress_by_its_length() {
        let mut bench = Bench::new(Some(1));
        let first = bench.add(10, 0);
        bench.factor(None, 4);
        let during = bench.add(5, 6);
        assert_eq!(bench.run(50), []);
        bench.factor(Some(1.0), 54);
        assert_eq!(bench.run(100), [(first, 60), (during, 65)]);
    }

    #[test]
    fn a_slow_node_takes_longer_for_what_is_left() {
        let mut bench = Bench::new(Some(1));
        let key = bench.add(10, 0);
        bench.factor(Some(3.0), 4);
        bench.factor(Some(1.0), 10);
        assert_eq!(bench.run(100), [(key, 14)]);
    }

    #[test]
    fn abandoned_work_frees_its_worker_or_its_place_in_the_queue() {
        let mut bench = Bench::new(Some(1));
        let keys = [10, 10, 10].map(|ms| bench.add(ms, 0));
        bench.abandon(keys[1], 1);
        assert_eq!(bench.cpu.queued(), 1);
        bench.abandon(keys[0], 2);
        assert_eq!((bench.cpu.running(), bench.cpu.queued()), (1, 0));
        assert_eq!(bench.run(100), [(keys[2], 12)]);
    }

    #[test]
    fn a_crash_loses_all_work_and_late_drops_disturb_nobody() {
        let mut bench = Bench::new(Some(1));
        let old = [10, 10].map(|ms| bench.add(ms, 0));
        bench.cpu.clear(at(0), &mut bench.jobs);
        let new = bench.add(10, 5);
        for key in old {
            bench.abandon(key, 6);
        }
        assert_eq!((bench.cpu.running(), bench.cpu.queued()), (1, 0));
        assert_eq!(bench.run(100), [(new, 15)]);
    }

    #[test]
    fn extreme_amounts_and_factors_do_not_panic() {
        for factor in [0.0, 1e-300, 1e300, f64::INFINITY, f64::NAN] {
            let mut bench = Bench::new(None);
            bench.cpu.add(HOST, Duration::MAX, at(0), &mut bench.jobs, &mut bench.events);
            bench.add(1, 0);
            bench.factor(Some(factor), 1);
            bench.factor(None, 2);
            bench.factor(Some(1.0), 3);
            bench.run(10);
        }
    }
}
