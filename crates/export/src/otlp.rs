//! OpenTelemetry traces as lines of JSON: a line is the `TracesData` of one request.
//!
//! A trace has the request as its root span, on its client, and a child for each wait of the
//! request's critical path, on the host that was woken at its end. So the children tile the root.
//! Written are the slowest requests, those that failed (at most [`SLOWEST`] and [`FAILED_MAX`]), and a sample of
//! the others that depends on the seed alone. The simulation begins at 2000-01-01T00:00:00Z,
//! because viewers take a time of zero for none.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::Arc;

use netsplit_history::{
    Cause, Interval, Operation, Run, Status, Time, TraceEvent, TraceKind, critical_path,
};
use serde::Serialize;

use crate::Exported;

/// The slowest requests that are written.
pub const SLOWEST: usize = 20;
/// The most failed requests that are written.
pub const FAILED_MAX: usize = 200;
/// The most other requests that are written.
pub const SAMPLE: usize = 200;

/// Nanoseconds from 1970 to the start of the simulation.
const START: u64 = 946_684_800_000_000_000;
/// `SPAN_KIND_INTERNAL` and `SPAN_KIND_CLIENT`.
const INTERNAL: u8 = 1;
const CLIENT: u8 = 3;
/// `STATUS_CODE_OK` and `STATUS_CODE_ERROR`.
const OK: u8 = 1;
const ERROR: u8 = 2;

/// A line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TracesData<'a> {
    resource_spans: Vec<ResourceSpans<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans<'a> {
    resource: Resource<'a>,
    scope_spans: [ScopeSpans<'a>; 1],
}

#[derive(Serialize)]
struct Resource<'a> {
    attributes: Vec<Attribute<'a>>,
}

#[derive(Serialize)]
struct ScopeSpans<'a> {
    scope: Scope,
    spans: Vec<Span<'a>>,
}

#[derive(Serialize)]
struct Scope {
    name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Span<'a> {
    trace_id: String,
    #[serde(rename = "spanId")]
    id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    parent_span_id: String,
    name: String,
    kind: u8,
    start_time_unix_nano: String,
    end_time_unix_nano: String,
    attributes: Vec<Attribute<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Ended<'a>>,
}

#[derive(Serialize)]
struct Ended<'a> {
    code: u8,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
}

#[derive(Serialize)]
struct Attribute<'a> {
    key: &'static str,
    value: Text<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Text<'a> {
    string_value: std::borrow::Cow<'a, str>,
}

fn attribute<'a>(key: &'static str, value: impl Into<std::borrow::Cow<'a, str>>) -> Attribute<'a> {
    Attribute { key, value: Text { string_value: value.into() } }
}

/// Writes the requests of a run.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(exported: &Exported<'_>, out: &mut impl Write) -> io::Result<()> {
    let all: Vec<_> = exported.run.replies().zip(&exported.run.operations).collect();
    let chosen = chosen(&all, exported.run.seed);
    let kinds = kinds(exported.run);
    for place in chosen {
        let (reply, operation) = all[place];
        let line = trace(exported, &kinds, reply, operation);
        writeln!(out, "{}", serde_json::to_string(&line).expect("a line has only string keys"))?;
    }
    Ok(())
}

/// The places of the requests that are written, in the order in which they ended.
fn chosen(all: &[(&TraceEvent, &Operation)], seed: u64) -> BTreeSet<usize> {
    let mut places: Vec<usize> = (0..all.len()).collect();
    places.sort_by_key(|place| (std::cmp::Reverse(all[*place].1.latency()), *place));
    let rest = places.split_off(places.len().min(SLOWEST));
    let (failed, mut others): (Vec<usize>, Vec<usize>) =
        rest.into_iter().partition(|place| all[*place].1.status != Status::Ok);
    others.sort_by_key(|place| (mix(seed ^ mix(*place as u64)), *place));
    let failed = failed.into_iter().take(FAILED_MAX);
    places.into_iter().chain(failed).chain(others.into_iter().take(SAMPLE)).collect()
}

/// Splitmix64's mixing: numbers that look random, and depend on the input alone.
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The kind of each message, by its number.
fn kinds(run: &Run) -> BTreeMap<u64, &Arc<str>> {
    let sent = run.trace.iter().filter_map(|event| match &event.kind {
        TraceKind::Send { message, id, .. } => Some((*id, message)),
        _ => None,
    });
    sent.collect()
}

/// The trace of a request: its spans, by their hosts.
fn trace<'a>(
    exported: &Exported<'a>,
    kinds: &BTreeMap<u64, &'a Arc<str>>,
    reply: &'a TraceEvent,
    operation: &'a Operation,
) -> TracesData<'a> {
    let run = exported.run;
    let TraceKind::Reply { id, status, content } = &reply.kind else {
        unreachable!("replies are replies");
    };
    let trace_id = format!("{:016x}{:016x}", mix(run.fingerprint).max(1), id + 1);
    let path = critical_path(&run.wakes, reply.wake, operation.intended, operation.finished);
    let ok = operation.status == Status::Ok;
    let mut attributes = vec![
        attribute("netsplit.request", id.to_string()),
        attribute("netsplit.status", *status),
        attribute("netsplit.load", &*operation.load),
        attribute("netsplit.content", &**content),
    ];
    attributes.extend(operation.key.as_deref().map(|key| attribute("netsplit.key", key)));
    let root = Span {
        trace_id: trace_id.clone(),
        id: span_id(0),
        parent_span_id: String::new(),
        name: operation.op.to_string(),
        kind: CLIENT,
        start_time_unix_nano: unix(operation.intended),
        end_time_unix_nano: unix(operation.finished),
        attributes,
        status: Some(Ended {
            code: if ok { OK } else { ERROR },
            message: if ok { "" } else { status },
        }),
    };
    let mut by_host: BTreeMap<&str, Vec<Span<'_>>> = BTreeMap::new();
    by_host.entry(&reply.node).or_default().push(root);
    for (number, interval) in path.iter().enumerate() {
        // What no host began, such as a fault, stands with the client.
        let host = run.hosts.iter().find(|host| **host == interval.node);
        let host = host.map_or(&*reply.node, |host| &**host);
        let span = wait(run, kinds, &trace_id, number, interval);
        by_host.entry(host).or_default().push(span);
    }
    let resource = |(host, spans)| ResourceSpans {
        resource: Resource {
            attributes: vec![
                attribute("service.name", host),
                attribute("netsplit.scenario", exported.scenario),
                attribute("netsplit.variant", exported.variant),
                attribute("netsplit.seed", run.seed.to_string()),
            ],
        },
        scope_spans: [ScopeSpans { scope: Scope { name: "netsplit" }, spans }],
    };
    TracesData { resource_spans: by_host.into_iter().map(resource).collect() }
}

/// The span of a wait.
fn wait<'a>(
    run: &Run,
    kinds: &BTreeMap<u64, &'a Arc<str>>,
    trace_id: &str,
    number: usize,
    interval: &Interval,
) -> Span<'a> {
    let mut attributes = Vec::new();
    let mut name = interval.what.to_string();
    if let Some(Cause::Message(id)) = run.wakes.get(interval.wake as usize).map(|it| it.cause) {
        attributes.push(attribute("netsplit.message", id.to_string()));
        if let Some(kind) = kinds.get(&id) {
            name = format!("{name}: {kind}");
        }
    }
    Span {
        trace_id: trace_id.to_owned(),
        id: span_id(number + 1),
        parent_span_id: span_id(0),
        name,
        kind: INTERNAL,
        start_time_unix_nano: unix(interval.from),
        end_time_unix_nano: unix(interval.to),
        attributes,
        status: None,
    }
}

/// The number of a span of its trace, from 0; no span may have the number zero in the file.
fn span_id(number: usize) -> String {
    format!("{:016x}", number + 1)
}

fn unix(at: Time) -> String {
    (START + at.as_nanos()).to_string()
}
