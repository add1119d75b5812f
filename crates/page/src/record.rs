//! The record of a run as the page's data.
//!
//! The data is one block: the length of a JSON head as four bytes, least first; the head; and the
//! numbers, as [`Columns`]. It is deflated (zlib), and stands in the page as base64.
//!
//! Times are nanoseconds. Rows name texts and each other by their place in a list of the head or in
//! a table; `host` of notes and wakes is one more, and 0 for none.
//!
//! | table | a row is | columns |
//! |---|---|---|
//! | `message` | a message that was sent | `id`, `at`, `from`, `to` (hosts), `kind`, `bytes`, `content`, `wake` |
//! | `fate` | an end of a copy of a message | `message` (a row), `at`, `what` (`fates`) |
//! | `note` | another event | `at`, `host`, `what` (`notes`), `text`, `more` (`texts`), `wake` |
//! | `request` | a client's request | `id`, `host`, `session`, `load`, `op`, `key`, `intended`, `latency`, `status` (`statuses`), `input`, `output` (`texts`), `wake` |
//! | `wake` | a reason for node code to run | `at`, `waited` (since it began), `served` (since its turn came), `cause` (`causes`), `of`, `host`, `by` (a row) |
//!
//! `wake.of` is the number of the message or request, where the cause has one, and the name of a
//! timer (`texts`). A `wake` of 0 is the start of the run, or outside what is kept.

use std::io::Write;
use std::rc::Rc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use netsplit_history::{Run, Time};
use netsplit_report::OverTimeReport;
use serde::Serialize;

use crate::columns::{Columns, Head};
use crate::kept::{Kept, Reason};
use crate::marks::Mark;
use crate::rows::{CAUSES, FATES, NOTES, Rows, STATUSES};
use crate::strips::Drawn;

/// The head of the data.
#[derive(Serialize)]
struct Description<'a> {
    format: u32,
    warmup: Time,
    duration: Time,
    end: Time,
    hosts: Vec<Host<'a>>,
    kinds: &'a [Rc<str>],
    texts: &'a [Rc<str>],
    fates: &'static [&'static str],
    notes: &'static [&'static str],
    causes: &'static [&'static str],
    statuses: &'static [&'static str],
    faults: Vec<Fault<'a>>,
    expectations: &'a [Mark],
    over_time: &'a OverTimeReport,
    strips: &'a [Drawn],
    events: Events,
    windows: &'a [Reason],
    columns: &'a [Head],
}

#[derive(Serialize)]
struct Host<'a> {
    name: &'a str,
    client: bool,
}

#[derive(Serialize)]
struct Fault<'a> {
    name: &'a str,
    kind: &'a str,
    spans: &'a [(Time, Time)],
    nodes: Vec<&'a str>,
}

/// How many events the run had, and how many of them are in the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Events {
    pub total: usize,
    pub kept: usize,
}

/// The data of a page as base64, and the number of events in it.
pub(crate) fn encode(
    run: &Run,
    kept: &Kept,
    marks: &[Mark],
    over_time: &OverTimeReport,
    strips: &[Drawn],
) -> (String, Events) {
    let mut rows = Rows::default();
    rows.read(run, kept);
    let mut columns = Columns::default();
    rows.write(run, &mut columns);
    let events = Events { total: run.trace.len(), kept: rows.events };
    let host = |name: &'_ Rc<str>| rows.clients.contains(&**name);
    let hosts = rows.hosts.list.iter();
    let faults = run.faults.iter();
    let description = Description {
        format: 1,
        warmup: run.warmup,
        duration: run.duration,
        end: run.end,
        hosts: hosts.map(|name| Host { name, client: host(name) }).collect(),
        kinds: &rows.kinds.list,
        texts: &rows.texts.list,
        fates: FATES,
        notes: NOTES,
        causes: CAUSES,
        statuses: STATUSES,
        faults: faults
            .map(|fault| Fault {
                name: &fault.name,
                kind: &fault.kind,
                spans: &fault.spans,
                nodes: fault.affected_nodes.iter().map(String::as_str).collect(),
            })
            .collect(),
        expectations: marks,
        over_time,
        strips,
        events,
        windows: &kept.reasons,
        columns: &columns.heads,
    };
    let head = serde_json::to_vec(&description).expect("a head has only string keys");
    let length = (head.len() as u32).to_le_bytes();
    let mut block = ZlibEncoder::new(Vec::new(), Compression::new(6));
    for part in [&length[..], &head, &columns.bytes] {
        block.write_all(part).expect("a vector can always be written to");
    }
    let block = block.finish().expect("a vector can always be written to");
    (BASE64_STANDARD.encode(block), events)
}
