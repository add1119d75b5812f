//! A log with vector clocks, for <https://bestchai.bitbucket.io/shiviz/>.
//!
//! The first line is the regular expression that reads the log, the second the delimiter of
//! several executions (none). Then each event has two lines: its host with its vector clock, and
//! what happened. A delivery follows the send of its message; the clocks are of that order alone.
//! Events of the network as a whole stand on a host of their own.

use std::collections::BTreeMap;
use std::io::{self, Write};

use netsplit_history::TraceKind;
use serde_json::Value;

use crate::Exported;

/// The expression that reads the log; the viewer takes it from the first line.
pub const EXPRESSION: &str = r"(?<host>\S+) (?<clock>\{.*\})\n(?<event>.*)";
/// The host of events of the network as a whole.
const NETWORK: &str = "network";

/// The clock of a host: the number of events of each that it knows of.
type Clock<'a> = BTreeMap<&'a str, u64>;

/// Writes a run.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(exported: &Exported<'_>, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{EXPRESSION}\n")?;
    let mut clocks: BTreeMap<&str, Clock<'_>> = BTreeMap::new();
    let mut sent: BTreeMap<u64, Clock<'_>> = BTreeMap::new();
    let trace = &exported.run.trace;
    let mut awaited = deliveries(exported);
    for event in trace {
        let host = if event.node.is_empty() { NETWORK } else { &event.node };
        let clock = clocks.entry(host).or_default();
        if let TraceKind::Deliver { id, .. } = &event.kind
            && let Some(known) = sent.get(id)
        {
            for (host, events) in known {
                let own = clock.entry(host).or_default();
                *own = (*own).max(*events);
            }
            forget(&mut awaited, &mut sent, *id);
        }
        *clock.entry(host).or_default() += 1;
        if let TraceKind::Send { id, .. } = &event.kind
            && awaited.contains_key(id)
        {
            sent.insert(*id, clock.clone());
        }
        let told = event.to_string();
        writeln!(out, "{} {}\n{}", word(host), written(clock), line(&told))?;
    }
    Ok(())
}

/// How many copies of each message were delivered.
fn deliveries(exported: &Exported<'_>) -> BTreeMap<u64, u64> {
    let mut copies = BTreeMap::new();
    for event in &exported.run.trace {
        if let TraceKind::Deliver { id, .. } = &event.kind {
            *copies.entry(*id).or_default() += 1;
        }
    }
    copies
}

/// Drops the clock of a message after its last delivery.
fn forget(awaited: &mut BTreeMap<u64, u64>, sent: &mut BTreeMap<u64, Clock<'_>>, id: u64) {
    if let Some(copies) = awaited.get_mut(&id) {
        *copies -= 1;
        if *copies == 0 {
            sent.remove(&id);
        }
    }
}

fn written(clock: &Clock<'_>) -> Value {
    clock
        .iter()
        .map(|(host, events)| (word(host), Value::from(*events)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// A name as one word, which the expression takes for a host.
fn word(name: &str) -> String {
    name.replace(|c: char| c.is_whitespace() || c.is_control(), "_")
}

/// A text as one line.
fn line(text: &str) -> String {
    text.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " ")
}
