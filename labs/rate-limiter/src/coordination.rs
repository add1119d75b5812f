//! How gateways share a limit.
//!
//! A [`Coordination`] answers one question for a gateway: may this request pass? Three of them:
//!
//! | where | who decides | price |
//! |---|---|---|
//! | `local` | the gateway, by a limiter of its own | N gateways admit N times the limit |
//! | `central` | one store, asked for every request | a round trip each, and the store may be away |
//! | `synced` | the gateway, by a budget that the store renews | a bounded overshoot |
//!
//! What becomes of a request when nobody can say is the seat [`Outage`]: turned away, or let
//! through.
//!
//! What this leaves out: a fallback in between, a local limiter with a share of the limit, which
//! is what most services that can afford it do.

mod central;
mod local;
mod synced;

use std::pin::Pin;
use std::time::Duration;

use crate::messages::Tenant;

pub use central::{Central, Clock, serve_central};
pub use local::Local;
pub use synced::{Synced, settle};

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It passes after so long.
    Admit(Duration),
    /// It is one too many; it might pass after so long.
    Reject(Duration),
    /// Nobody can say, and so it does not pass.
    Unavailable,
}

/// A decision that may need messages.
pub type Deciding = Pin<Box<dyn Future<Output = Ruling>>>;

/// Decides for one gateway.
pub trait Coordination {
    /// May this request pass?
    fn decide(&self, tenant: Tenant) -> Deciding;

    /// An admitted request was served.
    fn done(&self, _tenant: Tenant) {}
}

/// What becomes of requests that nobody can decide about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// They do not pass: the limit holds, the service is down.
    FailClosed,
    /// They pass: the service is up, without a limit.
    FailOpen,
}
