//! A lab's parameter type, and parameters that were checked against it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;

/// The parameter type of a lab, type-erased.
#[derive(Clone, Copy)]
pub struct ParamsSpec {
    /// Creates its JSON Schema, with doc comments as descriptions.
    pub schema: fn() -> Schema,
    /// Deserializes a table into it. The error has a span.
    pub read: fn(toml::de::Deserializer<'_>) -> Result<CheckedParams, toml::de::Error>,
}

impl ParamsSpec {
    /// Creates the description of the parameter type `P`.
    pub const fn of<P>() -> ParamsSpec
    where
        P: DeserializeOwned + JsonSchema + Send + Sync + 'static,
    {
        ParamsSpec {
            schema: || {
                schemars::generate::SchemaSettings::draft07()
                    .into_generator()
                    .into_root_schema_for::<P>()
            },
            read: |table| P::deserialize(table).map(CheckedParams::new),
        }
    }
}

impl fmt::Debug for ParamsSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ParamsSpec")
    }
}

/// Parameters of the lab's own type, type-erased.
#[derive(Clone)]
pub struct CheckedParams(Arc<dyn Any + Send + Sync>);

impl CheckedParams {
    /// Wraps parameters.
    pub fn new<P: Send + Sync + 'static>(params: P) -> CheckedParams {
        CheckedParams(Arc::new(params))
    }

    /// Returns the parameters, or `None` if they are not of type `P`.
    pub fn get<P: 'static>(&self) -> Option<&P> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for CheckedParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CheckedParams")
    }
}
