//! The simulator: real node programs on a network that we control.
//!
//! [`simulate`] runs a scenario on a [`Lab`] and returns what happened. Nodes are plain async
//! Rust, written against a [`Host`]: they send messages, call each other, wait, work, and write
//! to disk. Sockets are turmoil-net's and disks turmoil-fs's; the executor and the clock are
//! this crate's. There is no tick: every ready task runs, then time advances to the next event of
//! one heap, ordered by (nanosecond, order of scheduling). The same scenario and seed give the
//! same run, to the last bit.
//!
//! The folders, each beginning with its own state and methods:
//!
//! - `engine`: the event loop, the executor, the event heap, the tracer; `engine/simulate.rs` runs
//!   one scenario from start to end.
//! - `network`: the links, which decide the fate of a message, its delivery, and its form on the
//!   wire.
//! - `machine`: the lifecycle, workers, clock and timers of a host.
//! - `host`: the API of node code.
//! - `fault`: the schedule, the targets and the effects of faults.
//! - `load`: arrivals, sessions and requests.
//!
//! `action` asks the lab for the scenario's actions, `lab` has the traits that a lab implements, and `random` the random streams.
//!
//! What this leaves out: TCP (messages are datagrams), queue limits inside the network, and
//! processing time other than what a node declares with [`Host::work`].

mod action;
pub mod comparison;
mod engine;
mod fault;
mod host;
mod lab;
mod load;
mod machine;
mod network;
mod open_seat;
pub mod prelude;
pub mod random;

pub use action::{Answer, Order};
#[doc(hidden)]
pub use engine::event_loop::live_simulations;
pub use engine::executor::Task;
pub use engine::simulate::{Options, build, simulate, total_duration};
pub use host::Host;
pub use host::disk::Disk;
pub use host::messaging::{Call, Inbox};
pub use host::metrics::HostRng;
pub use host::time::{Elapsed, Sleep, Work};
pub use lab::{Lab, Setup, System};
pub use load::client::{Client, Performing, Reply, Request};
pub use machine::id::NodeId;
#[doc(hidden)]
pub use network::wire::port_of;
pub use network::wire::{CallError, MAX_MESSAGE, Message, Rpc};
pub use rand;
