//! The network: links, the messages on them, and their form on the wire.

pub(crate) mod delivery;
pub(crate) mod link_effects;
pub(crate) mod links;
pub(crate) mod wire;
