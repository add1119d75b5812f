//! Support for writing scenario files: the JSON Schema, and the template of `netsplit new`.

mod lab_schema;
pub(crate) mod schema;
pub(crate) mod template;
