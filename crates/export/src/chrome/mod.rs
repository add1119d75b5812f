//! Chrome's trace event format: one JSON object, which <https://ui.perfetto.dev> opens.
//!
//! A host is a process. Its threads are its messages, its roles, its disk, and a thread per job that
//! it executes at one time. A message is a slice of one nanosecond where it was sent, another where
//! it was delivered, and a flow between them. A request is an asynchronous slice from its intended
//! send to its end; a fault is one of the last process. Counters and gauges are counters of their
//! host. Times are microseconds with three decimals, so no nanosecond is lost.

mod lanes;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use netsplit_history::{Aggregate, Cause, Run, Time, TraceEvent, TraceKind};
use serde_json::{Value, json};

use self::lanes::Lanes;
use crate::Exported;

/// Threads of a host. Those of its jobs follow.
const MESSAGES: usize = 1;
const ROLES: usize = 2;
const DISK: usize = 3;
const FIRST_JOB: usize = 4;

/// Writes a run.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(exported: &Exported<'_>, out: &mut impl Write) -> io::Result<()> {
    let Exported { scenario, variant, run } = exported;
    let about = json!({
        "scenario": scenario, "variant": variant, "seed": run.seed.to_string(),
        "fingerprint": format!("{:016x}", run.fingerprint),
    });
    write!(out, "{{\"displayTimeUnit\":\"ns\",\"otherData\":{about},\"traceEvents\":[")?;
    let mut events = Events { out, written: 0 };
    let hosts = Hosts::new(run);
    hosts.name_processes(run, &mut events)?;
    messages_and_notes(run, &hosts, &mut events)?;
    roles(run, &hosts, &mut events)?;
    jobs_and_syncs(run, &hosts, &mut events)?;
    requests(run, &hosts, &mut events)?;
    counters(run, &mut events)?;
    faults(run, &hosts, &mut events)?;
    writeln!(events.out, "\n]}}")
}

/// The events, one a line.
struct Events<'a, W> {
    out: &'a mut W,
    written: u64,
}

impl<W: Write> Events<'_, W> {
    /// Adds an event: its phase and place, and further fields as the inside of a JSON object.
    fn add(
        &mut self,
        phase: char,
        (pid, tid): Place,
        at: Time,
        more: fmt::Arguments<'_>,
    ) -> io::Result<()> {
        let comma = if self.written == 0 { "" } else { "," };
        self.written += 1;
        let ts = Micros(at.as_nanos());
        write!(
            self.out,
            "{comma}\n{{\"ph\":\"{phase}\",\"pid\":{pid},\"tid\":{tid},\"ts\":{ts},{more}}}"
        )
    }

    /// Adds a slice.
    fn slice(
        &mut self,
        place: Place,
        (from, to): (Time, Time),
        name: &str,
        args: &Value,
    ) -> io::Result<()> {
        let (dur, name) = (Micros(to.as_nanos() - from.as_nanos()), text(name));
        self.add('X', place, from, format_args!("\"dur\":{dur},\"name\":{name},\"args\":{args}"))
    }

    /// Adds an asynchronous slice of a process; its category has no other with this number.
    fn lasting(
        &mut self,
        place: Place,
        (from, to): (Time, Time),
        (category, number): (&str, u64),
        name: &str,
        args: &Value,
    ) -> io::Result<()> {
        // Without `local`, Perfetto shows it outside its process.
        let (id, name) = (format!("{{\"local\":\"{category}{number}\"}}"), text(name));
        let about = format!("\"cat\":\"{category}\",\"id2\":{id},\"name\":{name}");
        self.add('b', place, from, format_args!("{about},\"args\":{args}"))?;
        self.add('e', place, to, format_args!("{about}"))
    }

    /// Adds an instant.
    fn instant(&mut self, place: Place, at: Time, name: &str, args: &Value) -> io::Result<()> {
        let name = text(name);
        self.add('i', place, at, format_args!("\"s\":\"t\",\"name\":{name},\"args\":{args}"))
    }

    /// Names a process or a thread.
    fn name(&mut self, place: Place, what: &str, name: &str) -> io::Result<()> {
        let name = text(name);
        self.add(
            'M',
            place,
            Time::ZERO,
            format_args!("\"name\":\"{what}\",\"args\":{{\"name\":{name}}}"),
        )
    }
}

/// A process and a thread.
type Place = (usize, usize);

/// Nanoseconds as microseconds.
struct Micros(u64);

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

/// A string of JSON.
fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// The processes: a host's number from 1, and one more for the faults.
struct Hosts<'a> {
    pids: BTreeMap<&'a str, usize>,
    faults: usize,
}

impl<'a> Hosts<'a> {
    fn new(run: &'a Run) -> Hosts<'a> {
        let names = run.hosts.iter().map(|name| &**name);
        Hosts { pids: names.zip(1..).collect(), faults: run.hosts.len() + 1 }
    }

    /// The process of a host; events of the network as a whole are with the faults.
    fn pid(&self, name: &str) -> usize {
        self.pids.get(name).copied().unwrap_or(self.faults)
    }

    fn name_processes<W: Write>(&self, run: &Run, events: &mut Events<'_, W>) -> io::Result<()> {
        let names = run.hosts.iter().map(|name| &**name).chain(["faults"]);
        for (pid, name) in (1..).zip(names) {
            events.name((pid, 0), "process_name", name)?;
            let order =
                format_args!("\"name\":\"process_sort_index\",\"args\":{{\"sort_index\":{pid}}}");
            events.add('M', (pid, 0), Time::ZERO, order)?;
            for (tid, name) in [(MESSAGES, "messages"), (ROLES, "role"), (DISK, "disk")] {
                if pid < self.faults {
                    events.name((pid, tid), "thread_name", name)?;
                }
            }
        }
        Ok(())
    }
}

/// The slices and flows of messages, and an instant for every other event of the trace.
fn messages_and_notes<W: Write>(
    run: &Run,
    hosts: &Hosts<'_>,
    events: &mut Events<'_, W>,
) -> io::Result<()> {
    const NANOSECOND: std::time::Duration = std::time::Duration::from_nanos(1);
    let mut copies: BTreeMap<u64, u64> = BTreeMap::new();
    for event in &run.trace {
        if let TraceKind::Deliver { id, .. } = &event.kind {
            *copies.entry(*id).or_default() += 1;
        }
    }
    // Perfetto reads no other identifiers of flows than numbers.
    let mut flows: u64 = 0;
    let mut next: BTreeMap<u64, u64> = BTreeMap::new();
    for event in &run.trace {
        let place = (hosts.pid(&event.node), MESSAGES);
        let span = (event.at, event.at + NANOSECOND);
        let flow = |events: &mut Events<'_, W>, phase, flow: u64| {
            let flow =
                format_args!("\"id\":{flow},\"cat\":\"message\",\"name\":\"message\",\"bp\":\"e\"");
            events.add(phase, place, event.at, flow)
        };
        match &event.kind {
            TraceKind::Send { to, message, bytes, id, content } => {
                let args = json!({"to": to, "id": id, "bytes": bytes, "content": content});
                events.slice(place, span, message, &args)?;
                next.insert(*id, flows + 1);
                for _ in 0..copies.get(id).copied().unwrap_or(0) {
                    flows += 1;
                    flow(events, 's', flows)?;
                }
            }
            TraceKind::Deliver { from, message, id } => {
                events.slice(place, span, message, &json!({"from": from, "id": id}))?;
                let copy = next.get_mut(id).expect("a message is sent before it is delivered");
                flow(events, 'f', *copy)?;
                *copy += 1;
            }
            TraceKind::Drop { to, message, id, why } => {
                let args = json!({"to": to, "id": id, "why": why});
                events.instant(place, event.at, &format!("{message}: {why}"), &args)?;
            }
            _ => note(event, place, events)?,
        }
    }
    Ok(())
}

/// An event of a node that is about no message, as an instant.
fn note<W: Write>(event: &TraceEvent, place: Place, events: &mut Events<'_, W>) -> io::Result<()> {
    let none = json!({});
    let mut tell = |name: &str, args: &Value| events.instant(place, event.at, name, args);
    match &event.kind {
        TraceKind::Record { name, detail } => tell(name, &json!({"detail": detail})),
        TraceKind::Crash { why } => tell("crash", &json!({"why": why})),
        TraceKind::Start => tell("start", &none),
        TraceKind::Write { path, bytes } => tell("write", &json!({"path": path, "bytes": bytes})),
        TraceKind::Action(action) => tell(action, &none),
        TraceKind::ActionEnded { action, how } => tell(action, &json!({"how": how})),
        // Requests, roles, syncs and faults have slices.
        _ => Ok(()),
    }
}

/// A slice per role, until the next one or a crash.
fn roles<W: Write>(run: &Run, hosts: &Hosts<'_>, events: &mut Events<'_, W>) -> io::Result<()> {
    let mut roles: BTreeMap<&str, (Time, &str)> = BTreeMap::new();
    for event in &run.trace {
        let next = match &event.kind {
            TraceKind::Role(role) => Some((event.at, &**role)),
            TraceKind::Crash { .. } => None,
            _ => continue,
        };
        let before = match next {
            Some(next) => roles.insert(&event.node, next),
            None => roles.remove(&*event.node),
        };
        if let Some((from, role)) = before {
            let place = (hosts.pid(&event.node), ROLES);
            events.slice(place, (from, event.at), role, &json!({}))?;
        }
    }
    for (node, (from, role)) in roles {
        events.slice((hosts.pid(node), ROLES), (from, run.end), role, &json!({}))?;
    }
    Ok(())
}

/// What workers and disks did, each job on the first thread that is free.
fn jobs_and_syncs<W: Write>(
    run: &Run,
    hosts: &Hosts<'_>,
    events: &mut Events<'_, W>,
) -> io::Result<()> {
    let mut kinds = BTreeMap::new();
    for event in &run.trace {
        if let TraceKind::Send { message, id, .. } = &event.kind {
            kinds.insert(*id, &**message);
        }
    }
    // By start, and the longest first, so that a job never waits for a thread that it leaves.
    let mut done: Vec<_> =
        run.wakes.iter().filter(|it| matches!(it.cause, Cause::Job | Cause::Sync)).collect();
    done.sort_by_key(|wake| (wake.started, std::cmp::Reverse(wake.at)));
    let mut lanes = Lanes::default();
    for wake in done {
        let pid = hosts.pid(&wake.node);
        let queued = wake.started.since(wake.since);
        let queued = json!({"queued_us": queued.as_nanos() as f64 / 1e3});
        if wake.cause == Cause::Sync {
            events.slice((pid, DISK), (wake.started, wake.at), "sync", &queued)?;
            continue;
        }
        let name = match run.wakes.get(wake.by as usize).map(|by| by.cause) {
            Some(Cause::Message(id)) => kinds.get(&id).copied().unwrap_or("message"),
            _ => "job",
        };
        let (lane, new) = lanes.take(pid, wake.started, wake.at);
        let place = (pid, FIRST_JOB + lane);
        if new {
            events.name(place, "thread_name", &format!("worker {}", lane + 1))?;
        }
        events.slice(place, (wake.started, wake.at), name, &queued)?;
    }
    Ok(())
}

/// A request from its intended send to its end.
fn requests<W: Write>(run: &Run, hosts: &Hosts<'_>, events: &mut Events<'_, W>) -> io::Result<()> {
    for (reply, operation) in run.replies().zip(&run.operations) {
        let TraceKind::Reply { id, status, .. } = &reply.kind else { continue };
        let place = (hosts.pid(&reply.node), 0);
        let name = match &operation.key {
            Some(key) => format!("{} {key}", operation.op),
            None => operation.op.to_string(),
        };
        let args = json!({"status": status, "invoked_us": operation.invoke.as_nanos() as f64 / 1e3,
            "input": operation.input, "output": operation.output, "error": operation.error});
        let span = (operation.intended, operation.finished);
        events.lasting(place, span, ("request", *id), &name, &args)?;
    }
    Ok(())
}

/// Gauges as they were set, and the running sums of counters.
fn counters<W: Write>(run: &Run, events: &mut Events<'_, W>) -> io::Result<()> {
    for (name, series) in &run.series {
        let name = text(name);
        let mut sums: BTreeMap<u32, f64> = BTreeMap::new();
        for point in series.points.iter().filter(|point| point.value.is_finite()) {
            let sum = sums.entry(point.host).or_default();
            *sum = match series.aggregate {
                Aggregate::Sum => *sum + point.value,
                Aggregate::Last => point.value,
            };
            let value = json!(*sum);
            let place = (point.host as usize + 1, 0);
            events.add(
                'C',
                place,
                point.at,
                format_args!("\"name\":{name},\"args\":{{\"value\":{value}}}"),
            )?;
        }
    }
    Ok(())
}

/// A slice per firing of a fault.
fn faults<W: Write>(run: &Run, hosts: &Hosts<'_>, events: &mut Events<'_, W>) -> io::Result<()> {
    let spans =
        run.faults.iter().flat_map(|fault| fault.spans.iter().map(move |span| (fault, *span)));
    for (number, (fault, (from, to))) in spans.enumerate() {
        let args = json!({"kind": fault.kind, "nodes": fault.affected_nodes});
        let (place, number) = ((hosts.faults, 0), number as u64);
        events.lasting(place, (from, to), ("fault", number), &fault.name, &args)?;
    }
    Ok(())
}
