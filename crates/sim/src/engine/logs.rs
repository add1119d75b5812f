//! Log lines of node code (through `tracing`), with the simulated time and the node.

use std::cell::RefCell;
use std::fmt::{self, Write};
use std::rc::Rc;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::with_default;
use tracing::{Event, Metadata, Subscriber};

use super::budget::stop_lab_code;
use super::event_loop::Sim;

thread_local! {
    static LINES: RefCell<Option<Log>> = const { RefCell::new(None) };
}

struct Log {
    sim: Rc<Sim>,
    lines: Vec<String>,
}

/// Runs the simulation and returns the lines that its nodes logged.
pub(crate) fn collect(sim: &Rc<Sim>, run: impl FnOnce()) -> Vec<String> {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            LINES.take();
        }
    }
    LINES.set(Some(Log { sim: sim.clone(), lines: Vec::new() }));
    let _reset = Reset;
    with_default(Collector, run);
    LINES.take().map(|log| log.lines).unwrap_or_default()
}

/// Collects events of level `info` and above; spans are ignored.
struct Collector;

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::INFO
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let Some(sim) = LINES.with_borrow(|log| log.as_ref().map(|log| log.sim.clone())) else {
            return;
        };
        let (now, node) = sim.now_and_host();
        let mut line = format!("{now} {node} {}", event.metadata().level());
        // Formatting runs code of the node, which may log in turn.
        event.record(&mut Text(&mut line));
        let within_budget = sim.log_within_budget(line.len());
        LINES.with_borrow_mut(|log| {
            if let Some(log) = log {
                log.lines.push(line);
            }
        });
        if !within_budget {
            stop_lab_code();
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Text<'a>(&'a mut String);

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let written = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
        written.expect("writing to a string succeeds");
    }
}
