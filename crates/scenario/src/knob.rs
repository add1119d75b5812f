//! Types for the fields of a lab's parameters: what a scenario file may say of a duration or a
//! distribution, it may say in `[params]` too.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Deref;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use toml::de::DeValue;

use crate::Dist;
use crate::context::Context;
use crate::source::Sources;

/// A duration with its unit, such as `"150ms"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

impl Span {
    /// So many milliseconds.
    pub const fn ms(millis: u64) -> Span {
        Span(Duration::from_millis(millis))
    }
}

impl Deref for Span {
    type Target = Duration;

    fn deref(&self) -> &Duration {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        crate::units::duration(&text)
            .map(|nanos| Span(Duration::from_nanos(nanos)))
            .map_err(|wrong| D::Error::custom(format!("{}; {}", wrong.message, wrong.expected)))
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A duration with its unit, such as \"150ms\"."
        })
    }
}

impl<'de> Deserialize<'de> for Dist {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = toml::Value::deserialize(deserializer)?.to_string();
        let value = DeValue::parse(&text).map_err(D::Error::custom)?;
        let problems = RefCell::default();
        let sources = Sources::new("params", &text);
        let dist = crate::dist::dist(&Context::new(&sources, None, &problems), &value);
        match (dist, problems.into_inner().into_iter().next()) {
            (Some(dist), None) => Ok(dist),
            (_, problem) => Err(D::Error::custom(
                problem.map_or("this is no distribution".into(), |problem| {
                    problem.one_line()
                }),
            )),
        }
    }
}

impl JsonSchema for Dist {
    fn schema_name() -> Cow<'static, str> {
        "Distribution".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "object"],
            "description": "A duration, or a distribution of durations, such as \"2ms\" or { exponential = { mean = \"1ms\" } }."
        })
    }
}
