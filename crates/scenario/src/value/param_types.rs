//! Types for the fields of a lab's parameters: durations, shares, rates and distributions, written
//! in `[params]` as everywhere in a scenario file: `service = { exponential = { mean = "10ms" } }`.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};
use toml::de::DeValue;

use crate::Dist;
use crate::diagnostic::source::Sources;
use crate::table::context::Context;
use crate::table::shape::Kind;
use crate::value::dist::dist;
use crate::value::format;
use crate::value::json_schema::standalone;
use crate::value::units::{self, A_DURATION, A_PROBABILITY, A_RATE, Malformed};

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident($inner:ty), $kind:expr, $definition:literal, $expected:expr, $read:path, $number:expr, $show:expr) => {
        $(#[$doc])*
        pub struct $name(pub $inner);

        impl Deref for $name {
            type Target = $inner;

            fn deref(&self) -> &$inner {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&($show)(self.0))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let reader = Reader { expected: $expected, text: $read, number: $number };
                deserializer.deserialize_any(reader).map($name)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $definition.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                Schema::try_from(standalone(&$kind)).expect("kinds have schemas that are objects")
            }
        }
    };
}

quantity! {
    /// A duration: `"150ms"`.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
    Span(Duration), Kind::Duration, "duration", A_DURATION,
    span, |number| unitless(number, A_DURATION), |span: Duration| format::nanos(span.as_nanos() as f64)
}

quantity! {
    #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
    /// A share or a probability, from 0 to 1: `"2%"` or `0.02`.
    Share(f64), Kind::Probability, "probability", A_PROBABILITY, units::probability,
    |number| units::check_probability(number, &number.to_string()), format::percent
}

quantity! {
    #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
    /// A rate, per second: `"200/s"`.
    Rate(f64), Kind::Rate, "rate", A_RATE,
    units::rate, |number| unitless(number, A_RATE), |rate| format!("{rate}/s")
}

impl Span {
    /// Creates a duration in milliseconds.
    pub const fn ms(millis: u64) -> Span {
        Span(Duration::from_millis(millis))
    }
}

fn span(text: &str) -> Result<Duration, Malformed> {
    units::duration(text).map(Duration::from_nanos)
}

fn unitless<T>(number: f64, expected: &'static str) -> Result<T, Malformed> {
    let message = format!("`{number}` has no unit");
    Err(Malformed { message, expected })
}

/// Reads a quantity from a string, or from a number where no unit is needed.
struct Reader<T> {
    /// "expected ...".
    expected: &'static str,
    text: fn(&str) -> Result<T, Malformed>,
    number: fn(f64) -> Result<T, Malformed>,
}

impl<T> Visitor<'_> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected.trim_start_matches("expected "))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.text)(text).map_err(|wrong| custom(&wrong))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        (self.number)(number as f64).map_err(|wrong| custom(&wrong))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        (self.number)(number).map_err(|wrong| custom(&wrong))
    }
}

fn custom<E: Error>(wrong: &Malformed) -> E {
    E::custom(format!("{}; {}", wrong.message, wrong.expected))
}

impl<'de> Deserialize<'de> for Dist {
    /// Uses the reader of scenario files, so that distributions are parsed in one place.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Dist, D::Error> {
        let text = toml::Value::deserialize(deserializer)?.to_string();
        let value = DeValue::parse(&text).map_err(D::Error::custom)?;
        let sources = Sources::new("", &text);
        let problems = RefCell::new(Vec::new());
        let read = dist(&Context::new(&sources, None, &problems), &value);
        match (read, problems.into_inner().first()) {
            (_, Some(problem)) => Err(D::Error::custom(problem.one_line())),
            (Some(dist), None) => Ok(dist),
            (None, None) => Err(D::Error::custom("this is not a distribution")),
        }
    }
}

impl JsonSchema for Dist {
    fn schema_name() -> Cow<'static, str> {
        "distribution".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::try_from(standalone(&Kind::Dist)).expect("kinds have schemas that are objects")
    }
}
