//! The simulator: real node programs on a network that we control.
//!
//! [`simulate`] runs a scenario on a [`Lab`] and returns what happened. Nodes are plain async
//! Rust, written against a [`Host`]: they send messages, call each other, wait, work, and write
//! to disk. Sockets are turmoil-net's and disks turmoil-fs's; the executor and the clock are
//! ours. There is no tick: every ready task runs, then time jumps to the next event of one heap
//! ordered by (nanosecond, order of scheduling). The same scenario and seed give the same run,
//! to the last bit.
//!
//! Where to look: `sim` is the loop and `world` its state; `life` starts and crashes hosts;
//! `links` decides the fate of a message and `delivery` carries it out; `cpu` has the workers of
//! a node, `clock` and `timers` its time; `faults` says what breaks, `strikes` when, and
//! `effects` what that does to a host; `load` and `requests` are who asks for what; `host`,
//! `messaging`, `waiting`, `recording` and `disk` are what lab code sees; `random` is where
//! chance comes from, and `tracer` where everything is hashed.
//!
//! What this leaves out: TCP (messages are datagrams), queue limits inside the network, and
//! time spent computing, which is only what a node declares with [`Host::work`].

mod changes;
mod clock;
mod cpu;
mod delivery;
mod disk;
mod effects;
mod events;
mod executor;
mod faults;
mod host;
mod hosts;
mod lab;
mod life;
mod links;
mod load;
mod logs;
mod messages;
mod messaging;
mod open_seat;
mod panics;
pub mod prelude;
pub mod random;
mod recording;
mod requests;
mod run;
mod selectors;
mod sim;
mod strikes;
mod timers;
mod tracer;
mod waiting;
mod world;

pub use disk::Disk;
pub use executor::Task;
pub use host::Host;
pub use hosts::NodeId;
pub use lab::{Client, Lab, Performing, Reply, Request, Setup, System};
#[doc(hidden)]
pub use messages::port_of;
pub use messages::{CallError, MAX_MESSAGE, Message, Rpc};
pub use messaging::{Call, Inbox};
pub use rand;
pub use recording::HostRng;
pub use run::{Options, build, simulate, total_duration};
#[doc(hidden)]
pub use sim::live_simulations;
pub use waiting::{Elapsed, Sleep, Work};
