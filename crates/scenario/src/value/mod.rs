//! Values: scalars, quantities with units, distributions, and their JSON Schema.

pub(crate) mod dist;
pub(crate) mod format;
pub(crate) mod json_schema;
pub(crate) mod param_types;
pub(crate) mod scalar;
pub(crate) mod units;
pub(crate) mod without_spans;
