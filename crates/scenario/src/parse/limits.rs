//! The budgets of a run, `[limits]` in the file.

use crate::table::context::{Context, Value};
use crate::table::fields::Fields;
use crate::table::shape::{Kind, Shape, key};
use crate::value::scalar;

/// The budgets of a run: it ends at the event that exceeds one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events and polls.
    pub events: u64,
    /// Messages in flight.
    pub messages: u64,
    /// Tasks of all hosts at a time.
    pub tasks: u64,
    /// Tasks of one host at a time.
    pub tasks_per_host: u64,
    /// Bytes that the simulator holds: the record of the run, messages, tasks, timers, disks.
    pub memory: u64,
}

/// Bytes that a run holds for each request, apart from its key, input and output.
pub const REQUEST_BYTES: u64 = 350;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            events: 200_000_000,
            messages: 1_000_000,
            tasks: 4_000_000,
            tasks_per_host: 2_000_000,
            memory: 2_000_000_000,
        }
    }
}

/// The maximum of a budget that is a count.
const BUDGET_MAX: u64 = 1_000_000_000_000;

pub(crate) const LIMITS: Shape = Shape {
    what: "the limits",
    keys: &[
        key("events", Kind::Integer(1), "Events and polls of a run. Default: 200,000,000."),
        key("messages", Kind::Integer(1), "Messages in flight. Default: 1,000,000."),
        key("tasks", Kind::Integer(1), "Tasks of all hosts at a time. Default: 4,000,000."),
        key("tasks_per_host", Kind::Integer(1), "Tasks of one host. Default: 2,000,000."),
        key("memory", Kind::Size, "What the simulator holds for a run. Default: 2GB."),
    ],
    one_of: &[],
};

/// Reads the budgets.
pub(crate) fn limits(ctx: &Context<'_>, value: Option<&Value<'_>>) -> Limits {
    let default = Limits::default();
    let Some(fields) = value.and_then(|value| Fields::open(ctx, value, &LIMITS)) else {
        return default;
    };
    let count = |key, default| {
        let read =
            |ctx: &Context<'_>, value: &Value<'_>| scalar::integer(ctx, value, (1, BUDGET_MAX));
        fields.read(ctx, key, read).unwrap_or(default)
    };
    Limits {
        events: count("events", default.events),
        messages: count("messages", default.messages),
        tasks: count("tasks", default.tasks),
        tasks_per_host: count("tasks_per_host", default.tasks_per_host),
        memory: fields.read(ctx, "memory", scalar::size).unwrap_or(default.memory),
    }
}
