//! How the command ends.

use std::fmt;
use std::process::ExitCode;

use netsplit_check::Verdict;

/// A run was decided and passed.
pub const PASS: u8 = 0;
/// A run was decided and failed.
pub const FAIL: u8 = 1;
/// The command line or a file is wrong.
pub const USAGE: u8 = 2;
/// A run could not be decided.
pub const INCONCLUSIVE: u8 = 3;
/// A bug of ours.
pub const BUG: u8 = 70;
/// Interrupted, as shells tell Ctrl-C.
pub const INTERRUPTED: u8 = 130;

/// An error of the user's making, or of the world's: told without a backtrace, exit code 2.
#[derive(Debug)]
pub struct Usage(String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// A [`Usage`] error.
pub fn usage(message: impl Into<String>) -> anyhow::Error {
    Usage(message.into()).into()
}

/// The exit code of a verdict.
pub fn code(verdict: Verdict) -> ExitCode {
    match verdict {
        Verdict::Pass => PASS,
        Verdict::Fail => FAIL,
        Verdict::Inconclusive => INCONCLUSIVE,
    }
    .into()
}
