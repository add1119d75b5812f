//! The engine: the event loop, the state that it advances, and the record of the run.
//!
//! [`event_loop::Sim`] polls ready tasks ([`executor`]) and handles events ([`events`]) in order of
//! time. Its state is [`world::World`]: the [`core::Core`] that every part uses, and one part each
//! for network, machines, faults and loads. Events and random draws enter the trace ([`tracer`]),
//! whose hash is the fingerprint of the run.

pub(crate) mod budget;
pub(crate) mod core;
pub(crate) mod event_loop;
pub(crate) mod events;
pub(crate) mod executor;
pub(crate) mod logs;
pub(crate) mod panics;
pub(crate) mod simulate;
pub(crate) mod tracer;
pub(crate) mod world;
