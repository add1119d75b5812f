//! The messages between clients, balancers and servers.

use netsplit_sim::prelude::*;

messages! { KINDS:
    Ask "ask" @ 100 => Answer "answer";
    Job "request" @ 101 => Done "response";
    Check "check" @ 102 => Health "health";
    Serve "serve" @ 103;
    Usage "usage" @ 104 => Used "used";
}

/// A request: from a client to a balancer. It carries its work, so that it is the same request under
/// every variant.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ask {
    pub work: Duration,
}

/// The answer to an [`Ask`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// A server has done the work.
    Done,
    /// The server has failed it, or has not answered.
    Failed,
    /// No server may be chosen.
    NoServer,
}

/// A request: from a balancer to the server that it has chosen.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub work: Duration,
}

/// Whether the server has done the work.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Done(pub bool);

/// A health check, which is at once a request for a report.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Check;

/// The answer to a [`Check`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Health {
    /// Whether the server is in service, or else starting, or stopped.
    pub in_service: bool,
    /// Whether the server could do a request now, as far as the check goes.
    pub ok: bool,
    /// The requests that it has, waiting or being done.
    pub load: u32,
    /// How long it has been in service; `None` if since the run began.
    pub age: Option<Duration>,
}

/// Starts a server, or stops it: from the scaler. A server that is stopped finishes what it has.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Serve(pub bool);

/// Asks a server how busy it has been.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Usage;

/// The answer to a [`Usage`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Used {
    pub in_service: bool,
    /// How long its workers have been busy since it started, all together.
    pub busy: Duration,
}
