//! Worker processes: code of a lab that takes its process down takes nothing else with it.
//!
//! Lab code is anybody's: it may abort, exit, overflow its stack, never return or print. So every
//! command that runs it has the work done by a child: this program again, started by
//! [`Worker::start`], which sends it [`Request`]s over a socket and reads its [`Answer`]s.
//! [`child::serve`] is the other side. A sweep has a worker per job and asks for a run at a time
//! ([`Pool`]); any other command is done as a whole by one worker ([`command`]).
//!
//! The socket is the child's standard input, until the child has taken it and put an empty input
//! in its place. The child's standard output is the parent's standard error: what a lab prints
//! reaches people, and never results, which the parent prints. A child that ends before it has
//! answered is [`Lost`], whatever its exit code. A child ends when its parent has ended, even in
//! the midst of a run.
//!
//! [`os`] has all that depends on the operating system.

pub mod child;
mod os;
mod place;
mod protocol;
mod watch;

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::process::{Child, ExitCode, ExitStatus, Stdio};
use std::sync::Mutex;

use anyhow::Context;

use self::os::Socket;
use self::protocol::Link;
pub use self::protocol::{Answer, Request, SweptRun};
pub use self::watch::watched;
use crate::{exit, terminal};

/// The argument that makes this program a worker.
const WORKER: &str = "worker-process";

/// A worker process that is waiting for work.
pub struct Worker {
    child: Child,
    link: Link,
}

/// The end of a worker before it has answered.
#[derive(Debug)]
pub struct Lost {
    why: String,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl Worker {
    /// Starts a worker.
    ///
    /// # Errors
    /// When the operating system starts no further process.
    pub fn start() -> anyhow::Result<Worker> {
        Worker::with_stderr(Stdio::inherit())
    }

    fn with_stderr(stderr: Stdio) -> anyhow::Result<Worker> {
        let begin = || -> io::Result<Worker> {
            let (own, its) = Socket::pair()?;
            let mut program = os::this_program()?;
            program.arg(WORKER).stdin(Stdio::from(os::descriptor(its)));
            program.stdout(io::stderr()).stderr(stderr);
            Ok(Worker { child: program.spawn()?, link: Link::new(own)? })
        };
        begin().context("cannot start a worker process")
    }

    fn send(&mut self, request: &Request) -> Result<(), Lost> {
        self.link.send(request).map_err(|_| self.lost())
    }

    fn receive(&mut self) -> Result<Answer, Lost> {
        match self.link.receive() {
            Ok(Some(Answer::Lost(why))) => Err(Lost { why }),
            Ok(Some(answer)) => Ok(answer),
            Ok(None) | Err(_) => Err(self.lost()),
        }
    }

    /// The exit code of a worker that has done a command.
    fn exit_code(&mut self) -> ExitCode {
        let code = self.child.wait().ok().and_then(|status| status.code());
        code.and_then(|code| u8::try_from(code).ok()).unwrap_or(exit::BUG).into()
    }

    /// Why it answers no more.
    fn lost(&mut self) -> Lost {
        let why = match self.child.wait() {
            Ok(status) => format!("its process ended with {}", plain(status)),
            Err(error) => format!("its process ended ({error})"),
        };
        Lost { why }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status in words that do not depend on the machine's settings: `signal 6 (SIGABRT)`.
fn plain(status: ExitStatus) -> String {
    status.to_string().trim_end_matches(" (core dumped)").replace(": ", " ")
}

/// Workers for several threads: each request takes an idle one, or a new one.
#[derive(Default)]
pub struct Pool(Mutex<Vec<Worker>>);

impl Pool {
    /// Has a worker do one run of a sweep.
    ///
    /// # Errors
    /// When no worker can be started.
    pub fn ask(&self, request: &Request) -> anyhow::Result<Result<Answer, Lost>> {
        let idle = self.0.lock().expect("no thread panics with it").pop();
        let mut worker = idle.map_or_else(Worker::start, Ok)?;
        let answer = worker.send(request).and_then(|()| worker.receive());
        if answer.is_ok() {
            self.0.lock().expect("no thread panics with it").push(worker);
        }
        Ok(answer)
    }
}

/// Has a worker do the command of this process, and prints what it prints. `what` is what it
/// runs, such as `raft/calm seed 1`; of a single run that is lost, the place is found as well.
///
/// # Errors
/// When no worker can be started.
pub fn command(what: &str, single_run: bool) -> anyhow::Result<ExitCode> {
    let mut worker = Worker::start()?;
    let mut answer = worker.send(&whole_command(false)).and_then(|()| worker.receive());
    loop {
        match answer {
            Ok(Answer::Printed(text)) => terminal::print(&text),
            Ok(Answer::Done) => return Ok(worker.exit_code()),
            Ok(other) => unreachable!("a command is not answered by {other:?}"),
            Err(lost) => {
                let place = single_run.then(place::find).flatten();
                let place = place.map_or(String::new(), |place| format!(", in code of {place}"));
                terminal::complain(&format!("error: {what}: lost: {lost}{place}"));
                return Ok(exit::INCONCLUSIVE.into());
            }
        }
        answer = worker.receive();
    }
}

/// The command of this process, for a worker to do.
fn whole_command(places: bool) -> Request {
    Request::Command {
        args: std::env::args_os().collect(),
        colour: terminal::colour(),
        width: terminal::width(),
        places,
    }
}

/// Whether this process was started as a worker.
pub fn is_worker() -> bool {
    let mut args = std::env::args_os().skip(1);
    args.next() == Some(OsString::from(WORKER)) && args.next().is_none()
}
