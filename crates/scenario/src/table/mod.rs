//! Spanned TOML, read against the shape that a table should have.

pub(crate) mod context;
pub(crate) mod fields;
pub(crate) mod named_list;
pub(crate) mod shape;
