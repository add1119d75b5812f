//! Inputs and outputs of operations.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The input or the output of an operation: a JSON value, which takes one word where it is null, as
/// most are.
#[derive(Clone, Default, PartialEq)]
pub struct Content(Option<Box<Value>>);

impl Deref for Content {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.0.as_deref().unwrap_or(&Value::Null)
    }
}

impl<T: Into<Value>> From<T> for Content {
    fn from(value: T) -> Content {
        Content(Some(value.into()).filter(|value| !value.is_null()).map(Box::new))
    }
}

impl PartialEq<Value> for Content {
    fn eq(&self, other: &Value) -> bool {
        **self == *other
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Content, D::Error> {
        Value::deserialize(deserializer).map(Content::from)
    }
}
