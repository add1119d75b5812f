//! The simulator: real node programs on a network that we control.
//!
//! [`simulate`] runs a scenario on a [`Lab`] and returns what happened. Nodes are plain async
//! Rust, written against a [`Host`]: they send messages, call each other, wait, work, and write
//! to disk. Sockets are turmoil-net's and disks turmoil-fs's; the executor and the clock are
//! ours. There is no tick: every ready task runs, then time jumps to the next event of one heap
//! ordered by (nanosecond, order of scheduling). The same scenario and seed give the same run,
//! to the last bit.
//!
//! Where to look: `sim` is the loop, `world` its state, `links` the fate of a message, `cpu`
//! the workers of a node, `faults` what breaks, `load` who asks for what, `host` what lab code
//! sees, `random` where chance comes from.
//!
//! What this leaves out: TCP (messages are datagrams), queue limits inside the network, and
//! time spent computing, which is only what a node declares with [`Host::work`].

mod clock;
mod cpu;
mod disk;
mod events;
mod executor;
mod faults;
mod host;
mod hosts;
mod lab;
mod links;
mod load;
mod logs;
mod messages;
mod panics;
pub mod random;
mod requests;
mod run;
mod selectors;
mod sim;
mod tracer;
mod world;

pub use disk::Disk;
pub use executor::Task;
pub use host::{Call, Elapsed, Host, HostRng, Inbox, Sleep, Work};
pub use hosts::NodeId;
pub use lab::{Client, Lab, Performing, Reply, Request, Setup, System};
pub use messages::{CallError, MAX_MESSAGE, Message, Rpc};
pub use run::{Options, simulate, total_duration};
