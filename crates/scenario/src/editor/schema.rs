//! The JSON Schema (draft 7) of scenario files, generated from the same
//! [`Shape`]s that the readers validate against, and from the labs' descriptions.
//!
//! Editors that support `#:schema` use it for completion and validation. It is limited to what
//! such editors handle well: the root has one `oneOf` branch per lab, with the lab's name as a
//! constant, and everything else is a reference into `definitions`. A table with a lab's own names
//! in it has a definition per lab, `LAB.TABLE`; all others are shared. There is no `if`/`then`,
//! because editors complete nothing through it.
//!
//! Quantities are checked by pattern; relations between values (existing names, ordered times,
//! sentences) are checked by `lint`.

use serde_json::{Map, Value as Json, json};

use crate::LabSpec;
use crate::editor::{lab_schema, pretty};
use crate::parse::SCENARIO;
use crate::table::shape::{Kind, Shape};
use crate::value::json_schema::{of, property, table_of};

/// Returns the JSON Schema (draft 7) of scenario files for these labs.
pub fn schema(labs: &[&LabSpec]) -> Json {
    let mut definitions = Definitions::default();
    let branches: Vec<_> = labs.iter().map(|lab| definitions.scenario(lab)).collect();
    let mut root = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Netsplit scenario",
        "type": "object",
        "definitions": definitions.0,
    });
    if !branches.is_empty() {
        root["oneOf"] = Json::Array(branches);
    }
    root
}

/// Returns [`schema`] as text, with short objects and arrays on one line.
pub fn schema_text(labs: &[&LabSpec]) -> String {
    pretty::text(&schema(labs))
}

/// The definitions that the schema refers to, by name. Each is added when it is first needed.
#[derive(Default)]
pub(super) struct Definitions(Map<String, Json>);

impl Definitions {
    /// A reference to the definition `name`, which `make` returns.
    pub fn add(&mut self, name: &str, make: impl FnOnce(&mut Definitions) -> Json) -> Json {
        if !self.0.contains_key(name) {
            let definition = make(self);
            self.0.insert(name.to_owned(), definition);
        }
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    fn scenario(&mut self, lab: &LabSpec) -> Json {
        self.add(&format!("{}.scenario", lab.name), |all| all.table(lab, &SCENARIO, "scenario"))
    }

    /// A reference to the definition of a kind of value, if it has one.
    pub fn reference(&mut self, lab: &LabSpec, kind: &Kind) -> Option<Json> {
        if matches!(kind, Kind::Trigger(_)) && lab.events.is_empty() {
            return self.reference(lab, &Kind::Duration);
        }
        let Some(name) = name(kind) else {
            return lab_schema::inline(lab, kind);
        };
        if !depends_on_lab(lab, kind) {
            return Some(self.add(&name, |all| all.shared(lab, kind)));
        }
        Some(self.add(&format!("{}.{name}", lab.name), |all| match kind {
            Kind::Table(shape) => all.table(lab, shape, &name),
            _ => lab_schema::definition(lab, kind, all),
        }))
    }

    /// The schema of a kind of value that has nothing of the lab's, with references.
    pub fn shared(&mut self, lab: &LabSpec, kind: &Kind) -> Json {
        of(kind, &mut |kind| self.reference(lab, kind))
    }

    /// A table with names of the lab in it. Its other keys refer to definitions `TABLE.KEY`, which
    /// all labs share. Keys for which the lab has no names are left out.
    pub fn table(&mut self, lab: &LabSpec, shape: &Shape, name: &str) -> Json {
        let mut properties = Map::new();
        for key in shape.keys.iter().filter(|key| lab_schema::has_values(lab, &key.kind)) {
            let value = if depends_on_lab(lab, &key.kind) {
                property(key, &mut |kind| self.reference(lab, kind))
            } else {
                self.add(&format!("{name}.{}", key.name), |all| {
                    property(key, &mut |kind| all.reference(lab, kind))
                })
            };
            properties.insert(key.name.to_owned(), value);
        }
        table_of(shape, properties)
    }

    /// A reference to a shared kind of value by the name of its definition, if there is one.
    pub fn by_name(&mut self, lab: &LabSpec, name: &str) -> Option<Json> {
        let kinds = [Kind::Duration, Kind::Dist, Kind::Probability, Kind::Rate];
        let kind = kinds.into_iter().find(|kind| self::name(kind).as_deref() == Some(name))?;
        self.reference(lab, &kind)
    }
}

/// The name of a kind's definition, within the lab if the kind depends on it; `None` if its schema
/// is short enough to be repeated.
fn name(kind: &Kind) -> Option<String> {
    let noun = |shape: &Shape| {
        let articles = ["a ", "an ", "the "];
        let noun = articles.iter().find_map(|article| shape.what.strip_prefix(article));
        noun.unwrap_or(shape.what).replace(' ', "-")
    };
    let name = match kind {
        Kind::Name => "name",
        Kind::Duration => "duration",
        Kind::SignedDuration => "signed-duration",
        Kind::Dist => "distribution",
        Kind::Probability => "probability",
        Kind::Rate => "rate",
        Kind::Bandwidth => "bandwidth",
        Kind::Size => "size",
        Kind::Selector => "selector",
        Kind::Trigger(_) => "trigger",
        Kind::Variant => "variant",
        Kind::Nodes(_) => "nodes",
        Kind::Params => "params",
        Kind::Mix => "mix",
        Kind::Message => "message",
        Kind::Event => "event",
        Kind::Verb => "verb",
        Kind::Sentence => "expectation",
        Kind::SweepSentence => "sweep-expectation",
        Kind::Answer => "answer",
        Kind::Table(shape) => return Some(noun(shape)),
        Kind::Tables(shape) => return Some(noun(shape) + "s"),
        Kind::Pair(element) => return Some(name(element)? + "-pair"),
        _ => return None,
    };
    Some(name.to_owned())
}

/// Whether values of a kind have names of the lab in them.
fn depends_on_lab(lab: &LabSpec, kind: &Kind) -> bool {
    match kind {
        Kind::Lab
        | Kind::Variant
        | Kind::Nodes(_)
        | Kind::Params
        | Kind::Mix
        | Kind::Message
        | Kind::Event
        | Kind::Verb
        | Kind::Sentence
        | Kind::SweepSentence
        | Kind::Answer => true,
        Kind::Selector => !lab.roles.is_empty(),
        Kind::Trigger(_) => !lab.events.is_empty(),
        Kind::Table(shape) | Kind::Tables(shape) => {
            shape.keys.iter().any(|key| depends_on_lab(lab, &key.kind))
        }
        Kind::List(element) | Kind::Pair(element) => depends_on_lab(lab, element),
        Kind::Either(kinds) => kinds.iter().any(|kind| depends_on_lab(lab, kind)),
        _ => false,
    }
}
