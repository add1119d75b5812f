//! Windows that cannot contain a measured request.

use std::time::Duration;

use netsplit_history::Time;

use crate::table::context::{Context, Value};
use crate::{Action, Fault, Repeat, Sentence, Trigger, WindowName};

/// The faults and actions that windows may name, and the measured part of the run.
pub(crate) struct Faults<'f> {
    /// All names, including those of invalid faults and actions.
    pub names: Vec<String>,
    /// The valid faults.
    pub sound: Vec<&'f Fault>,
    /// The valid actions.
    pub actions: &'f [Action],
    /// The start of the measured part.
    pub warmup: Duration,
    /// The end of the measured part.
    pub duration: Duration,
}

/// Reports a window in which nothing can be measured.
pub(crate) fn check_window(
    ctx: &Context<'_>,
    faults: &Faults<'_>,
    value: &Value<'_>,
    sentence: &Sentence,
) -> Option<()> {
    let (Sentence::Metric { window, .. } | Sentence::Aggregate { window, .. }) = sentence else {
        return Some(());
    };
    let (warmup, end) = (Time::from(faults.warmup), Time::from(faults.duration));
    let find = |name: &str| faults.sound.iter().find(|fault| fault.name == name);
    match window {
        WindowName::Span(_, to) if *to <= warmup => {
            let label = "expected a window that ends after `warmup`";
            ctx.fail(value.span(), "this window ends before anything is measured", label)
        }
        WindowName::Span(from, _) if *from >= end => {
            let label = "expected a window that starts before `duration`";
            ctx.fail(value.span(), "this window starts after the end of the run", label)
        }
        WindowName::Before(name) => {
            let action = faults.actions.iter().find(|action| action.name == *name);
            let (trigger, what) = match find(name) {
                Some(fault) => (&fault.trigger, "strikes"),
                None => (&action?.trigger, "is asked"),
            };
            match trigger {
                Trigger::At(at) if *at <= warmup => {
                    let message = format!("`{name}` {what} before anything is measured");
                    ctx.fail(value.span(), message, "expected a time after `warmup`")
                }
                _ => Some(()),
            }
        }
        WindowName::After(name) => {
            let Some(fault) = find(name) else { return Some(()) };
            if fault.hold.is_none() && !matches!(fault.repeat, Repeat::Churn { .. }) {
                let message = format!("`{name}` never heals, so the window is empty");
                return ctx.fail(value.span(), message, "expected a fault with `for`");
            }
            let heals = fault.certain_spans(Time::MAX).first().map(|span| span.1);
            if heals.is_some_and(|heals| heals >= end) {
                let message = format!("`{name}` heals after the end of the run");
                return ctx.fail(value.span(), message, "expected a fault that heals earlier");
            }
            Some(())
        }
        _ => Some(()),
    }
}
