//! Validation of spanned TOML tables against their shapes.

pub(crate) mod context;
pub(crate) mod fields;
pub(crate) mod named_list;
pub(crate) mod shape;
