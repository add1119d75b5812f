//! Histories as JSON lines: one operation per line.
//!
//! ```json
//! {"client":3,"op":"write","key":"k1","input":7,"output":null,"intended_ns":10,"invoke_ns":10,"return_ns":25,"outcome":"ok"}
//! ```
//!
//! `return_ns` is null while the outcome is `unknown`. Optional fields: `load`, `status` and
//! `error`, which the checkers do not need.

use std::io::{self, BufRead, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::{Operation, Outcome, Status, Time, numbers};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    client: u64,
    op: Arc<str>,
    #[serde(default)]
    key: Option<Arc<str>>,
    #[serde(default)]
    input: Value,
    #[serde(default)]
    output: Value,
    #[serde(default)]
    intended_ns: Option<u64>,
    invoke_ns: u64,
    return_ns: Option<u64>,
    outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    load: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<Arc<str>>,
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
        let line = Line {
            client: operation.client,
            op: operation.op.clone(),
            key: operation.key.clone(),
            input: operation.input.clone(),
            output: operation.output.clone(),
            intended_ns: Some(operation.intended.as_nanos()),
            invoke_ns: operation.invoke.as_nanos(),
            return_ns: operation.returned().map(Time::as_nanos),
            outcome: operation.outcome,
            load: Some(operation.load.clone()),
            status: Some(operation.status),
            error: operation.error.clone(),
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Reads a history line by line. Empty lines are errors like any other malformed line.
///
/// Inputs and outputs keep their exact numbers: those that 64 bits cannot hold are errors, and
/// equal ones become the same value, so that `1.0` is `1`.
///
/// # Errors
/// At the first line that cannot be read, is no operation, or has a number that would be rounded,
/// named by its number.
pub fn read_history(input: impl BufRead) -> impl Iterator<Item = Result<Operation, HistoryError>> {
    input.lines().enumerate().map(|(index, text)| {
        let line = index + 1;
        let text = text.map_err(|source| HistoryError::Io { line, source })?;
        parse(&text).map_err(|why| HistoryError::Malformed { line, why })
    })
}

fn parse(text: &str) -> Result<Operation, String> {
    let mut line: Line = serde_json::from_str(text).map_err(|error| error.to_string())?;
    numbers::refuse_rounded(text)?;
    numbers::canonical(&mut line.input);
    numbers::canonical(&mut line.output);
    let invoke = Time::from_nanos(line.invoke_ns);
    let finished = match (line.outcome, line.return_ns) {
        (Outcome::Unknown, None) => Time::MAX,
        (Outcome::Unknown, Some(_)) => {
            return Err("an unknown outcome has no return_ns: write null".into());
        }
        (_, None) => return Err("return_ns may be null only when the outcome is unknown".into()),
        (_, Some(at)) if at < line.invoke_ns => {
            return Err(format!("returns at {at}, before its invocation at {}", line.invoke_ns));
        }
        (_, Some(at)) => Time::from_nanos(at),
    };
    let status = line.status.unwrap_or(match line.outcome {
        Outcome::Ok => Status::Ok,
        Outcome::Fail => Status::Failed,
        Outcome::Unknown => Status::TimedOut,
    });
    Ok(Operation {
        client: line.client,
        load: line.load.unwrap_or_else(|| "clients".into()),
        op: line.op,
        key: line.key,
        input: line.input,
        output: line.output,
        intended: line.intended_ns.map_or(invoke, Time::from_nanos),
        invoke,
        finished,
        status,
        outcome: line.outcome,
        error: line.error,
    })
}
