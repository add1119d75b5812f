//! Recorded runs in the formats of other tools.
//!
//! - [`chrome`]: Chrome's trace event format, as JSON, which Perfetto opens;
//! - [`otlp`]: OpenTelemetry traces, as lines of JSON, for Jaeger and other viewers of requests;
//! - [`shiviz`]: a log with vector clocks, for the viewer of that name.
//!
//! Each is a function of a [`Run`] whose trace was recorded, and writes the same bytes for the same
//! run. Names and contents stay data: they are strings of JSON, or a line of text without line
//! breaks.

pub mod chrome;
pub mod otlp;
pub mod shiviz;

use netsplit_history::Run;

/// What an export is made from.
#[derive(Clone, Copy, Debug)]
pub struct Exported<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// The variant.
    pub variant: &'a str,
    /// The run, with its trace.
    pub run: &'a Run,
}

#[cfg(test)]
mod tests {
    use netsplit_history::{Run, Time, TraceEvent, TraceKind};

    use super::*;

    /// What somebody may call a host or put into a message.
    const HOSTILE: &str = "\"},\n</script><img src=x>\u{2028}\r\u{1b}[2J";

    fn hostile() -> Run {
        let kinds = [
            TraceKind::Role(HOSTILE.into()),
            TraceKind::Send {
                to: "n2".into(),
                message: HOSTILE.into(),
                bytes: 1,
                id: 1,
                content: HOSTILE.into(),
            },
            TraceKind::Record { name: HOSTILE.into(), detail: HOSTILE.into() },
        ];
        let event = |kind| TraceEvent {
            at: Time::from_nanos(1),
            node: HOSTILE.into(),
            kind,
            wake: 0,
            fingerprint: 0,
        };
        let hosts = vec![HOSTILE.into(), "n2".into()];
        Run { hosts, trace: kinds.map(event).into(), end: Time::from_nanos(2), ..Run::default() }
    }

    #[test]
    fn hostile_names_stay_data() {
        let run = hostile();
        let exported = Exported { scenario: HOSTILE, variant: HOSTILE, run: &run };
        let (mut json, mut log) = (Vec::new(), Vec::new());
        chrome::write(&exported, &mut json).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let names = json["traceEvents"].as_array().unwrap().iter();
        let hostile =
            names.filter(|event| event["name"] == HOSTILE || event["args"]["name"] == HOSTILE);
        assert_eq!(hostile.count(), 4, "a process, a role, a message and a record");
        shiviz::write(&exported, &mut log).unwrap();
        let log = String::from_utf8(log).unwrap();
        let breaks = |c: char| c.is_control() || c == '\u{2028}';
        assert!(log.lines().all(|line| !line.contains(breaks)), "{log:?}");
        assert_eq!(log.lines().count(), 2 + 2 * run.trace.len());
    }
}
