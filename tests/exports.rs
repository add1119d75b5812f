//! Exports, read back by small readers of each format.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;
use support::netsplit;

/// Runs a scenario with all exports; returns its folder.
fn exported(folder: &Path, args: &[&str]) -> std::path::PathBuf {
    let formats = ["--export", "chrome", "--export", "otlp", "--export", "shiviz"];
    netsplit(folder, &[&["run"], args, &formats, &["--out", "out", "--no-page"]].concat());
    folder.join("out")
}

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
}

fn report(folder: &Path) -> Value {
    serde_json::from_str(&text(folder, "report.json")).expect("a report")
}

/// The requests of the whole run, the warm-up included.
fn requests(folder: &Path) -> usize {
    text(folder, "history.jsonl").lines().count()
}

// Chrome

/// An event of Chrome's format; a field that no event has is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    ph: char,
    pid: u64,
    tid: u64,
    ts: serde_json::Number,
    #[serde(default)]
    dur: Option<serde_json::Number>,
    name: String,
    #[serde(default)]
    cat: Option<String>,
    /// Of a flow; or of an asynchronous slice, in its process.
    #[serde(default, alias = "id2")]
    id: Option<Value>,
    #[serde(default)]
    bp: Option<String>,
    #[serde(default)]
    s: Option<String>,
    #[serde(default)]
    args: Value,
}

/// Microseconds with three decimals, as nanoseconds.
fn nanos(micros: &serde_json::Number) -> u64 {
    let text = micros.to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, "0"));
    assert!(decimals.len() <= 3, "{text}");
    whole.parse::<u64>().unwrap() * 1000 + format!("{decimals:0<3}").parse::<u64>().unwrap()
}

fn chrome(folder: &Path) -> Vec<Event> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct File {
        display_time_unit: String,
        other_data: Value,
        trace_events: Vec<Event>,
    }
    let file: File = serde_json::from_str(&text(folder, "trace.chrome.json")).expect("Chrome's");
    assert_eq!(file.display_time_unit, "ns");
    assert_eq!(file.other_data["fingerprint"], report(folder)["fingerprint"]);
    file.trace_events
}

/// Slices of one thread lie beside or inside each other.
fn assert_nested(events: &[Event]) {
    let mut threads: BTreeMap<(u64, u64), Vec<(u64, u64)>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.ph == 'X') {
        let from = nanos(&event.ts);
        let to = from + nanos(event.dur.as_ref().expect("a slice has a duration"));
        threads.entry((event.pid, event.tid)).or_default().push((from, to));
    }
    assert!(!threads.is_empty());
    for (thread, mut spans) in threads {
        spans.sort_by_key(|(from, to)| (*from, std::cmp::Reverse(*to)));
        let mut open: Vec<u64> = Vec::new();
        for (from, to) in spans {
            open.retain(|end| *end > from);
            assert!(open.iter().all(|end| to <= *end), "{thread:?} overlaps at {from}");
            open.push(to);
        }
    }
}

#[test]
fn chromes_slices_nest_and_its_pairs_are_whole() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for scenario in ["raft/leader-crash", "queueing/calm"] {
        let out = exported(folder.path(), &[scenario, "--set", "duration=15s"]);
        let events = chrome(&out);
        assert_nested(&events);
        let named: Vec<_> = events
            .iter()
            .filter(|event| event.name == "process_name")
            .map(|event| event.pid)
            .collect();
        assert!(events.iter().all(|event| named.contains(&event.pid)));
        let mut pairs: BTreeMap<(&str, String), Vec<(char, u64)>> = BTreeMap::new();
        for event in events.iter().filter(|event| "besf".contains(event.ph)) {
            let id = event.id.as_ref().expect("an event of a pair has an identifier");
            // Perfetto reads no other identifiers of flows, and takes other slices for global ones.
            assert!(if "sf".contains(event.ph) { id.is_u64() } else { id["local"].is_string() });
            let key = (event.cat.as_deref().unwrap(), id.to_string());
            pairs.entry(key).or_default().push((event.ph, nanos(&event.ts)));
            assert!(event.bp.as_deref().is_none_or(|bp| bp == "e"));
        }
        for (key, pair) in &pairs {
            let [(first, from), (second, to)] = pair[..] else { panic!("{key:?}: {pair:?}") };
            assert!(matches!((first, second), ('b', 'e') | ('s', 'f')) && from <= to, "{key:?}");
        }
        let count = |cat| pairs.keys().filter(|(of, _)| *of == cat).count();
        assert_eq!(count("request"), requests(&out), "{scenario}");
        let delivered = report(&out)["network"]["delivered"].as_u64().expect("a count");
        assert_eq!(count("message") as u64, delivered, "{scenario}");
        // A flow begins and ends inside a slice.
        let slices: std::collections::BTreeSet<_> = events
            .iter()
            .filter(|event| event.ph == 'X')
            .map(|event| (event.pid, event.tid, nanos(&event.ts)))
            .collect();
        let flows = || events.iter().filter(|event| "sf".contains(event.ph));
        assert!(flows().all(|it| slices.contains(&(it.pid, it.tid, nanos(&it.ts)))));
        let instants = events.iter().filter(|event| event.ph == 'i');
        assert!(instants.clone().all(|event| event.s.as_deref() == Some("t")));
        let counters = events.iter().filter(|event| event.ph == 'C');
        assert!(counters.clone().all(|event| event.args["value"].is_number()));
    }
}

#[test]
fn a_counter_ends_at_its_sum_and_a_fault_has_a_slice() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = exported(folder.path(), &["raft/leader-crash"]);
    let (events, report) = (chrome(&out), report(&out));
    let faults: Vec<_> =
        events.iter().filter(|event| event.cat.as_deref() == Some("fault")).collect();
    let first = &report["faults"][0];
    assert_eq!(faults[0].name, first["name"].as_str().unwrap());
    let from = first["from_s"].as_f64().expect("it struck");
    assert!((nanos(&faults[0].ts) as f64 / 1e9 - from).abs() < 1e-3);
    let counters = events.iter().filter(|event| event.ph == 'C');
    assert!(counters.count() > 0, "the lab has counters or gauges");
}

// OpenTelemetry

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct TracesData {
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ResourceSpans {
    resource: Resource,
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resource {
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeSpans {
    scope: Scope,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scope {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Span {
    trace_id: String,
    #[serde(rename = "spanId")]
    id: String,
    #[serde(default)]
    parent_span_id: Option<String>,
    name: String,
    kind: u8,
    start_time_unix_nano: String,
    end_time_unix_nano: String,
    attributes: Vec<Attribute>,
    #[serde(default)]
    status: Option<Ended>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ended {
    code: u8,
    #[serde(default)]
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attribute {
    key: String,
    value: AttributeValue,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct AttributeValue {
    string_value: String,
}

impl Span {
    fn times(&self) -> (u64, u64) {
        let times = [&self.start_time_unix_nano, &self.end_time_unix_nano];
        let [from, to] = times.map(|time| time.parse().expect("nanoseconds"));
        (from, to)
    }
}

fn is_id(text: &str, digits: usize) -> bool {
    let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    text.len() == digits && text.chars().all(hex) && text.chars().any(|c| c != '0')
}

#[test]
fn a_requests_spans_tile_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = exported(folder.path(), &["raft/leader-crash"]);
    let lines = text(&out, "trace.otlp.jsonl");
    let mut ids = std::collections::BTreeSet::new();
    let mut failed = 0;
    for line in lines.lines() {
        let data: TracesData = serde_json::from_str(line).expect("a line of OTLP");
        let hosts = data.resource_spans.iter().map(|of| &of.resource.attributes);
        assert!(hosts.flatten().any(|attribute| attribute.key == "service.name"));
        let scopes = data.resource_spans.iter().flat_map(|of| &of.scope_spans);
        assert!(scopes.clone().all(|of| of.scope.name == "netsplit"));
        let spans: Vec<_> = scopes.flat_map(|of| &of.spans).collect();
        let (roots, mut waits): (Vec<&Span>, Vec<&Span>) =
            spans.iter().copied().partition(|span| span.parent_span_id.is_none());
        let [root] = roots[..] else { panic!("{} roots", roots.len()) };
        assert!(ids.insert(root.trace_id.clone()), "a trace per request");
        assert!(spans.iter().all(|span| is_id(&span.trace_id, 32) && is_id(&span.id, 16)));
        assert!(spans.iter().all(|span| span.trace_id == root.trace_id));
        assert!(waits.iter().all(|it| it.parent_span_id.as_ref() == Some(&root.id)));
        assert!(waits.iter().all(|it| it.kind == 1 && it.status.is_none() && !it.name.is_empty()));
        let status = root.status.as_ref().expect("a request ends");
        failed += usize::from(status.code == 2);
        assert_eq!(status.code == 2, status.message.is_some());
        waits.sort_by_key(|it| it.times());
        let mut at = root.times().0;
        for (from, to) in waits.iter().map(|it| it.times()) {
            assert!(from == at && to > from, "the waits tile the request");
            at = to;
        }
        assert_eq!(at, root.times().1);
        assert!(root.attributes.iter().any(|it| !it.value.string_value.is_empty()));
    }
    assert!(ids.len() > 20, "{}", ids.len());
    let all = text(&out, "history.jsonl");
    let not_ok = all.lines().filter(|line| !line.contains("\"status\":\"ok\"")).count();
    assert_eq!(failed, not_ok.min(220), "all that failed are written");
}

// ShiViz

#[test]
fn shivizs_expression_reads_every_line_and_clocks_follow_the_messages() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = exported(folder.path(), &["raft/leader-crash", "--set", "duration=15s", "--trace"]);
    let log = text(&out, "trace.shiviz.log");
    let (expression, rest) = log.split_once('\n').expect("an expression");
    let rest = rest.strip_prefix('\n').expect("no delimiter");
    let events: Vec<_> = Regex::new(expression).expect("it compiles").captures_iter(rest).collect();
    let trace = text(&out, "trace.txt");
    let told: Vec<_> = events.iter().map(|event| event["event"].to_owned()).collect();
    assert_eq!(told, trace.lines().collect::<Vec<_>>());
    let mut clocks: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let mut sent: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let number = Regex::new(r"(->|<-) \S+ +\S+ #(\d+)").expect("it compiles");
    for event in &events {
        let clock: BTreeMap<String, u64> = serde_json::from_str(&event["clock"]).expect("a clock");
        let host = event["host"].to_owned();
        let before = clocks.get(&host).cloned().unwrap_or_default();
        assert_eq!(clock[&host], before.get(&host).unwrap_or(&0) + 1, "{}", &event["event"]);
        let message = number.captures(&event["event"]);
        let id =
            |arrow: &str| message.as_ref().filter(|it| &it[1] == arrow).map(|it| it[2].to_owned());
        let mut expected = before;
        if let Some(known) = id("<-").and_then(|id| sent.get(&id)) {
            for (host, count) in known {
                let own = expected.entry(host.clone()).or_default();
                *own = (*own).max(*count);
            }
        }
        *expected.entry(host.clone()).or_default() += 1;
        assert_eq!(clock, expected, "{}", &event["event"]);
        if let Some(id) = id("->") {
            sent.insert(id, clock.clone());
        }
        clocks.insert(host, clock);
    }
}

#[test]
fn the_same_run_gives_the_same_exports_and_none_unless_asked() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let names = ["trace.chrome.json", "trace.otlp.jsonl", "trace.shiviz.log"];
    let set = ["raft/calm", "--set", "duration=5s"];
    let out = exported(folder.path(), &set);
    let first = names.map(|name| text(&out, name));
    let out = exported(folder.path(), &set);
    assert!(first == names.map(|name| text(&out, name)));
    netsplit(folder.path(), &[&["run"], &set[..], &["--out", "out", "--no-page"]].concat());
    assert!(names.iter().all(|name| !out.join(name).exists()), "an older export is gone");
}
