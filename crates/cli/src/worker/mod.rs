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
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::Mutex;

use anyhow::Context;

use self::os::Socket;
use self::protocol::Link;
pub use self::protocol::{Answer, Request, SimulatedRun, SweptRun};
pub use self::watch::watched;
use crate::command::SALT;
use crate::{exit, signals, terminal};

/// The argument that makes this program a worker.
const WORKER: &str = "worker-process";

/// The program that a worker runs.
#[derive(Default)]
pub enum Program {
    /// This one.
    #[default]
    This,
    /// A learner's, which has the learner's code.
    Learners {
        /// The executable.
        file: PathBuf,
        /// The folder that it runs in.
        folder: PathBuf,
    },
}

impl Program {
    fn command(&self) -> io::Result<Command> {
        match self {
            Program::This => os::this_program(),
            Program::Learners { file, folder } => {
                let mut command = Command::new(file);
                command.current_dir(folder).env_remove(SALT);
                Ok(command)
            }
        }
    }
}

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
    pub fn start(program: &Program) -> anyhow::Result<Worker> {
        Worker::with_stderr(program, Stdio::inherit())
    }

    fn with_stderr(program: &Program, stderr: Stdio) -> anyhow::Result<Worker> {
        let begin = || -> io::Result<Worker> {
            let (own, its) = Socket::pair()?;
            let mut program = program.command()?;
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
pub struct Pool {
    program: Program,
    idle: Mutex<Vec<Worker>>,
}

impl Pool {
    /// Workers that run this program.
    pub fn of(program: Program) -> Pool {
        Pool { program, idle: Mutex::default() }
    }

    /// Has a worker do one run.
    ///
    /// # Errors
    /// When no worker can be started.
    pub fn ask(&self, request: &Request) -> anyhow::Result<Result<Answer, Lost>> {
        let idle = self.idle.lock().expect("no thread panics with it").pop();
        let mut worker = idle.map_or_else(|| Worker::start(&self.program), Ok)?;
        let answer = worker.send(request).and_then(|()| worker.receive());
        if answer.is_ok() {
            self.idle.lock().expect("no thread panics with it").push(worker);
        }
        Ok(answer)
    }

    /// Has a worker of its own do a whole command, and drops what it prints; returns its exit code,
    /// unless it is lost.
    ///
    /// # Errors
    /// When no worker can be started.
    pub fn silently(&self, args: &[&str]) -> anyhow::Result<Result<ExitCode, Lost>> {
        let mut worker = Worker::with_stderr(&self.program, Stdio::null())?;
        let args = ["netsplit"].iter().chain(args).map(OsString::from).collect();
        let request = Request::Command {
            args,
            colour: false,
            width: 80,
            places: false,
            predictions: Vec::new(),
        };
        let mut answer = worker.send(&request).and_then(|()| worker.receive());
        while let Ok(Answer::Printed(_)) = answer {
            answer = worker.receive();
        }
        Ok(answer.map(|_| worker.exit_code()))
    }

    /// The place where a lost run ended.
    pub fn place(&self, request: &Request) -> Option<String> {
        place::find(&self.program, request)
    }
}

/// Has a worker do the command of this process, and prints what it prints. `what` is what it
/// runs, such as `raft/calm seed 1`; of a single run that is lost, the place is found as well.
/// `predictions` are those about its run.
///
/// # Errors
/// When no worker can be started.
pub fn command(
    what: &str,
    single_run: bool,
    predictions: Vec<Option<String>>,
) -> anyhow::Result<ExitCode> {
    let mut worker = Worker::start(&Program::This)?;
    let mut socket = worker.link.sender().context("cannot start a worker process")?;
    signals::handle(move |code| drop(protocol::send(&mut socket, &Request::End(code))))?;
    let mut answer =
        worker.send(&whole_command(false, predictions)).and_then(|()| worker.receive());
    loop {
        match answer {
            Ok(Answer::Printed(text)) => terminal::print(&text),
            Ok(Answer::Done) => {
                let code = worker.exit_code();
                return Ok(signals::asked().map_or(code, ExitCode::from));
            }
            Ok(other) => unreachable!("a command is not answered by {other:?}"),
            Err(lost) => {
                if let Some(code) = signals::asked() {
                    return Ok(code.into());
                }
                let place = single_run
                    .then(|| place::find(&Program::This, &whole_command(true, Vec::new())));
                let place = place.flatten();
                let place = place.map_or(String::new(), |place| format!(", in code of {place}"));
                terminal::complain(&format!("error: {what}: lost: {lost}{place}"));
                return Ok(exit::INCONCLUSIVE.into());
            }
        }
        answer = worker.receive();
    }
}

/// The command of this process, for a worker to do.
fn whole_command(places: bool, predictions: Vec<Option<String>>) -> Request {
    Request::Command {
        args: std::env::args_os().collect(),
        colour: terminal::colour(),
        width: terminal::width(),
        places,
        predictions,
    }
}

/// Whether this process was started as a worker.
pub fn is_worker() -> bool {
    let mut args = std::env::args_os().skip(1);
    args.next() == Some(OsString::from(WORKER)) && args.next().is_none()
}
