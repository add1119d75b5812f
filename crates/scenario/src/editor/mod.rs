//! Help for people who write scenario files: the JSON Schema and a first file.

mod lab_schema;
pub(crate) mod schema;
pub(crate) mod template;
