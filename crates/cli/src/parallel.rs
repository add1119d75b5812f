//! Simulations on several threads, with results in order.
//!
//! A simulation lives on one thread, so workers are plain threads that take the next job each.
//! Results are collected by job, never by order of completion.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Does `work` for 0 to `count - 1` on `jobs` threads and returns the results in that
/// order. `done` is called with the number of finished jobs. Default for `jobs`: one per core.
pub fn map<T: Send>(
    count: usize,
    jobs: Option<NonZeroUsize>,
    work: impl Fn(usize) -> T + Sync,
    done: impl FnMut(usize) + Send,
) -> Vec<T> {
    let results = map_while(count, jobs, || true, work, done);
    results.into_iter().map(|result| result.expect("every job was done")).collect()
}

/// Like [`map`], but starts no further job once `go_on` returns false; a job that was not started
/// is `None`.
pub fn map_while<T: Send>(
    count: usize,
    jobs: Option<NonZeroUsize>,
    go_on: impl Fn() -> bool + Sync,
    work: impl Fn(usize) -> T + Sync,
    done: impl FnMut(usize) + Send,
) -> Vec<Option<T>> {
    let jobs = jobs.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<T>>> = Mutex::new((0..count).map(|_| None).collect());
    let done = Mutex::new((0, done));
    thread::scope(|scope| {
        for _ in 0..jobs.min(count) {
            scope.spawn(|| {
                while go_on() {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        return;
                    }
                    let result = work(index);
                    results.lock().expect("no worker panics with it")[index] = Some(result);
                    let (finished, tell) = &mut *done.lock().expect("no worker panics with it");
                    *finished += 1;
                    tell(*finished);
                }
            });
        }
    });
    results.into_inner().expect("all workers are done")
}
