//! A lab's parameter type, and parameters that were checked against it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;

/// A lab's parameter type, without the type.
#[derive(Clone, Copy)]
pub struct ParamsSpec {
    /// Its JSON Schema; doc comments are the descriptions.
    pub schema: fn() -> Schema,
    /// Reads a table as a value of it. The error carries the place.
    pub read: fn(toml::de::Deserializer<'_>) -> Result<CheckedParams, toml::de::Error>,
}

impl ParamsSpec {
    /// The description of the parameter type `P`.
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

/// Parameters of the lab's own type, without the type.
#[derive(Clone)]
pub struct CheckedParams(Arc<dyn Any + Send + Sync>);

impl CheckedParams {
    /// Wraps parameters.
    pub fn new<P: Send + Sync + 'static>(params: P) -> CheckedParams {
        CheckedParams(Arc::new(params))
    }

    /// The parameters, if they are of type `P`.
    pub fn get<P: 'static>(&self) -> Option<&P> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for CheckedParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CheckedParams")
    }
}
