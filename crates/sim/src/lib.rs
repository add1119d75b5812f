//! The simulator: real node programs on a network that we control.
//!
//! [`simulate`] runs a scenario on a [`Lab`] and returns what happened. Nodes are plain async
//! Rust, written against a [`Host`]: they send messages, call each other, wait, work, and write
//! to disk. Sockets are turmoil-net's and disks turmoil-fs's; the executor and the clock are
//! ours. There is no tick: every ready task runs, then time jumps to the next event of one heap
//! ordered by (nanosecond, order of scheduling). The same scenario and seed give the same run,
//! to the last bit.
//!
//! Modules: `engine` has the event loop, the state that it advances, the executor and the tracer;
//! `network` the links and the messages on them; `machine` a host's lifecycle, workers, clock and
//! timers; `host` the API that lab code sees; `fault` the schedule, targets and effects of faults;
//! `load` arrivals and requests; `random` the random streams.
//!
//! What this leaves out: TCP (messages are datagrams), queue limits inside the network, and
//! time spent computing, which is only what a node declares with [`Host::work`].

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

#[doc(hidden)]
pub use engine::event_loop::live_simulations;
pub use engine::executor::Task;
pub use engine::simulate::{Options, build, simulate, total_duration};
pub use host::Host;
pub use host::disk::Disk;
pub use host::messaging::{Call, Inbox};
pub use host::metrics::HostRng;
pub use host::time::{Elapsed, Sleep, Work};
pub use lab::{Client, Lab, Performing, Reply, Request, Setup, System};
pub use machine::id::NodeId;
#[doc(hidden)]
pub use network::wire::port_of;
pub use network::wire::{CallError, MAX_MESSAGE, Message, Rpc};
pub use rand;
