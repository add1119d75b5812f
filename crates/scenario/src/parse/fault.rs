//! `[[fault]]`: what breaks, when, for how long and how often.

use netsplit_history::Time;

use crate::diagnostic::source::Span;
use crate::parse::fault_kind;
use crate::parse::fault_shape::{self, KIND_NAMES, LINK_KINDS};
use crate::parse::symbols::Names;
use crate::parse::trigger::trigger;
use crate::table::context::{Context, Table, Value};
use crate::table::fields::Fields;
use crate::table::named_list;
use crate::table::shape::{Kind, Shape, key, required};
use crate::value::dist::dist_of_at_least;
use crate::value::scalar;
use crate::{Dist, Fault, Repeat, Trigger};

/// `[[fault]]`.
pub(crate) const FAULT: Shape = Shape {
    what: "a fault",
    keys: &[
        key(
            "name",
            Kind::Name,
            "Its name; unless said, its kind, and a number from the second on.",
        ),
        required("at", Kind::Trigger, "When it strikes first: a time, or an event of the lab."),
        key("for", Kind::Dist, "How long it holds; unless said, for the rest of the run."),
        key("every", Kind::Dist, "From one strike to the next; unless said, it strikes once."),
        key("times", Kind::Integer(1), "How many strikes in all; unless said, until the end."),
        key(
            "churn",
            Kind::Table(&CHURN),
            "Each target on its own, over and over, up and down in turn.",
        ),
        key("may_miss", Kind::Boolean, "It may touch nothing without making the run inconclusive."),
        fault_shape::PARTITION,
        fault_shape::LATENCY,
        fault_shape::LOSS,
        fault_shape::DUPLICATE,
        fault_shape::BANDWIDTH,
        fault_shape::CRASH,
        fault_shape::PAUSE,
        fault_shape::SLOW,
        fault_shape::CLOCK,
        fault_shape::DISK,
    ],
    one_of: &KIND_NAMES,
};

const CHURN: Shape = Shape {
    what: "churn",
    keys: &[
        required("up", Kind::Dist, "How long a target is left alone."),
        required("down", Kind::Dist, "How long it is struck."),
    ],
    one_of: &[],
};

/// Shorter repetitions than this would keep a run from ending.
const REPEAT_MIN_NS: u64 = 1_000_000;

/// A fault and where its parts stand.
pub(crate) struct Placed {
    pub fault: Fault,
    /// Of the value of its kind's key: where its targets are named.
    pub kind_span: Span,
}

/// What an unnamed fault is called after: its kind.
pub(crate) fn default_name<'t>(table: &'t Table<'_>) -> &'t str {
    KIND_NAMES.into_iter().find(|kind| table.contains_key(*kind)).unwrap_or("fault")
}

/// Reads the faults of a run that ends at `end`.
pub(crate) fn faults(
    ctx: &Context<'_>,
    names: &Names,
    value: Option<&Value<'_>>,
    end: Time,
) -> Vec<Placed> {
    let elements = named_list::tables(ctx, value, "fault", &FAULT);
    named_list::check_unique(ctx, elements, "fault");
    let called = named_list::names(elements, default_name);
    elements
        .iter()
        .zip(called)
        .filter_map(|(value, name)| fault(ctx, names, value, name, end))
        .collect()
}

fn fault(
    ctx: &Context<'_>,
    names: &Names,
    value: &Value<'_>,
    name: String,
    end: Time,
) -> Option<Placed> {
    let fields = Fields::open(ctx, value, &FAULT)?;
    fields.read(ctx, "name", scalar::name);
    let trigger = fields.read(ctx, "at", |ctx, value| trigger(ctx, value, end, "fault"));
    let hold = fields.read(ctx, "for", |ctx, value| dist_of_at_least(ctx, value, 1));
    let repeat = repeat(ctx, &fields, hold.as_ref());
    let may_miss = fields.read(ctx, "may_miss", scalar::boolean);
    let (kind, kind_span) = fault_kind::kind(ctx, names, &fields)?;
    Some(Placed {
        fault: Fault {
            name,
            trigger: trigger?,
            hold,
            repeat: repeat?,
            kind,
            may_miss: may_miss.unwrap_or(false),
        },
        kind_span,
    })
}

fn repeat(ctx: &Context<'_>, fields: &Fields<'_, '_>, hold: Option<&Dist>) -> Option<Repeat> {
    let long_enough =
        |ctx: &Context<'_>, value: &Value<'_>| dist_of_at_least(ctx, value, REPEAT_MIN_NS);
    if let Some(value) = fields.get("churn") {
        if LINK_KINDS.iter().any(|kind| fields.get(kind).is_some()) {
            let why = "expected a fault of nodes: only they churn, each on its own";
            fields.forbid(ctx, &["churn"], why);
            return None;
        }
        fields.forbid(ctx, &["every", "times"], "`churn` repeats by itself");
        let churn = Fields::open(ctx, value, &CHURN)?;
        let up = churn.read(ctx, "up", long_enough);
        let down = churn.read(ctx, "down", long_enough);
        return Some(Repeat::Churn { up: up?, down: down? });
    }
    let Some(value) = fields.get("every") else {
        fields.forbid(ctx, &["times"], "how often needs `every`: how far apart");
        return Some(Repeat::Never);
    };
    let times = fields.read(ctx, "times", scalar::count);
    let every = long_enough(ctx, value)?;
    check_heals_between(ctx, fields, &every, hold)?;
    Some(Repeat::Every { every, times })
}

fn check_heals_between(
    ctx: &Context<'_>,
    fields: &Fields<'_, '_>,
    every: &Dist,
    hold: Option<&Dist>,
) -> Option<()> {
    if fields.get("for").is_none() {
        let label = "expected `for` beside it: how long each strike holds";
        return ctx.fail(
            fields.span_of("every"),
            "a fault that never heals cannot strike again",
            label,
        );
    }
    let hold = hold?.constant_ns();
    if hold >= every.constant_ns() && hold.is_some() && every.constant_ns().is_some() {
        let label = "expected less than `every`";
        return ctx.fail(fields.span_of("for"), "this fault strikes again before it heals", label);
    }
    Some(())
}

impl Fault {
    /// When it certainly holds: only for a fault at a set time, for a set duration or for ever.
    pub(crate) fn certain_spans(&self, end: Time) -> Vec<(Time, Time)> {
        let Trigger::At(at) = self.trigger else {
            return Vec::new();
        };
        let hold = match self.hold.as_ref().map(Dist::constant_ns) {
            None => u64::MAX,
            Some(Some(hold)) => hold,
            Some(None) => return Vec::new(),
        };
        let until = |from: Time| Time::from_nanos(from.as_nanos().saturating_add(hold)).min(end);
        let Repeat::Every { every, times } = &self.repeat else {
            let once = matches!(self.repeat, Repeat::Never);
            return once.then(|| (at, until(at))).into_iter().collect();
        };
        let Some(every) = every.constant_ns() else {
            return vec![(at, until(at))];
        };
        let strikes = times.unwrap_or(u32::MAX).min(STRIKES_COMPARED) as u64;
        (0..strikes)
            .map(|n| Time::from_nanos(at.as_nanos().saturating_add(every.saturating_mul(n))))
            .take_while(|from| *from < end)
            .map(|from| (from, until(from)))
            .collect()
    }
}

/// Contradictions among later strikes are left to the run.
const STRIKES_COMPARED: u32 = 100;
