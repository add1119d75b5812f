//! JSON Schema (draft 7) of values and tables.

use serde_json::{Map, Value as Json, json};

use crate::lab::Named;
use crate::table::shape::{Key, Kind, Shape};
use crate::value::dist::DIST;

/// The schema of a kind of value, without references.
pub(crate) fn standalone(kind: Kind) -> Json {
    of(&kind, false)
}

/// The schema of a kind of value that has a definition of its own.
pub(crate) fn definition(kind: &Kind) -> Json {
    simple(kind, true)
}

fn of(kind: &Kind, refs: bool) -> Json {
    let definition = match kind {
        Kind::Name => "name",
        Kind::Duration => "duration",
        Kind::SignedDuration => "signed-duration",
        Kind::Dist => "distribution",
        Kind::Probability => "probability",
        Kind::Rate => "rate",
        Kind::Bandwidth => "bandwidth",
        Kind::Selector => "selector",
        Kind::Trigger(_) => "trigger",
        _ => return compound(kind, refs),
    };
    if refs { json!({ "$ref": format!("#/definitions/{definition}") }) } else { simple(kind, refs) }
}

const DURATION: &str = r"([0-9][0-9_]*(\.[0-9]+)?(ns|us|µs|μs|ms|s|m|min|h)\s*)+$";

/// The kinds of values that have a definition of their own.
fn simple(kind: &Kind, refs: bool) -> Json {
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
            r"^[0-9][0-9_.]*\s*([kKMG]?B|[kMG]?bit|[KM]iB)\s*/s$",
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
            "anyOf": [of(&Kind::Duration, refs), shape(&DIST, refs)],
        }),
        Kind::Trigger(event) => json!({ "anyOf": [of(&Kind::Duration, refs), shape(event, refs)] }),
        _ => json!({
            "description": "Nodes, client hosts, groups, loads, regions or roles by name, or \
                \"any\", \"any(3)\", \"20%\", \"majority\", \"minority\".",
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "string" }, "minItems": 1 },
            ],
        }),
    }
}

fn compound(kind: &Kind, refs: bool) -> Json {
    match kind {
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Integer(min) => json!({ "type": "integer", "minimum": min }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Table(table) => shape(table, refs),
        Kind::List(element) => json!({ "type": "array", "items": of(element, refs) }),
        Kind::Tables(table) => {
            let table = shape(table, refs);
            json!({ "anyOf": [{ "type": "array", "items": table }, table] })
        }
        Kind::Pair(element) => json!({
            "type": "array", "items": of(element, refs), "minItems": 2, "maxItems": 2,
        }),
        Kind::Either(kinds) => {
            let kinds: Vec<_> = kinds.iter().map(|kind| of(kind, refs)).collect();
            json!({ "anyOf": kinds })
        }
        Kind::Map(element) => {
            json!({ "type": "object", "additionalProperties": of(element, refs) })
        }
        Kind::Free => json!({ "type": "object" }),
        _ => json!({ "type": "string" }),
    }
}

/// The schema of a table.
pub(crate) fn shape(shape: &Shape, refs: bool) -> Json {
    let properties: Map<_, _> =
        shape.keys.iter().map(|key| (key.name.to_owned(), property(key, refs))).collect();
    let required: Vec<_> =
        shape.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut table = json!({
        "type": "object",
        "properties": properties,
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
fn property(key: &Key, refs: bool) -> Json {
    let mut inner = of(&key.kind, refs);
    if inner.get("$ref").is_some() {
        inner = json!({ "allOf": [inner] });
    }
    inner["description"] = json!(key.about);
    inner
}

/// A constant string with its description.
pub(crate) fn described(name: &str, summary: &str) -> Json {
    json!({ "const": name, "description": summary })
}

/// Any of these names; no value if there are none.
pub(crate) fn one_of_names(names: &[Named]) -> Json {
    let all: Vec<_> = names.iter().map(|named| described(named.name, named.summary)).collect();
    if all.is_empty() {
        return json!(false);
    }
    json!({ "anyOf": all })
}
