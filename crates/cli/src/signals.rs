//! Ctrl-C, the termination signal, and the end of the terminal.
//!
//! The first signal asks a command to end early: one that has a part of its runs done tells them. The
//! second ends it at once. Exit codes are those that shells give: 128 and the signal's number.
//!
//! A signal may reach one process of a command or all of them. The parent alone decides, and tells
//! its workers.

use std::fs;
use std::process::exit;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

use anyhow::Context;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The exit code of the first signal; 0 before.
static ASKED: AtomicU8 = AtomicU8::new(0);

/// The exit code of a command that was asked to end early; `None` when it was not.
pub fn asked() -> Option<u8> {
    Some(ASKED.load(Ordering::SeqCst)).filter(|code| *code != 0)
}

/// Asks this process to end early, with this exit code; returns whether it was asked before.
pub fn ask(code: u8) -> bool {
    ASKED.swap(code, Ordering::SeqCst) != 0
}

/// Handles signals from now on; the first one calls `first` with the exit code.
///
/// # Errors
/// When no handler can be installed.
pub fn handle(mut first: impl FnMut(u8) + Send + 'static) -> anyhow::Result<()> {
    on_each(move |code| {
        if ask(code) {
            exit(i32::from(code));
        }
        first(code);
    })
}

/// Ends this process at the first signal, after `act`.
///
/// # Errors
/// When no handler can be installed.
pub fn end_after(act: impl Fn() + Send + 'static) -> anyhow::Result<()> {
    on_each(move |code| {
        act();
        exit(i32::from(code));
    })
}

/// Leaves signals to the parent process from now on.
///
/// # Errors
/// When no handler can be installed.
pub fn ignore() -> anyhow::Result<()> {
    on_each(|_| ())
}

/// Whether the hang-up signal is ignored, as `nohup` has it. It then stays so; where the system does
/// not say, it is not.
fn ignores_hang_up() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (SIGHUP - 1)) != 0)
}

fn on_each(mut act: impl FnMut(u8) + Send + 'static) -> anyhow::Result<()> {
    let hang_up = (!ignores_hang_up()).then_some(SIGHUP);
    let signals = Signals::new([SIGINT, SIGTERM].into_iter().chain(hang_up));
    let mut signals = signals.context("cannot install a handler for Ctrl-C")?;
    #[expect(clippy::disallowed_methods, reason = "it runs beside the simulation, not in it")]
    thread::spawn(move || {
        for signal in signals.forever() {
            act(u8::try_from(128 + signal).expect("signals have small numbers"));
        }
    });
    Ok(())
}
