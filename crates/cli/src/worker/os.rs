//! The operating system, as far as workers need it. Netsplit builds on Unix only: elsewhere its disk
//! (turmoil-fs) does not.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::Command;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// A two-way connection between a command and a worker.
pub type Socket = std::os::unix::net::UnixStream;

/// A socket's end, to be another process's standard input.
pub fn descriptor(socket: Socket) -> OwnedFd {
    socket.into()
}

/// Takes the socket that is this process's standard input, and puts an empty input in its place.
///
/// # Errors
/// When it is no socket.
pub fn take_stdin() -> io::Result<Socket> {
    let socket = Socket::from(io::stdin().as_fd().try_clone_to_owned()?);
    socket.peer_addr()?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    Ok(socket)
}

/// This program. On Linux it is the running file itself, even when a build has replaced it.
pub fn this_program() -> io::Result<Command> {
    let running = std::path::Path::new("/proc/self/exe");
    if cfg!(target_os = "linux") && running.exists() {
        return Ok(Command::new(running));
    }
    std::env::current_exe().map(Command::new)
}

/// The processor time that this process has taken.
pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
