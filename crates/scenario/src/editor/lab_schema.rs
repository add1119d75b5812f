//! The part of the schema that is specific to one lab: the kinds of values with its names.

use serde_json::{Map, Value as Json, json};

use crate::editor::schema::Definitions;
use crate::editor::sentences;
use crate::lab::Named;
use crate::table::shape::{Kind, Shape};
use crate::value::json_schema::{described, standalone};
use crate::{ActionSpec, ArgKind, ArgSpec, LabSpec};

/// Whether the lab has any value for a kind, such as the name of an event.
pub(super) fn has_values(lab: &LabSpec, kind: &Kind) -> bool {
    match kind {
        Kind::Nodes(_) => !lab.groups.is_empty(),
        Kind::Mix => !lab.operations.is_empty(),
        Kind::Message => !lab.messages.is_empty(),
        Kind::Event => !lab.events.is_empty(),
        Kind::Verb => !lab.actions.is_empty(),
        Kind::Table(shape) | Kind::Tables(shape) => {
            let mut required = shape.keys.iter().filter(|key| key.required);
            required.all(|key| has_values(lab, &key.kind))
        }
        _ => true,
    }
}

/// The schema of a kind that has no definition.
pub(super) fn inline(lab: &LabSpec, kind: &Kind) -> Option<Json> {
    matches!(kind, Kind::Lab).then(|| described(lab.name, lab.summary))
}

/// The definition of a kind of value with the lab's names.
pub(super) fn definition(lab: &LabSpec, kind: &Kind, all: &mut Definitions) -> Json {
    match kind {
        Kind::Variant => variant(lab),
        Kind::Nodes(group) => nodes(lab, group, all),
        Kind::Params => params(lab, all),
        Kind::Mix => mix(lab),
        Kind::Message => any_of(vec![json!({ "enum": lab.messages })]),
        Kind::Event => any_of(names(lab.events)),
        Kind::Verb => verb(lab, all),
        Kind::Selector => selector(lab),
        Kind::Trigger(event) => trigger(lab, event, all),
        Kind::Sentence => suggested(&sentences::of_run(lab), &sentences::of_names(lab)),
        Kind::SweepSentence => suggested(&sentences::of_sweep(lab), &[]),
        Kind::Answer => suggested(&sentences::of_answers(lab), &[]),
        _ => all.shared(lab, kind),
    }
}

/// One of these values, or the empty string. A name that is still to be typed must not make the
/// whole scenario invalid: editors complete with the names of all labs if no branch is valid.
fn any_of(mut values: Vec<Json>) -> Json {
    values.push(json!({ "type": "string", "maxLength": 0 }));
    json!({ "anyOf": values })
}

fn names(names: &[Named]) -> Vec<Json> {
    names.iter().map(|named| described(named.name, named.summary)).collect()
}

fn variant(lab: &LabSpec) -> Json {
    let mut all: Vec<_> =
        lab.variants().iter().map(|variant| described(variant.name, variant.summary)).collect();
    all.push(json!({ "type": "string", "pattern": "[=,]", "description": "SEAT=FILLING, ..." }));
    any_of(all)
}

fn nodes(lab: &LabSpec, group: &'static Shape, all: &mut Definitions) -> Json {
    let group = all.reference(lab, &Kind::Table(group));
    let groups: Map<_, _> = lab
        .groups
        .iter()
        .map(|one| (one.name.to_owned(), json!({ "allOf": [group], "description": one.summary })))
        .collect();
    let named = json!({ "type": "object", "properties": groups, "additionalProperties": false });
    if lab.groups.len() == 1 { json!({ "anyOf": [group, named] }) } else { named }
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
    json!({ "type": "object", "properties": weights, "additionalProperties": false })
}

fn verb(lab: &LabSpec, all: &mut Definitions) -> Json {
    let optional = |action: &&ActionSpec| !action.args.iter().any(|arg| arg.required);
    let bare = lab.actions.iter().filter(optional);
    let mut verbs: Vec<_> = bare.map(|action| described(action.name, action.summary)).collect();
    let with_arguments: Map<_, _> = lab
        .actions
        .iter()
        .map(|action| (action.name.to_owned(), arguments(lab, action, all)))
        .collect();
    verbs.push(json!({
        "type": "object", "properties": with_arguments, "additionalProperties": false,
        "maxProperties": 1,
    }));
    any_of(verbs)
}

/// A table of an action's arguments; a single one also without its key.
fn arguments(lab: &LabSpec, action: &ActionSpec, all: &mut Definitions) -> Json {
    let properties: Map<_, _> = action
        .args
        .iter()
        .map(|arg| {
            let value = json!({ "allOf": [argument(lab, arg, all)], "description": arg.summary });
            (arg.name.to_owned(), value)
        })
        .collect();
    let required = action.args.iter().filter(|arg| arg.required).map(|arg| arg.name);
    let table = json!({
        "type": "object", "properties": properties, "additionalProperties": false,
        "required": required.collect::<Vec<_>>(),
    });
    let mut forms = vec![table];
    if let [only] = action.args {
        forms.push(argument(lab, only, all));
    }
    json!({ "description": action.summary, "anyOf": forms })
}

fn argument(lab: &LabSpec, arg: &ArgSpec, all: &mut Definitions) -> Json {
    let kind = match arg.kind {
        ArgKind::Node(_) => {
            let mut words = names(lab.roles);
            words.push(described("any", "Any node of the group"));
            words.push(json!({ "type": "string", "description": "The name of a node." }));
            return json!({ "anyOf": words });
        }
        ArgKind::Nodes => Kind::Selector,
        ArgKind::Count => Kind::Integer(1),
        ArgKind::Duration => Kind::Duration,
    };
    all.reference(lab, &kind).unwrap_or_else(|| standalone(&kind))
}

/// As for all labs, with the roles before the other words.
fn selector(lab: &LabSpec) -> Json {
    let mut selector = standalone(&Kind::Selector);
    if let Some(all) = selector["anyOf"].as_array_mut() {
        all.splice(0..0, names(lab.roles));
    }
    selector
}

fn trigger(lab: &LabSpec, event: &Shape, all: &mut Definitions) -> Json {
    let time = all.reference(lab, &Kind::Duration);
    json!({ "anyOf": [time, all.table(lab, event, "trigger")] })
}

/// Any string, with suggestions: general ones, and others with their meaning.
fn suggested(general: &[String], others: &[(String, &str)]) -> Json {
    let mut all = vec![json!({ "enum": general })];
    all.extend(others.iter().map(|(sentence, about)| described(sentence, about)));
    all.push(json!({ "type": "string" }));
    json!({ "anyOf": all })
}

/// The lab's parameters. The definitions of their types move into the common ones, prefixed with
/// the lab's name, except for those that are there already.
fn params(lab: &LabSpec, all: &mut Definitions) -> Json {
    let mut params = (lab.params.schema)().to_value();
    let own = params.as_object_mut().and_then(|object| object.remove("definitions"));
    shorten(&mut params, lab, all);
    if let Some(Json::Object(own)) = own {
        for (name, mut definition) in own {
            if all.by_name(lab, &name).is_none() {
                shorten(&mut definition, lab, all);
                all.add(&format!("{}.{name}", lab.name), |_| definition);
            }
        }
    }
    if let Json::Object(object) = &mut params {
        object.remove("$schema");
        object.remove("title");
        object.entry("additionalProperties").or_insert(json!(false));
    }
    params
}

fn shorten(schema: &mut Json, lab: &LabSpec, all: &mut Definitions) {
    match schema {
        Json::Object(object) => {
            // The width of a Rust integer, of which editors show and check nothing.
            if object.get("format").is_some_and(Json::is_string) {
                object.remove("format");
            }
            for (key, value) in object.iter_mut() {
                match value {
                    Json::String(target) if key == "$ref" => {
                        if let Some(name) = target.strip_prefix("#/definitions/")
                            && all.by_name(lab, name).is_none()
                        {
                            *target = format!("#/definitions/{}.{name}", lab.name);
                        }
                    }
                    other => shorten(other, lab, all),
                }
            }
        }
        Json::Array(list) => list.iter_mut().for_each(|value| shorten(value, lab, all)),
        _ => {}
    }
}
