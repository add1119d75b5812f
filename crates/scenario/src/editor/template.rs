//! The template that `netsplit new LAB` writes: a scenario that runs as it is, with optional keys
//! and all that the lab has as comments.

use std::fmt::Write;

use serde_json::Value as Json;

use super::listing;
use crate::{LabSpec, OperationSpec};

/// Returns a commented scenario for `lab` that runs as it is.
pub fn template(lab: &LabSpec) -> String {
    let mut out = head(lab);
    out += &nodes(lab);
    out += NETWORK;
    out += &load(lab);
    out += &params(lab);
    out += &fault(lab);
    out += &listing::of_faults(lab);
    out += &listing::of_actions(lab);
    out += PREDICT;
    out += &verdict(lab);
    let lines: Vec<_> = out.lines().map(aligned).collect();
    lines.join("\n") + "\n"
}

/// The line with its comment, if any, aligned to a common column.
fn aligned(line: &str) -> String {
    const COLUMN: usize = 34;
    match line.split_once(" ## ") {
        Some((code, remark)) => format!("{code:<COLUMN$}# {remark}"),
        None => line.to_owned(),
    }
}

fn head(lab: &LabSpec) -> String {
    let variants: Vec<_> = lab.variants().iter().map(|variant| variant.name).collect();
    format!(
        "\
#:schema ./scenario.schema.json
# For completion and checks in editors: netsplit schema > scenario.schema.json
title    = \"What this scenario shows, in one line\"
lab      = \"{}\" ## {}
variant  = \"reference\" ## one of: {}
duration = \"60s\"
warmup   = \"5s\" ## requests sent earlier are not measured
",
        lab.name,
        lab.summary,
        variants.join(", ")
    )
}

fn nodes(lab: &LabSpec) -> String {
    let mut out = String::new();
    for group in lab.groups {
        let header = match lab.groups.len() {
            1 => "nodes".to_owned(),
            _ => format!("nodes.{}", group.name),
        };
        let count = match (group.prefix, group.count) {
            // A group that is empty by default cannot be set so: a count is at least 1.
            (prefix, 0) => format!("# count = 1 ## {prefix}1; none by default"),
            (prefix, count) => format!("count = {count} ## {prefix}1 to {prefix}{count}"),
        };
        let _ = write!(
            out,
            "
[{header}] ## {}
{count}
# workers = 4 ## jobs that a node executes concurrently
# region = [\"eu\", \"us\"] ## assigned to the nodes in turn
# disk = {{ sync = \"2ms\" }}
",
            group.summary
        );
    }
    out
}

const NETWORK: &str = "
[network]
latency = { lognormal = { median = \"1ms\", p99 = \"5ms\" } }
# loss = \"0.1%\"
# bandwidth = \"1Gbit/s\"

# [[network.link]] ## exceptions for some links
# of      = \"a node, group or region\"
# latency = \"40ms\"
";

fn load(lab: &LabSpec) -> String {
    let weight = |op: &OperationSpec| format!("{} = {}", op.name, op.weight.max(f64::MIN_POSITIVE));
    let mix: Vec<_> = listing::mix(lab).into_iter().map(weight).collect();
    format!(
        "
[[load]]
rate    = \"200/s\"
# or closed = {{ clients = 10, think = \"10ms\" }}, or once = {{ clients = 100 }}
timeout = \"1s\"
mix     = {{ {} }} ## operations and their weights
{}keys    = {{ count = 1000 }} ## add zipf = 0.99 for hot keys
",
        mix.join(", "),
        listing::of_loads(lab),
    )
}

/// The parameters as comments, with their defaults.
fn params(lab: &LabSpec) -> String {
    let schema = (lab.params.schema)();
    let Some(properties) = schema.get("properties").and_then(Json::as_object) else {
        return String::new();
    };
    let mut out = "\n[params] ## the lab's own parameters, with their defaults\n".to_owned();
    for (name, param) in properties {
        let about = param.get("description").and_then(Json::as_str).unwrap_or("");
        for line in about.lines() {
            let _ = writeln!(out, "# {line}");
        }
        let default = param.get("default").filter(|default| !default.is_null());
        let default = default.map_or_else(|| "...".to_owned(), inline);
        let choices = choices(schema.as_value(), param);
        let remark = if choices.is_empty() {
            String::new()
        } else {
            format!(" ## one of: {}", choices.join(", "))
        };
        let _ = writeln!(out, "# {name} = {default}{remark}");
    }
    out
}

/// The possible values of a parameter that is a choice among words.
fn choices<'a>(schema: &'a Json, param: &'a Json) -> Vec<&'a str> {
    let link = param.get("$ref").or_else(|| param.pointer("/allOf/0/$ref"));
    let path = link.and_then(Json::as_str).and_then(|link| link.strip_prefix('#'));
    let named = path.and_then(|path| schema.pointer(path));
    let listed = named.and_then(|named| named.get("oneOf")).and_then(Json::as_array);
    let words = listed.into_iter().flatten();
    words.filter_map(|choice| choice.get("const")?.as_str()).collect()
}

/// A JSON value as TOML on one line.
fn inline(value: &Json) -> String {
    match toml::Value::try_from(value) {
        Ok(value) => value.to_string().replace('\n', " "),
        Err(_) => "...".to_owned(),
    }
}

fn fault(lab: &LabSpec) -> String {
    let target = match lab.groups.iter().find(|group| group.count > 0) {
        Some(group) => format!("{}1", group.prefix),
        None => "any".to_owned(),
    };
    format!(
        "
[[fault]]
name      = \"cut\"
at        = \"20s\" ## from the start of the run
for       = \"10s\"
partition = {{ isolate = \"{target}\" }}
# or crash = \"any\", pause = \"any(2)\", slow = {{ nodes = \"20%\", factor = 3 }},
#    latency = {{ of = \"{target}\", add = \"50ms\" }}, loss = {{ probability = \"5%\" }}, ...
"
    )
}

const PREDICT: &str = "
# [[predict]] ## asked before the run by `netsplit run FILE --predict`
# question = \"How long does it take until the service is back?\"
# answer   = \"recovery after cut\" ## a metric and its window, or a property
";

fn verdict(lab: &LabSpec) -> String {
    let mut out = "
[verdict]
expect = [
  \"availability >= 99% outside faults\",
  \"p99 < 100ms before cut\",
  \"recovery < 5s after cut\",
"
    .to_owned();
    out += &listing::of_expectations(lab);
    out + "]
# catches = [\"VARIANT\"] ## variants that must fail
# min_pass_rate = \"98%\" ## share of the seeds of a sweep that must pass
"
}
