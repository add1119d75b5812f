//! Lines of other systems: what they may have that ours do not, as long as it can mean only one thing.
//!
//! - Clients may have names. They are numbered from 1, in order of appearance. Numbers of theirs have
//!   at most 32 bits.
//! - A key may be a number, unless the same history has it as a string as well.
//! - Fields that this format does not have are ignored, unless one might be a field that is missing:
//!   `"value": 7` may be the input of a write that has none.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

use crate::{Name, Outcome, Status, numbers};

/// A line as it is read.
#[derive(Deserialize)]
#[expect(clippy::option_option, reason = "a key that is null is not a key that is missing")]
pub(super) struct Line {
    pub client: Label,
    pub op: Name,
    #[serde(default, deserialize_with = "stated")]
    pub key: Option<Option<Label>>,
    #[serde(default, deserialize_with = "stated")]
    pub input: Option<Value>,
    #[serde(default, deserialize_with = "stated")]
    pub output: Option<Value>,
    #[serde(default)]
    pub intended_ns: Option<u64>,
    pub invoke_ns: u64,
    #[serde(default)]
    pub return_ns: Option<u64>,
    pub outcome: Outcome,
    #[serde(default)]
    pub load: Option<Name>,
    #[serde(default)]
    pub status: Option<Status>,
    #[serde(default)]
    pub error: Option<Name>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

/// A field that is there is `Some`, even if it is null.
fn stated<'de, T: Deserialize<'de>, D: Deserializer<'de>>(field: D) -> Result<Option<T>, D::Error> {
    T::deserialize(field).map(Some)
}

/// A client or a key.
#[derive(Debug, PartialEq)]
pub(super) enum Label {
    Number(Number),
    Text(String),
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(field: D) -> Result<Label, D::Error> {
        let mut value = Value::deserialize(field)?;
        numbers::canonical(&mut value);
        match value {
            Value::Number(number) => Ok(Label::Number(number)),
            Value::String(text) => Ok(Label::Text(text)),
            other => {
                let why = format!("a client or a key is a number or a string, not {other}");
                Err(serde::de::Error::custom(why))
            }
        }
    }
}

impl Line {
    /// Fails when a field that this format does not have might be one that is missing.
    pub fn refuse_ambiguous(&self) -> Result<(), String> {
        let Some(other) = self.others.keys().next() else {
            return Ok(());
        };
        let (reads, writes) = match &*self.op {
            "read" | "get" => (true, false),
            "write" | "put" | "append" => (false, true),
            "delete" => (false, false),
            _ => (true, true),
        };
        let missing = [
            ("key", self.key.is_none()),
            ("input", writes && self.input.is_none()),
            ("output", reads && self.output.is_none()),
        ];
        match missing.iter().find(|(_, missing)| *missing) {
            Some((field, _)) => Err(format!(
                "there is no field `{other}`, and no `{field}` here: rename it, or write \
                 \"{field}\": null as well"
            )),
            None => Ok(()),
        }
    }
}

/// The clients and keys of a history, each with the line of its first appearance.
#[derive(Default)]
pub(super) struct Names {
    numbered_client: Option<usize>,
    clients: BTreeMap<String, (u32, usize)>,
    keys: BTreeMap<Name, (bool, usize)>,
}

impl Names {
    /// The number of a client.
    pub fn client(&mut self, client: &Label, line: usize) -> Result<u32, String> {
        let named = self.clients.values().map(|(_, line)| *line).next();
        let mixed = |other| format!("clients have either numbers or names: see line {other}");
        match client {
            Label::Number(number) => {
                self.numbered_client.get_or_insert(line);
                let whole = number.as_u64().ok_or(format!("a client is not numbered {number}"))?;
                let whole = u32::try_from(whole).map_err(|_| {
                    let most = u32::MAX;
                    format!("a client's number is at most {most}: give clients names (\"{whole}\")")
                })?;
                named.map_or(Ok(whole), |other| Err(mixed(other)))
            }
            Label::Text(name) => {
                let next = self.clients.len() as u32 + 1;
                let (number, _) = self.clients.entry(name.clone()).or_insert((next, line));
                self.numbered_client.map_or(Ok(*number), |other| Err(mixed(other)))
            }
        }
    }

    /// A key as text.
    pub fn key(&mut self, key: Label, line: usize) -> Result<Name, String> {
        let (text, number) = match key {
            Label::Number(number) => (number.to_string(), true),
            Label::Text(text) => (text, false),
        };
        let name = Name::from(text);
        let (before, first) = *self.keys.entry(name.clone()).or_insert((number, line));
        if before == number {
            return Ok(name);
        }
        Err(format!(
            "the key {name} is a number in one of this line and line {first}, and a string in the other"
        ))
    }
}
