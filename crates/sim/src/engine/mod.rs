//! The event loop, the state that it advances, and the record that it leaves.

pub(crate) mod core;
pub(crate) mod event_loop;
pub(crate) mod events;
pub(crate) mod executor;
pub(crate) mod logs;
pub(crate) mod panics;
pub(crate) mod simulate;
pub(crate) mod tracer;
pub(crate) mod world;
