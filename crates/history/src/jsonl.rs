//! Histories as JSON lines: one operation per line.
//!
//! ```json
//! {"client":3,"op":"write","key":"k1","input":7,"output":null,"intended_ns":10,"invoke_ns":10,"return_ns":25,"outcome":"ok"}
//! ```
//!
//! The outcome is `ok`, `fail`, or `unknown`, also called `info`; when the client of an unknown one
//! gave up does not matter. Optional fields: `load`, `status` and `error`, which the checkers do
//! not need.
//!
//! Histories of other systems are read as far as they can mean only one thing. `lenient` has what
//! differs: clients with names, numbers as keys, other fields. A byte order mark and empty lines at
//! the end are ignored.

mod lenient;

use std::io::{self, BufRead, Read, Write};

use serde::Serialize;
use thiserror::Error;

use self::lenient::{Line, Names};
use crate::{Content, Operation, Outcome, Status, Time, numbers};

/// The longest line, in MiB.
const LINE_MIB_MAX: u64 = 16;
/// The longest history, in MiB.
const HISTORY_MIB_MAX: u64 = 1024;

#[derive(Serialize)]
struct Written<'a> {
    client: u32,
    op: &'a str,
    key: Option<&'a str>,
    input: &'a Content,
    output: &'a Content,
    intended_ns: u64,
    invoke_ns: u64,
    return_ns: Option<u64>,
    outcome: Outcome,
    load: &'a str,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// The reason why a history cannot be read.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// The file could not be read.
    #[error("line {line}: {source}")]
    Io {
        /// The line, from 1.
        line: usize,
        /// The operating system's error.
        source: io::Error,
    },
    /// A line is not an operation.
    #[error("line {line}: {why}")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
}

/// Writes one line per operation.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_history(operations: &[Operation], out: &mut impl Write) -> io::Result<()> {
    for operation in operations {
        let line = Written {
            client: operation.client,
            op: &operation.op,
            key: operation.key.as_deref(),
            input: &operation.input,
            output: &operation.output,
            intended_ns: operation.intended.as_nanos(),
            invoke_ns: operation.invoke.as_nanos(),
            return_ns: operation.returned().map(Time::as_nanos),
            outcome: operation.outcome,
            load: &operation.load,
            status: operation.status,
            error: operation.error.as_deref(),
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Reads a history line by line, at most 1 GiB of it.
///
/// Inputs and outputs keep their exact numbers: those that 64 bits cannot hold are errors, and
/// equal ones become the same value, so that `1.0` is `1`.
///
/// # Errors
/// At the first line that cannot be read, is longer than 16 MiB, is no operation, could mean
/// several things, or has a number that would be rounded, named by its number.
pub fn read_history(mut input: impl BufRead) -> Result<Vec<Operation>, HistoryError> {
    let (mut operations, mut names) = (Vec::new(), Names::default());
    let mut left = HISTORY_MIB_MAX << 20;
    let mut empty = None;
    for line in 1.. {
        let malformed = |why| HistoryError::Malformed { line, why };
        let mut bytes = Vec::new();
        let most = left.min(LINE_MIB_MAX << 20);
        let read = input.by_ref().take(most + 1).read_until(b'\n', &mut bytes);
        let read = read.map_err(|source| HistoryError::Io { line, source })? as u64;
        if read == 0 {
            break;
        }
        if read > most {
            let limit = if most == left { HISTORY_MIB_MAX } else { LINE_MIB_MAX };
            let what = if most == left { "the history" } else { "it" };
            return Err(malformed(format!("{what} is longer than {limit} MiB")));
        }
        left -= read;
        let text = str::from_utf8(&bytes).map_err(|error| malformed(error.to_string()))?;
        let text = if line == 1 { text.trim_start_matches('\u{feff}') } else { text };
        if text.trim().is_empty() {
            empty = empty.or(Some(line));
            continue;
        }
        if let Some(line) = empty {
            let why = "it is empty, and operations follow".to_owned();
            return Err(HistoryError::Malformed { line, why });
        }
        operations.push(parse(text, line, &mut names).map_err(malformed)?);
    }
    Ok(operations)
}

fn parse(text: &str, number: usize, names: &mut Names) -> Result<Operation, String> {
    let line: Line = serde_json::from_str(text).map_err(|error| error.to_string())?;
    line.refuse_ambiguous()?;
    numbers::refuse_rounded(text)?;
    let [mut input, mut output] = [line.input, line.output].map(Option::unwrap_or_default);
    numbers::canonical(&mut input);
    numbers::canonical(&mut output);
    let invoke = Time::from_nanos(line.invoke_ns);
    let finished = match (line.outcome, line.return_ns) {
        (_, Some(at)) if at < line.invoke_ns => {
            return Err(format!("returns at {at}, before its invocation at {}", line.invoke_ns));
        }
        (Outcome::Unknown, _) => Time::MAX,
        (_, None) => return Err("return_ns may be null only when the outcome is unknown".into()),
        (_, Some(at)) => Time::from_nanos(at),
    };
    let status = line.status.unwrap_or(match line.outcome {
        Outcome::Ok => Status::Ok,
        Outcome::Fail => Status::Failed,
        Outcome::Unknown => Status::TimedOut,
    });
    Ok(Operation {
        client: names.client(&line.client, number)?,
        load: line.load.unwrap_or_else(|| "clients".into()),
        op: line.op,
        key: line.key.flatten().map(|key| names.key(key, number)).transpose()?,
        input: input.into(),
        output: output.into(),
        intended: line.intended_ns.map_or(invoke, Time::from_nanos),
        invoke,
        finished,
        status,
        outcome: line.outcome,
        error: line.error,
    })
}

#[cfg(test)]
mod tests;
