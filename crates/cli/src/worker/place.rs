//! The place where a lost run ended: the host and the simulated time.
//!
//! A process that has ended cannot say where it was. But a run can be done again, and ends where it
//! ended before; this time the worker tells each place before code of the lab runs there.

use std::process::Stdio;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use netsplit_history::Time;

use super::os::Socket;
use super::protocol::{Answer, Request, send};
use super::{Program, Worker};

/// How long code of the lab may take at one place before the search ends there.
const SILENCE: Duration = Duration::from_secs(5);

/// How long the search may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// The last place that was told, and the socket.
static TOLD: OnceLock<Mutex<(String, Socket)>> = OnceLock::new();

/// Finds the place where a request ends that asks for places; `None` when that takes too long, or
/// it does not end again.
#[expect(clippy::disallowed_methods, reason = "patience is about real time")]
pub fn find(program: &Program, request: &Request) -> Option<String> {
    let started = Instant::now();
    let mut worker = Worker::with_stderr(program, Stdio::null()).ok()?;
    worker.link.give_up_after(SILENCE).ok()?;
    worker.send(request).ok()?;
    let mut place = None;
    while let Ok(Some(answer)) = worker.link.receive() {
        match answer {
            Answer::At(next) => place = Some(next),
            Answer::Printed(_) => {}
            Answer::Done | Answer::Entry(_) | Answer::Ran(_) => return None,
            Answer::Lost(_) => break,
        }
        if started.elapsed() > PATIENCE {
            return None;
        }
    }
    place
}

/// Tells the places of this worker's simulations from now on, if it was asked to.
pub fn tell_if_asked(request: &Request, socket: &Socket) {
    let places = match request {
        Request::Command { places, .. } => *places,
        Request::Simulate(run) => run.places,
        Request::Run(_) | Request::End(_) => false,
    };
    if let Some(socket) = places.then(|| socket.try_clone().ok()).flatten() {
        let _ = TOLD.set(Mutex::new((String::new(), socket)));
    }
}

/// What a simulation calls before code of the lab runs.
pub fn teller() -> Option<fn(Time, &str)> {
    TOLD.get().map(|_| tell as fn(Time, &str))
}

fn tell(at: Time, host: &str) {
    let Some(Ok(mut told)) = TOLD.get().map(Mutex::lock) else {
        return;
    };
    let place = format!("{host} at {at}");
    if told.0 != place {
        let _ = send(&mut told.1, &Answer::At(place.clone()));
        told.0 = place;
    }
}
