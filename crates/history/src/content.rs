//! Inputs and outputs of operations.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The input or the output of an operation: a JSON value. It takes two words and nothing else where
/// it is null or a whole number, as most are.
#[derive(Clone, Default, PartialEq)]
pub struct Content(Kept);

#[derive(Clone, Default, PartialEq)]
enum Kept {
    #[default]
    Null,
    Whole(u64),
    /// Any other value.
    Other(Box<Value>),
}

impl Content {
    /// The value.
    pub fn value(&self) -> Cow<'_, Value> {
        match &self.0 {
            Kept::Null => Cow::Owned(Value::Null),
            Kept::Whole(number) => Cow::Owned((*number).into()),
            Kept::Other(value) => Cow::Borrowed(value),
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        self.0 == Kept::Null
    }

    /// The number, if it is a whole one that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match self.0 {
            Kept::Whole(number) => Some(number),
            Kept::Null | Kept::Other(_) => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        self.other().and_then(Value::as_bool)
    }

    /// The elements, if it is an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        self.other().and_then(Value::as_array).map(Vec::as_slice)
    }

    /// The value, if it is neither null nor a whole number.
    fn other(&self) -> Option<&Value> {
        match &self.0 {
            Kept::Other(value) => Some(value),
            Kept::Null | Kept::Whole(_) => None,
        }
    }
}

impl<T: Into<Value>> From<T> for Content {
    fn from(value: T) -> Content {
        let value = value.into();
        Content(match value.as_u64() {
            Some(number) => Kept::Whole(number),
            None if value.is_null() => Kept::Null,
            None => Kept::Other(Box::new(value)),
        })
    }
}

impl PartialEq<Value> for Content {
    fn eq(&self, other: &Value) -> bool {
        *self.value() == *other
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.value(), f)
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Content, D::Error> {
        Value::deserialize(deserializer).map(Content::from)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_value_comes_back() {
        let values = [
            json!(null),
            json!(0),
            json!(u64::MAX),
            json!(-1),
            json!(1.0),
            json!(1.5),
            json!(true),
            json!("7"),
            json!([7, null]),
            json!({"a": 7}),
        ];
        for value in values {
            let content = Content::from(value.clone());
            assert_eq!(*content.value(), value);
            assert!(content == value);
            assert_eq!(content.to_string(), value.to_string());
            assert_eq!(serde_json::to_value(&content).unwrap(), value);
            assert_eq!(serde_json::from_value::<Content>(value.clone()).unwrap(), content);
            assert_eq!(content.is_null(), value.is_null());
            assert_eq!(content.as_u64(), value.as_u64());
            assert_eq!(content.as_bool(), value.as_bool());
            assert_eq!(content.as_array(), value.as_array().map(Vec::as_slice));
        }
    }
}
