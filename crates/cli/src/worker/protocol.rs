//! Messages between a command and its workers: a line of JSON each.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::time::Duration;

use netsplit_history::Run;
use netsplit_report::sweep::{Entry, Job};
use netsplit_scenario::Refusal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::os::Socket;

/// What a command asks of a worker.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// A whole command.
    Command {
        /// Its command line, the program included.
        args: Vec<OsString>,
        /// Whether its output may have colours.
        colour: bool,
        /// The columns of its output.
        width: usize,
        /// Whether to tell the places where code of the lab runs, before it does.
        places: bool,
        /// The predictions about its run.
        predictions: Vec<Option<String>>,
    },
    /// One run of a sweep.
    Run(Box<SweptRun>),
    /// A run whose record the parent judges.
    Simulate(Box<SimulatedRun>),
    /// An early end of the command, with this exit code.
    End(u8),
}

/// One run of a sweep, with all that it needs: a worker reads no file.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweptRun {
    /// Its number in the plan.
    pub number: usize,
    /// The plan's job of that number.
    pub job: Job,
    /// The scenario's name in the plan.
    pub name: String,
    /// The name of the scenario's source, and its file, as errors show them.
    pub source: (String, String),
    /// The scenario's text.
    pub text: String,
    /// Its overrides, with the variant of the role.
    pub overrides: Vec<String>,
    /// Whether it is done twice, and compared.
    pub twice: bool,
}

/// A run that the parent judges, with all that it needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SimulatedRun {
    /// The name of the scenario's source, and its file, as errors show them.
    pub source: (String, String),
    /// The scenario's text.
    pub text: String,
    /// Its overrides.
    pub overrides: Vec<String>,
    /// The seed.
    pub seed: u64,
    /// Whether the fillings of exercises are compared with the reference's.
    pub compare: bool,
    /// Whether to tell the places where code of the lab runs, before it does.
    pub places: bool,
}

/// What a worker answers.
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    /// A part of a command's output.
    Printed(String),
    /// Code of the lab runs next: the host and the simulated time.
    At(String),
    /// A command is done, and the worker ends with its exit code.
    Done,
    /// A run of a sweep is done, or the lab refused its scenario.
    Entry(Result<Box<Entry>, Refusal>),
    /// The record of a run, or why it could not be built.
    Ran(Result<Box<Run>, String>),
    /// The worker gives up, and says why.
    Lost(String),
}

/// One end of the socket.
pub struct Link {
    reader: BufReader<Socket>,
    writer: Socket,
    line: Vec<u8>,
}

impl Link {
    pub fn new(socket: Socket) -> io::Result<Link> {
        let writer = socket.try_clone()?;
        Ok(Link { reader: BufReader::new(socket), writer, line: Vec::new() })
    }

    /// Makes waiting for a message fail after this time.
    pub fn give_up_after(&self, time: Duration) -> io::Result<()> {
        self.writer.set_read_timeout(Some(time))
    }

    /// The end that sends, for other threads.
    pub fn sender(&self) -> io::Result<Socket> {
        self.writer.try_clone()
    }

    pub fn send(&mut self, message: &impl Serialize) -> io::Result<()> {
        send(&mut self.writer, message)
    }

    /// The next message; `None` when the other end is closed. After an error of time the message
    /// can be waited for again.
    pub fn receive<T: DeserializeOwned>(&mut self) -> io::Result<Option<T>> {
        self.reader.read_until(b'\n', &mut self.line)?;
        if !self.line.ends_with(b"\n") {
            return Ok(None);
        }
        let message = serde_json::from_slice(&self.line);
        self.line.clear();
        Ok(Some(message?))
    }
}

/// Sends a message.
pub fn send(socket: &mut Socket, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    socket.write_all(&line)
}
