//! Support for writing scenario files: the JSON Schema, and the template of `netsplit new`.

mod lab_schema;
mod listing;
mod pretty;
pub(crate) mod schema;
mod sentences;
pub(crate) mod template;
