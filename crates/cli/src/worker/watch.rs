//! Watching a simulation from outside: lab code that never returns is stopped.
//!
//! A simulation tells its progress every few thousand steps ([`watched`]). When the process has
//! taken [`PATIENCE`] of processor time without such a word, one of them never returned; when it
//! takes none at all, it waits for what never comes. The clock is the processor's, so that a
//! suspended or a busy machine does not matter.

use std::process::exit;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use netsplit_harness::Experiment;
use netsplit_history::{Run, Time};
use netsplit_scenario::Refusal;
use netsplit_sim::Options;

use super::os::processor_time;
use super::place;
use crate::signals;

/// Processor time without progress after which a worker gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// The same for the code of a learner, who waits for the answer.
const LEARNERS_PATIENCE: Duration = Duration::from_secs(10);

/// Processor time between two looks that is none: the look itself takes less.
const STILL: Duration = Duration::from_millis(2);

/// Looks without processor time after which a worker gives up.
const STILL_LOOKS: u32 = 20;

/// Signs of progress so far, and simulations in progress.
static SIGNS: AtomicU64 = AtomicU64::new(0);
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Whether simulations in progress are finished when the command is asked to end early.
static FINISHED: AtomicBool = AtomicBool::new(false);

/// Says whether simulations in progress are finished when the command is asked to end early: those
/// of a command that tells the part that is done. Any other command then has nothing to tell.
pub fn finish_what_runs(finish: bool) {
    FINISHED.store(finish, Ordering::SeqCst);
}

/// Ends this process if that was asked for, in the midst of a simulation that need not be finished.
pub fn end_if_asked() {
    if let Some(code) = signals::asked()
        && RUNNING.load(Ordering::SeqCst) > 0
        && !FINISHED.load(Ordering::SeqCst)
    {
        exit(i32::from(code));
    }
}

/// Runs an experiment, as [`Experiment::simulate`] does, under the eyes of a [`Watch`].
pub fn watched(
    experiment: &Experiment,
    options: &Options,
    progress: &mut dyn FnMut(Time),
) -> Result<Run, Refusal> {
    RUNNING.fetch_add(1, Ordering::SeqCst);
    end_if_asked();
    let options = Options { before_lab_code: place::teller(), ..options.clone() };
    let run = experiment.simulate(&options, &mut |now| {
        SIGNS.fetch_add(1, Ordering::Relaxed);
        progress(now);
    });
    SIGNS.fetch_add(1, Ordering::Relaxed);
    RUNNING.fetch_sub(1, Ordering::SeqCst);
    run
}

/// What was last seen of the simulations.
pub struct Watch {
    signs: u64,
    /// The processor time at the last sign of progress, and at the last look.
    seen: Duration,
    looked: Duration,
    /// Looks in a row between which no processor time was taken.
    still: u32,
    patience: Duration,
}

impl Default for Watch {
    fn default() -> Watch {
        let none = Duration::ZERO;
        Watch { signs: 0, seen: none, looked: none, still: 0, patience: PATIENCE }
    }
}

impl Watch {
    /// Watches code of a learner from now on.
    pub fn learners_code(&mut self) {
        self.patience = LEARNERS_PATIENCE;
    }

    /// Looks again, about a second after the last time; says why to give up, if there is a reason.
    pub fn look(&mut self) -> Option<String> {
        let (signs, now) = (SIGNS.load(Ordering::Relaxed), processor_time());
        self.still = if now.saturating_sub(self.looked) < STILL { self.still + 1 } else { 0 };
        self.looked = now;
        if RUNNING.load(Ordering::Relaxed) == 0 || signs != self.signs {
            (self.signs, self.seen, self.still) = (signs, now, 0);
        }
        if self.still >= STILL_LOOKS {
            return Some(format!(
                "code of the lab has taken no processor time for {STILL_LOOKS} s: it waits for a \
                 lock, a thread or input that never comes"
            ));
        }
        (now.saturating_sub(self.seen) > self.patience).then(|| {
            let patience = self.patience.as_secs();
            format!("code of the lab has not returned for {patience} s of processor time")
        })
    }
}
