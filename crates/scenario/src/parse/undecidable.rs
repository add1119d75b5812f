//! Sentences that no run decides: nothing can be measured in their window, or of their requests.

use std::time::Duration;

use netsplit_history::{Time, Window};

use crate::table::context::{Context, Value};
use crate::value::format;
use crate::{
    Action, Answer, Fault, Load, Metric, Population, Property, Repeat, Requests, Sentence, Trigger,
    WindowName,
};

/// The faults and actions that windows may name, the loads, and the measured part of the run.
pub(crate) struct Faults<'f> {
    /// All names, including those of invalid faults and actions.
    pub names: Vec<String>,
    /// The valid faults.
    pub sound: Vec<&'f Fault>,
    /// The valid actions.
    pub actions: &'f [Action],
    /// The loads, if all are valid.
    pub loads: &'f [Load],
    /// The start of the measured part.
    pub warmup: Duration,
    /// The end of the measured part.
    pub duration: Duration,
    /// The time after each fault that is not outside faults.
    pub settle: Duration,
}

/// Reports a sentence that no run of the scenario decides.
pub(crate) fn check_decidable(
    ctx: &Context<'_>,
    faults: &Faults<'_>,
    value: &Value<'_>,
    sentence: &Sentence,
) -> Option<()> {
    match sentence {
        Sentence::Metric { metric, window, .. } | Sentence::Aggregate { metric, window, .. } => {
            check_metric(ctx, faults, value, (metric, window))
        }
        Sentence::Property { property, .. } | Sentence::Violates { property, .. } => {
            check_property(ctx, faults, value, property)
        }
    }
}

/// Reports an answer that no run of the scenario gives.
pub(crate) fn check_answer(
    ctx: &Context<'_>,
    faults: &Faults<'_>,
    value: &Value<'_>,
    answer: &Answer,
) -> Option<()> {
    match answer {
        Answer::Metric { metric, window } => check_metric(ctx, faults, value, (metric, window)),
        Answer::Property(property) => check_property(ctx, faults, value, property),
    }
}

fn check_property(
    ctx: &Context<'_>,
    faults: &Faults<'_>,
    value: &Value<'_>,
    property: &Property,
) -> Option<()> {
    let Property::Serves(within) = property else { return Some(()) };
    if faults.names.len() == faults.actions.len() {
        let message = "there is no fault to recover from";
        return ctx.fail(value.span(), message, "expected a [[fault]] in the scenario");
    }
    check_heals(ctx, faults, value, *within)
}

fn check_metric(
    ctx: &Context<'_>,
    faults: &Faults<'_>,
    value: &Value<'_>,
    (metric, window): (&Metric, &WindowName),
) -> Option<()> {
    if let (Metric::Recovery, WindowName::After(name)) = (metric, window)
        && faults.sound.iter().any(|fault| fault.name == *name && never_heals(fault))
    {
        let message = format!("`{name}` never heals, so the window is empty");
        let label =
            format!("expected a fault with `for`, or `from {name}`, which counts from the strike");
        return ctx.fail(value.span(), message, &label);
    }
    check_time(ctx, faults, value, window)?;
    match metric {
        Metric::Availability(requests)
        | Metric::Throughput(requests)
        | Metric::RejectedRate(requests)
        | Metric::Latency(_, Population::Requests(requests))
        | Metric::Slower(_, Population::Requests(requests)) => {
            check_requests(ctx, faults, value, (requests, window))
        }
        _ => Some(()),
    }
}

/// Reports a service after the last heal where a fault never heals.
fn check_heals(
    ctx: &Context<'_>,
    faults: &Faults<'_>,
    value: &Value<'_>,
    within: Time,
) -> Option<()> {
    let Some(fault) = faults.sound.iter().find(|fault| never_heals(fault)) else {
        return Some(());
    };
    let name = &fault.name;
    let message = format!("`{name}` never heals, and this counts from the last heal");
    let within = format::nanos(within.as_nanos() as f64);
    let label = format!(
        "expected only faults with `for`, or `recovery <= {within} from {name}`, which counts from \
         the strike"
    );
    ctx.fail(value.span(), message, &label)
}

fn never_heals(fault: &Fault) -> bool {
    fault.hold.is_none() && !matches!(fault.repeat, Repeat::Churn { .. })
}

/// Reports a metric of requests that no load sends in the window.
fn check_requests(
    ctx: &Context<'_>,
    faults: &Faults<'_>,
    value: &Value<'_>,
    (requests, window): (&Requests, &WindowName),
) -> Option<()> {
    let Requests { operation, load: name, region, .. } = requests;
    if faults.loads.is_empty() {
        return Some(());
    }
    if let Some(operation) = operation {
        let sends =
            |load: &Load| load.mix.iter().any(|(op, weight)| op == operation && *weight > 0.0);
        if !faults.loads.iter().any(sends) {
            let message = format!("no load sends `{operation}`");
            return ctx.fail(
                value.span(),
                message,
                "expected an operation with a weight in a `mix`",
            );
        }
    }
    let fits = |load: &&Load| {
        name.as_ref().is_none_or(|name| *name == load.name)
            && (region.is_none() || *region == load.region)
    };
    let end = Time::from(faults.duration);
    let sent = faults.loads.iter().filter(fits);
    let sent = Window::union(sent.map(|load| (load.from, load.until.unwrap_or(end))));
    let possible = faults.possible(window);
    if possible.is_some_and(|possible| possible.and(&sent).is_empty()) {
        let message = "no load sends such requests in this window";
        return ctx.fail(
            value.span(),
            message,
            "expected a time between a load's `from` and `until`",
        );
    }
    Some(())
}

impl Faults<'_> {
    /// The measured time that the window can have at most; `None` where only a run tells.
    fn possible(&self, window: &WindowName) -> Option<Window> {
        let measured = Window::span(Time::from(self.warmup), Time::from(self.duration));
        let find = |name: &str| self.sound.iter().find(|fault| fault.name == name);
        let possible = match window {
            WindowName::Overall => measured.clone(),
            WindowName::Span(from, to) => Window::span(*from, *to),
            WindowName::Before(name) => match find(name)?.trigger {
                Trigger::At(at) => Window::span(Time::ZERO, at),
                Trigger::Event { .. } => return None,
            },
            WindowName::During(name) => Window::union(find(name)?.all_spans()?),
            WindowName::After(name) => {
                let heal = find(name)?.all_spans()?.iter().map(|span| span.1).max()?;
                Window::span(heal, Time::MAX)
            }
            WindowName::From(_) => return None,
            WindowName::OutsideFaults => {
                let certain = self.sound.iter().flat_map(|fault| fault.certain_spans(Time::MAX));
                let settle = Time::from(self.settle).as_nanos();
                let unsettled = certain.map(|(strike, heal)| {
                    (strike, Time::from_nanos(heal.as_nanos().saturating_add(settle)))
                });
                measured.minus(&Window::union(unsettled))
            }
        };
        Some(possible.and(&measured))
    }
}

/// Reports a window without measured time.
fn check_time(
    ctx: &Context<'_>,
    faults: &Faults<'_>,
    value: &Value<'_>,
    window: &WindowName,
) -> Option<()> {
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
            if never_heals(fault) {
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
        WindowName::During(name) if faults.possible(window).is_some_and(|w| w.is_empty()) => {
            let message = format!("`{name}` is active at no measured time");
            ctx.fail(value.span(), message, "expected a fault between `warmup` and `duration`")
        }
        WindowName::OutsideFaults if faults.possible(window).is_some_and(|w| w.is_empty()) => {
            let message = "no measured time is outside the faults";
            ctx.fail(
                value.span(),
                message,
                "expected some time without a fault, after its `settle`",
            )
        }
        _ => Some(()),
    }
}
