//! Watching a simulation from outside: lab code that never returns is stopped.
//!
//! A simulation tells its progress every few thousand steps ([`watched`]). When the process has
//! taken [`PATIENCE`] of processor time without such a word, one of them never returned. The clock
//! is the processor's, so that a suspended or a busy machine does not matter.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use netsplit_harness::Experiment;
use netsplit_history::{Run, Time};
use netsplit_scenario::Refusal;
use netsplit_sim::Options;

use super::os::processor_time;
use super::place;

/// Processor time without progress after which a worker gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// Signs of progress so far, and simulations in progress.
static SIGNS: AtomicU64 = AtomicU64::new(0);
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Runs an experiment, as [`Experiment::simulate`] does, under the eyes of a [`Watch`].
pub fn watched(
    experiment: &Experiment,
    options: &Options,
    progress: &mut dyn FnMut(Time),
) -> Result<Run, Refusal> {
    RUNNING.fetch_add(1, Ordering::Relaxed);
    let options = Options { before_lab_code: place::teller(), ..options.clone() };
    let run = experiment.simulate(&options, &mut |now| {
        SIGNS.fetch_add(1, Ordering::Relaxed);
        progress(now);
    });
    SIGNS.fetch_add(1, Ordering::Relaxed);
    RUNNING.fetch_sub(1, Ordering::Relaxed);
    run
}

/// What was last seen of the simulations.
#[derive(Default)]
pub struct Watch {
    signs: u64,
    seen: Duration,
}

impl Watch {
    /// Looks again; says why to give up, if there is a reason.
    pub fn look(&mut self) -> Option<String> {
        let signs = SIGNS.load(Ordering::Relaxed);
        if RUNNING.load(Ordering::Relaxed) == 0 || signs != self.signs {
            *self = Watch { signs, seen: processor_time() };
        }
        (processor_time().saturating_sub(self.seen) > PATIENCE).then(|| {
            let patience = PATIENCE.as_secs();
            format!("code of the lab has not returned for {patience} s of processor time")
        })
    }
}
