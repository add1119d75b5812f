//! Single values: numbers with units, names, distributions.

pub(crate) mod dist;
pub(crate) mod format;
pub(crate) mod json_schema;
pub(crate) mod param_types;
pub(crate) mod scalar;
pub(crate) mod units;
pub(crate) mod without_spans;
