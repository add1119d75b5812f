//! The JSON Schema (draft 7) of scenario files, written from the same [`Shape`](crate::table::shape::Shape)s that the
//! readers check against, and from what the labs tell about themselves.
//!
//! Editors that honour `#:schema` complete and check with it. It stays within what such
//! editors handle well: definitions, `anyOf`, and one `if`/`then` per lab that narrows
//! `params`, `variant`, `nodes`, mixes, messages, events and actions to that lab's. Quantities are
//! checked by pattern; what only makes sense together (names that exist, times in order,
//! sentences) is left to `lint`.

use serde_json::{Map, Value as Json, json};

use crate::LabSpec;
use crate::editor::lab_schema;
use crate::parse::SCENARIO;
use crate::parse::trigger::EVENT;
use crate::table::shape::Kind;
use crate::value::json_schema::{definition, described, shape};

/// The JSON Schema of scenario files about these labs.
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

/// What many places hold is defined once.
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
