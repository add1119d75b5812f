//! The part of the schema that is specific to one lab.

use serde_json::{Map, Value as Json, json};

use crate::LabSpec;
use crate::parse::nodes::GROUP;
use crate::value::json_schema::{described, one_of_names, shape};

/// "If `lab` is this lab, then these are its names."
pub(crate) fn condition(lab: &LabSpec, definitions: &mut Map<String, Json>) -> Json {
    let message = json!({ "properties": { "message": { "enum": lab.messages } } });
    let at = json!({
        "if": { "type": "object" },
        "then": { "properties": { "event": one_of_names(lab.events) } },
    });
    let fault = json!({ "properties": {
        "at": at, "latency": message, "loss": message, "duplicate": message,
    } });
    let verbs: Map<_, _> = lab
        .actions
        .iter()
        .map(|verb| (verb.name.to_owned(), json!({ "description": verb.summary })))
        .collect();
    let verb = json!({ "anyOf": [
        one_of_names(lab.actions),
        {
            "type": "object", "properties": verbs, "additionalProperties": false,
            "minProperties": 1, "maxProperties": 1,
        },
    ] });
    let action = json!({ "properties": { "at": at, "do": verb } });
    json!({
        "if": { "properties": { "lab": { "const": lab.name } }, "required": ["lab"] },
        "then": { "properties": {
            "params": params(lab, definitions),
            "variant": variant(lab),
            "nodes": nodes(lab),
            "load": elements(&json!({ "properties": { "mix": mix(lab) } })),
            "network": { "properties": { "link": elements(&message) } },
            "fault": elements(&fault),
            "action": elements(&action),
            "verdict": { "properties": { "catches": { "items": variant(lab) } } },
        } },
    })
}

/// A constraint on each table of an array, or on a single table.
fn elements(table: &Json) -> Json {
    let mut both = table.clone();
    both["items"] = table.clone();
    both
}

fn variant(lab: &LabSpec) -> Json {
    let mut all: Vec<_> =
        lab.variants().iter().map(|variant| described(variant.name, variant.summary)).collect();
    all.push(json!({ "type": "string", "pattern": "=", "description": "SEAT=FILLING, ..." }));
    json!({ "anyOf": all })
}

fn nodes(lab: &LabSpec) -> Json {
    let groups: Map<_, _> = lab
        .groups
        .iter()
        .map(|group| {
            let mut table = shape(&GROUP, true);
            table["description"] = json!(group.summary);
            (group.name.to_owned(), table)
        })
        .collect();
    let named = json!({ "type": "object", "properties": groups, "additionalProperties": false });
    if lab.groups.len() == 1 { json!({ "anyOf": [shape(&GROUP, true), named] }) } else { named }
}

fn mix(lab: &LabSpec) -> Json {
    let weights: Map<_, _> = lab
        .operations
        .iter()
        .map(|operation| {
            let weight = json!({
                "type": "number", "exclusiveMinimum": 0, "description": operation.summary,
            });
            (operation.name.to_owned(), weight)
        })
        .collect();
    json!({
        "type": "object", "properties": weights, "additionalProperties": false,
        "minProperties": 1,
    })
}

/// The lab's parameters. The definitions of their types move into the common ones, prefixed with
/// the lab's name.
fn params(lab: &LabSpec, definitions: &mut Map<String, Json>) -> Json {
    let mut params = (lab.params.schema)().to_value();
    rename_refs(&mut params, lab.name);
    let Json::Object(object) = &mut params else {
        return params;
    };
    object.remove("$schema");
    object.remove("title");
    if let Some(Json::Object(own)) = object.remove("definitions") {
        for (name, definition) in own {
            definitions.insert(format!("{}-{name}", lab.name), definition);
        }
    }
    object.entry("additionalProperties").or_insert(json!(false));
    params
}

fn rename_refs(schema: &mut Json, lab: &str) {
    match schema {
        Json::Object(object) => {
            for (key, value) in object.iter_mut() {
                match value {
                    Json::String(target) if key == "$ref" => {
                        if let Some(name) = target.strip_prefix("#/definitions/") {
                            *target = format!("#/definitions/{lab}-{name}");
                        }
                    }
                    other => rename_refs(other, lab),
                }
            }
        }
        Json::Array(list) => list.iter_mut().for_each(|value| rename_refs(value, lab)),
        _ => {}
    }
}
