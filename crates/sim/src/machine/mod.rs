//! The simulated machines: their state, lifecycle, workers, clocks and timers.

pub(crate) mod clock;
pub(crate) mod cpu;
pub(crate) mod lifecycle;
pub(crate) mod state;
pub(crate) mod timers;
