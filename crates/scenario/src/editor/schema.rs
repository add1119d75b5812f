//! The JSON Schema (draft 7) of scenario files, generated from the same
//! [`Shape`](crate::table::shape::Shape)s that the readers validate against, and from the labs'
//! descriptions.
//!
//! Editors that support `#:schema` use it for completion and validation. It is limited to what
//! such editors handle well: definitions, `anyOf`, and one `if`/`then` per lab that narrows
//! `params`, `variant`, `nodes`, mixes, messages, events and actions to that lab's. Quantities are
//! checked by pattern; relations between values (existing names, ordered times, sentences) are
//! checked by `lint`.

use serde_json::{Map, Value as Json, json};

use crate::LabSpec;
use crate::editor::lab_schema;
use crate::parse::SCENARIO;
use crate::parse::trigger::EVENT;
use crate::table::shape::Kind;
use crate::value::json_schema::{definition, described, shape};

/// Returns the JSON Schema (draft 7) of scenario files for these labs.
pub fn schema(labs: &[&LabSpec]) -> Json {
    let mut definitions = Map::new();
    for (name, kind) in DEFINED {
        definitions.insert(name.to_owned(), definition(&kind));
    }
    let mut root = shape(&SCENARIO, true);
    let names: Vec<_> = labs.iter().map(|lab| described(lab.name, lab.summary)).collect();
    root["properties"]["lab"]["anyOf"] = Json::Array(names);
    let conditions: Vec<_> =
        labs.iter().map(|lab| lab_schema::condition(lab, &mut definitions)).collect();
    if !conditions.is_empty() {
        root["allOf"] = Json::Array(conditions);
    }
    root["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    root["title"] = json!("Netsplit scenario");
    root["definitions"] = Json::Object(definitions);
    root
}

/// The definitions, which many tables refer to.
const DEFINED: [(&str, Kind); 9] = [
    ("name", Kind::Name),
    ("duration", Kind::Duration),
    ("signed-duration", Kind::SignedDuration),
    ("distribution", Kind::Dist),
    ("probability", Kind::Probability),
    ("rate", Kind::Rate),
    ("bandwidth", Kind::Bandwidth),
    ("selector", Kind::Selector),
    ("trigger", Kind::Trigger(&EVENT)),
];
