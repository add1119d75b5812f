//! JSON Schema (draft 7) of values and tables.

use serde_json::{Map, Value as Json, json};

use crate::table::shape::{Key, Kind, Shape};
use crate::value::dist::DIST;

/// Provides the schema of a kind of value inside another, such as a reference to its definition;
/// `None` for the kind's own schema in place.
pub(crate) type Nested<'n> = dyn FnMut(&Kind) -> Option<Json> + 'n;

/// The schema of a kind of value, without references.
pub(crate) fn standalone(kind: &Kind) -> Json {
    of(kind, &mut |_| None)
}

const DURATION: &str = r"([0-9][0-9_]*(\.[0-9]+)?(ns|us|µs|μs|ms|s|m|min|h)\s*)+$";

/// The schema of a kind of value. Of kinds that depend on the lab, what they have in common for all
/// labs.
pub(crate) fn of(kind: &Kind, nested: &mut Nested<'_>) -> Json {
    let pattern = |about: &str, pattern: &str| json!({ "type": "string", "pattern": pattern, "description": about });
    match kind {
        Kind::Name => pattern("A name.", r"^[A-Za-z][A-Za-z0-9_-]*$"),
        Kind::Duration => {
            pattern("A duration, such as \"150ms\" or \"1m30s\".", &format!("^\\s*{DURATION}"))
        }
        Kind::SignedDuration => {
            pattern("A duration, such as \"-50ms\".", &format!("^\\s*[-+]?{DURATION}"))
        }
        Kind::Rate => pattern("A rate, such as \"200/s\".", r"^[0-9][0-9_.]*\s*/\s*(s|min|h)$"),
        Kind::Bandwidth => pattern(
            "A bandwidth, such as \"10MB/s\" or \"1Mbit/s\".",
            r"^[0-9][0-9_.]*\s*([kKMG]?B|[kMG]?bit|[KMG]iB)\s*/s$",
        ),
        Kind::Size => pattern(
            "An amount of memory, such as \"500MB\" or \"2GB\".",
            r"^[0-9][0-9_.]*\s*([kKMG]?B|[KMG]iB)$",
        ),
        Kind::Probability => json!({
            "description": "A probability, such as \"2%\" or 0.02.",
            "anyOf": [
                { "type": "number", "minimum": 0, "maximum": 1 },
                { "type": "string", "pattern": r"^\s*[0-9][0-9_.]*\s*%?\s*$" },
            ],
        }),
        Kind::Dist => json!({
            "description": "A duration, or a distribution of durations.",
            "anyOf": [inner(&Kind::Duration, nested), table(&DIST, nested)],
        }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Integer(min) => json!({ "type": "integer", "minimum": min }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Table(shape) | Kind::Nodes(shape) => table(shape, nested),
        Kind::List(element) => json!({ "type": "array", "items": inner(element, nested) }),
        Kind::Tables(shape) => {
            let table = inner(&Kind::Table(shape), nested);
            json!({ "anyOf": [{ "type": "array", "items": table }, table] })
        }
        Kind::Pair(element) => json!({
            "type": "array", "items": inner(element, nested), "minItems": 2, "maxItems": 2,
        }),
        Kind::Either(kinds) => {
            let kinds: Vec<_> = kinds.iter().map(|kind| inner(kind, nested)).collect();
            json!({ "anyOf": kinds })
        }
        Kind::Trigger(event) => {
            json!({ "anyOf": [inner(&Kind::Duration, nested), table(event, nested)] })
        }
        Kind::Params | Kind::Mix => json!({ "type": "object" }),
        Kind::Selector => json!({
            "description": "Nodes, client hosts, groups, loads, regions or roles by name, or \
                \"any\", \"any(3)\", \"20%\", \"majority\", \"minority\".",
            "anyOf": [
                { "enum": ["any", "majority", "minority"] },
                { "type": "string", "description": "A name, \"any(3)\" or \"20%\"." },
                { "type": "array", "items": { "type": "string" }, "minItems": 1 },
            ],
        }),
        Kind::Verb => json!({}),
        Kind::Text
        | Kind::Lab
        | Kind::Variant
        | Kind::Message
        | Kind::Event
        | Kind::Sentence
        | Kind::SweepSentence
        | Kind::Answer => json!({ "type": "string" }),
    }
}

fn inner(kind: &Kind, nested: &mut Nested<'_>) -> Json {
    nested(kind).unwrap_or_else(|| of(kind, nested))
}

/// The schema of a table.
fn table(shape: &Shape, nested: &mut Nested<'_>) -> Json {
    let keys = shape.keys.iter();
    table_of(shape, keys.map(|key| (key.name.to_owned(), property(key, nested))).collect())
}

/// The schema of a table with these properties.
pub(crate) fn table_of(shape: &Shape, properties: Map<String, Json>) -> Json {
    let required: Vec<_> =
        shape.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut table = json!({
        "type": "object",
        "properties": Json::Object(properties),
        "additionalProperties": false,
    });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    if !shape.one_of.is_empty() {
        let one: Vec<_> = shape.one_of.iter().map(|key| json!({ "required": [key] })).collect();
        table["oneOf"] = Json::Array(one);
    }
    table
}

/// Draft 7 ignores the siblings of a `$ref`, so the description needs a level of its own.
pub(crate) fn property(key: &Key, nested: &mut Nested<'_>) -> Json {
    let mut value = inner(&key.kind, nested);
    if value.get("$ref").is_some() {
        value = json!({ "allOf": [value] });
    }
    value["description"] = json!(key.about);
    value
}

/// A constant string with its description.
pub(crate) fn described(name: &str, summary: &str) -> Json {
    json!({ "const": name, "description": summary })
}
