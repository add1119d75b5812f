//! A node's workers: `work(d)` occupies one of them for `d`, first come, first served.
//!
//! A slow node takes longer by its factor, a paused one does not advance at all; a job in
//! progress is rescheduled when either changes.

use std::collections::VecDeque;
use std::task::Waker;
use std::time::Duration;

use netsplit_history::Time;
use slotmap::SlotMap;

use crate::NodeId;
use crate::events::{Event, Events, JobKey};

/// One piece of work.
pub(crate) struct Job {
    pub host: NodeId,
    /// What is left, on a node of normal speed.
    remaining: Duration,
    /// Since when a worker is at it.
    since: Option<Time>,
    /// Tells a scheduled end that still holds from one that does not.
    schedule: u32,
    pub done: bool,
    pub waker: Option<Waker>,
}

pub(crate) type Jobs = SlotMap<JobKey, Job>;

/// The workers of one node.
#[derive(Debug)]
pub(crate) struct Cpu {
    /// `None` for no limit.
    workers: Option<u32>,
    running: Vec<JobKey>,
    queue: VecDeque<JobKey>,
    /// How much longer work takes than it should; `None` while nothing advances.
    factor: Option<f64>,
}

impl Cpu {
    pub fn new(workers: Option<u32>) -> Cpu {
        Cpu {
            workers,
            running: Vec::new(),
            queue: VecDeque::new(),
            factor: Some(1.0),
        }
    }

    /// Pieces of work that wait for a worker.
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Pieces of work that a worker is at.
    pub fn running(&self) -> usize {
        self.running.len()
    }

    /// Adds a piece of work.
    pub fn add(
        &mut self,
        host: NodeId,
        amount: Duration,
        now: Time,
        jobs: &mut Jobs,
        events: &mut Events,
    ) -> JobKey {
        let job = Job {
            host,
            remaining: amount,
            since: None,
            schedule: 0,
            done: false,
            waker: None,
        };
        let key = jobs.insert(job);
        self.queue.push_back(key);
        self.start_next(now, jobs, events);
        key
    }

    /// A worker has finished a job, or the job was given up.
    pub fn remove(&mut self, key: JobKey, now: Time, jobs: &mut Jobs, events: &mut Events) {
        self.running.retain(|running| *running != key);
        self.queue.retain(|queued| *queued != key);
        self.start_next(now, jobs, events);
    }

    /// All jobs are gone: the node crashed.
    pub fn clear(&mut self) {
        self.running.clear();
        self.queue.clear();
    }

    /// Changes the speed: `None` for a standstill.
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
            let Some(job) = jobs.get_mut(*key) else {
                continue;
            };
            if let (Some(since), Some(before)) = (job.since.take(), self.factor) {
                let done = now.since(since).div_f64(before);
                job.remaining = job.remaining.saturating_sub(done);
            }
            job.schedule += 1;
            schedule(*key, job, factor, now, events);
        }
        self.factor = factor;
        self.start_next(now, jobs, events);
    }

    fn start_next(&mut self, now: Time, jobs: &mut Jobs, events: &mut Events) {
        while self
            .workers
            .is_none_or(|limit| self.running.len() < limit as usize)
        {
            let Some(key) = self.queue.pop_front() else {
                return;
            };
            if let Some(job) = jobs.get_mut(key) {
                self.running.push(key);
                schedule(key, job, self.factor, now, events);
            }
        }
    }
}

impl Job {
    /// Whether the end scheduled as `schedule` still holds.
    pub fn ends_with(&self, schedule: u32) -> bool {
        self.schedule == schedule && self.since.is_some()
    }
}

fn schedule(key: JobKey, job: &mut Job, factor: Option<f64>, now: Time, events: &mut Events) {
    let Some(factor) = factor else { return };
    job.since = Some(now);
    let takes = if factor == 1.0 {
        job.remaining
    } else {
        job.remaining.mul_f64(factor)
    };
    events.push(now + takes, Event::Job(key, job.schedule));
}
