//! Early ends of a sweep: Ctrl-C, a time limit, a failure.
//!
//! Runs in progress are finished, because half a run shows nothing; no new one starts. A second
//! Ctrl-C ends the command at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::args::Verify;
use crate::signals;

/// Whether to start another run.
pub struct Stop {
    started: Instant,
    time_limit: Option<Duration>,
    fail_fast: bool,
    failed: AtomicBool,
    broken: AtomicBool,
}

impl Stop {
    /// Starts the clock, and handles signals.
    ///
    /// # Errors
    /// When no signal handler can be installed.
    #[expect(clippy::disallowed_methods, reason = "a time limit is about real time")]
    pub fn new(args: &Verify) -> anyhow::Result<Stop> {
        signals::handle(|_| ())?;
        Ok(Stop {
            started: Instant::now(),
            time_limit: args.time_limit,
            fail_fast: args.fail_fast,
            failed: AtomicBool::new(false),
            broken: AtomicBool::new(false),
        })
    }

    /// A run failed; `broken` when it could not be done at all, which always stops the sweep.
    pub fn failed(&self, broken: bool) {
        self.failed.store(true, Ordering::Relaxed);
        self.broken.fetch_or(broken, Ordering::Relaxed);
    }

    /// The reason not to start another run; `None` while there is none.
    pub fn why(&self) -> Option<String> {
        if signals::asked().is_some() {
            return Some("interrupted".into());
        }
        if self.broken.load(Ordering::Relaxed) {
            return Some("a run could not be done".into());
        }
        if self.fail_fast && self.failed.load(Ordering::Relaxed) {
            return Some("--fail-fast".into());
        }
        let limit = self.time_limit?;
        (self.started.elapsed() >= limit).then(|| format!("--time-limit {limit:?}"))
    }
}
