//! Exit codes.

use std::fmt;
use std::process::ExitCode;

use netsplit_check::Verdict;

/// The run passed.
pub const PASS: u8 = 0;
/// The run failed.
pub const FAIL: u8 = 1;
/// The command line or a file is not valid.
pub const USAGE: u8 = 2;
/// The run is inconclusive.
pub const INCONCLUSIVE: u8 = 3;
/// A bug of Netsplit.
pub const BUG: u8 = 70;

/// An error in the usage or the environment: printed without a backtrace, exit code 2.
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
