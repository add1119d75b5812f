//! The JSON Schema accepts what the reader accepts, and refuses what an editor should mark.

mod common;

use common::{LABS, WHOLE, least};
use netsplit_scenario::{parse, schema, schema_text, template};
use serde_json::{Value, json};

/// The few keywords of draft 7 that the schema uses.
fn accepts(root: &Value, schema: &Value, value: &Value) -> bool {
    let Value::Object(keywords) = schema else {
        return schema != &json!(false);
    };
    keywords.iter().all(|(keyword, rule)| holds(root, schema, keyword, rule, value))
}

fn holds(root: &Value, schema: &Value, keyword: &str, rule: &Value, value: &Value) -> bool {
    let sub = |rule: &Value, value: &Value| accepts(root, rule, value);
    let rules = || rule.as_array().expect("a list of schemas").iter();
    match keyword {
        "$ref" => {
            let pointer = rule.as_str().expect("a text").trim_start_matches('#');
            sub(root.pointer(pointer).expect("a definition"), value)
        }
        "type" => match rule.as_str().expect("a single type") {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64(),
            _ => value.is_number(),
        },
        "const" => rule == value,
        "enum" => rules().any(|one| one == value),
        "anyOf" => rules().any(|one| sub(one, value)),
        "allOf" => rules().all(|one| sub(one, value)),
        "oneOf" => rules().filter(|one| sub(one, value)).count() == 1,
        "pattern" => value.as_str().is_none_or(|text| {
            regex::Regex::new(rule.as_str().expect("a text")).expect("a pattern").is_match(text)
        }),
        "minimum" => value.as_f64().is_none_or(|n| n >= rule.as_f64().expect("a number")),
        "maximum" => value.as_f64().is_none_or(|n| n <= rule.as_f64().expect("a number")),
        "exclusiveMinimum" => value.as_f64().is_none_or(|n| n > rule.as_f64().expect("a number")),
        "minItems" => value.as_array().is_none_or(|l| l.len() as u64 >= rule.as_u64().expect("n")),
        "maxItems" => value.as_array().is_none_or(|l| l.len() as u64 <= rule.as_u64().expect("n")),
        "maxLength" => value.as_str().is_none_or(|s| s.len() as u64 <= rule.as_u64().expect("n")),
        "minProperties" => {
            value.as_object().is_none_or(|o| o.len() as u64 >= rule.as_u64().expect("n"))
        }
        "maxProperties" => {
            value.as_object().is_none_or(|o| o.len() as u64 <= rule.as_u64().expect("n"))
        }
        "items" => value.as_array().is_none_or(|list| list.iter().all(|e| sub(rule, e))),
        "required" => value.as_object().is_none_or(|table| {
            rules().all(|key| table.contains_key(key.as_str().expect("a key")))
        }),
        "properties" => value.as_object().is_none_or(|table| {
            table.iter().all(|(key, value)| rule.get(key).is_none_or(|rule| sub(rule, value)))
        }),
        "additionalProperties" => value.as_object().is_none_or(|table| {
            let known = |key: &str| schema["properties"].get(key).is_some();
            table.iter().all(|(key, value)| known(key) || sub(rule, value))
        }),
        "description" | "title" | "$schema" | "definitions" | "default" | "format" => true,
        other => panic!("the validator does not know {other}"),
    }
}

fn accepted(text: &str) -> bool {
    let value: toml::Table = text.parse().expect("TOML");
    let value = serde_json::to_value(value).expect("JSON");
    let schema = schema(&LABS);
    accepts(&schema, &schema, &value)
}

#[test]
fn what_the_reader_accepts_is_accepted() {
    assert!(accepted(WHOLE));
    for lab in LABS {
        assert!(accepted(&template(lab)), "{}", lab.name);
    }
    assert!(accepted(&least("[load]\nrate = \"1/s\"\n[nodes.nodes]\ncount = 3")));
}

#[test]
fn what_an_editor_should_mark_is_refused() {
    let wrong = [
        "warmupp = \"1s\"",
        "warmup = 5",
        "warmup = \"5\"",
        "variant = \"stale\"",
        "[nodes]\ncount = 0",
        "[nodes.front]\ncount = 1",
        "[network]\nloss = 1.5",
        "[network]\nlatency = { constant = \"1ms\", normal = { mean = \"1ms\", std_dev = \"1ms\" } }",
        "[network]\nbandwidth = \"10\"",
        "[[network.link]]\nof = \"n1\"\nmessage = \"raed\"",
        "[[load]]\nrate = \"1/s\"\nonce = { clients = 1 }",
        "[[load]]\nrate = \"1/s\"\nmix = { gte = 1 }",
        "[params]\nrr = 1",
        "[params]\ncoordinator = \"nobody\"",
        "[[fault]]\nat = \"1s\"",
        "[[fault]]\ncrash = \"n1\"",
        "[[fault]]\nat = { event = \"nothing\" }\ncrash = \"n1\"",
        "[[fault]]\nat = \"1s\"\nlatency = { message = \"raed\", to = \"1s\" }",
        "[[action]]\nat = \"1s\"\ndo = \"jion\"",
        "[[action]]\nat = \"1s\"\ndo = \"leave\"",
        "[[action]]\nat = \"1s\"\ndo = { leave = {} }",
        "[[action]]\nat = \"1s\"\ndo = { leave = { nod = \"n1\" } }",
        "[[action]]\nat = \"1s\"\ndo = { leave = 3 }",
        "[[action]]\nat = \"1s\"\ndo = { join = { count = 0 } }",
        "[[action]]\nat = \"1s\"\ndo = { join = { within = 3 } }",
        "[[action]]\nat = \"1s\"\ndo = { rest = true }",
        "[verdict]\ncatches = [\"stale\"]",
    ];
    for text in wrong {
        assert!(!accepted(&least(text)), "{text}");
    }
    assert!(!accepted("title = \"T\"\nlab = \"stoer\"\nduration = \"1s\""));
}

#[test]
fn parameters_carry_their_descriptions() {
    let schema = schema(&LABS);
    let params = &schema["definitions"]["store.params"];
    assert_eq!(params["properties"]["r"]["description"], "Replicas that a read waits for.");
    assert!(schema["definitions"]["store.Coordinator"].is_object());
}

/// The values of a `const` or an `enum`.
fn texts(schema: &Value) -> impl Iterator<Item = &str> {
    let list = schema["enum"].as_array().into_iter().flatten();
    list.chain(schema.get("const")).filter_map(Value::as_str)
}

#[test]
fn suggested_expectations_are_valid() {
    let schema = schema(&LABS);
    for lab in LABS {
        let suggested = |name: &str| -> Vec<_> {
            let of_lab = &schema["definitions"][format!("{}.{name}", lab.name)]["anyOf"];
            let all = of_lab.as_array().expect("suggestions").iter();
            all.flat_map(texts).collect()
        };
        let (expect, sweep) = (suggested("expectation"), suggested("sweep-expectation"));
        for own in ["stale_reads == 0", "p99(visibility) < 100ms", "invariant log-matching"] {
            assert!(expect.contains(&own), "{expect:?}");
        }
        let text = format!(
            "title = \"T\"\nlab = {:?}\nduration = \"60s\"\n[[load]]\nname = \"LOAD\"\nregion = \"REGION\"\nrate = \"1/s\"\n\
             mix = {{ put = 1, get = 1, scan = 1 }}\n\
             [[fault]]\nname = \"FAULT\"\nat = \"10s\"\nfor = \"1s\"\ncrash = \"any\"\n\
             [verdict]\nexpect = {expect:?}\nsweep = {sweep:?}\n",
            lab.name
        );
        if let Err(found) = parse(&text, "suggested.toml", &[], &LABS) {
            panic!("{found}");
        }
    }
}

#[test]
fn the_text_is_the_schema_and_refers_to_what_it_defines() {
    fn references(schema: &Value, found: &mut Vec<String>) {
        match schema {
            Value::Object(entries) => {
                found.extend(entries.get("$ref").and_then(Value::as_str).map(str::to_owned));
                entries.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let schema = schema(&LABS);
    let text = schema_text(&LABS);
    assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), schema);
    let mut found = Vec::new();
    references(&schema, &mut found);
    for reference in found {
        assert!(schema.pointer(&reference[1..]).is_some(), "{reference}");
    }
}
