//! `[[fault]]`: a fault, its start, its duration and its repetition.

use netsplit_history::Time;

use crate::diagnostic::source::Span;
use crate::parse::fault_kind::{self, KINDS};
use crate::parse::symbols::Symbols;
use crate::parse::trigger::{EVENT, trigger};
use crate::table::context::{Context, Table, Value};
use crate::table::fields::Fields;
use crate::table::named_list;
use crate::table::shape::{Key, Kind, Shape, key, required};
use crate::value::dist::dist_of_at_least;
use crate::value::scalar;
use crate::{Dist, Fault, Repeat, Trigger};

/// `[[fault]]`.
pub(crate) const FAULT: Shape = Shape { what: "a fault", keys: &KEYS, one_of: &fault_kind::NAMES };

const KEYS: [Key; COMMON_KEYS.len() + KINDS.len()] = {
    let mut keys = [COMMON_KEYS[0]; COMMON_KEYS.len() + KINDS.len()];
    let mut at = 1;
    while at < keys.len() {
        keys[at] = match at.checked_sub(COMMON_KEYS.len()) {
            Some(kind) => KINDS[kind].key,
            None => COMMON_KEYS[at],
        };
        at += 1;
    }
    keys
};

/// The keys of faults of every kind.
const COMMON_KEYS: [Key; 7] = [
    key("name", Kind::Name, "Its name. Default: its kind, numbered from the second on."),
    required("at", Kind::Trigger(&EVENT), "When it first strikes: a time, or an event of the lab."),
    key("for", Kind::Dist, "How long it lasts. Default: until the end of the run."),
    key("every", Kind::Dist, "Interval from strike to strike. Default: it strikes once."),
    key("times", Kind::Integer(1), "Total number of strikes. Default: until the end of the run."),
    key("churn", Kind::Table(&CHURN), "Strikes and heals each target independently, repeatedly."),
    key(
        "may_miss",
        Kind::Boolean,
        "Whether it may affect nothing without making the run inconclusive. Default: false.",
    ),
];

const CHURN: Shape = Shape {
    what: "churn",
    keys: &[
        required("up", Kind::Dist, "Time from a heal of the target to its next strike."),
        required("down", Kind::Dist, "Time from a strike at the target to its heal."),
    ],
    one_of: &[],
};

/// The shortest mean of a repetition; shorter ones would produce too many events.
const REPEAT_MIN_NS: u64 = 1_000_000;

/// A fault and the place of its kind.
pub(crate) struct Placed {
    pub fault: Fault,
    /// The place of the value of its kind's key, which names its targets.
    pub kind_span: Span,
}

/// The base name of an unnamed fault: its kind.
pub(crate) fn default_name<'t>(table: &'t Table<'_>) -> &'t str {
    fault_kind::NAMES.into_iter().find(|kind| table.contains_key(*kind)).unwrap_or("fault")
}

/// Reads the faults of a run that ends at `end`.
pub(crate) fn faults(
    ctx: &Context<'_>,
    symbols: &Symbols,
    value: Option<&Value<'_>>,
    end: Time,
) -> Vec<Placed> {
    let elements = named_list::tables(ctx, value, "fault", &FAULT);
    named_list::check_unique(ctx, elements, "fault");
    let called = named_list::names(elements, default_name);
    elements
        .iter()
        .zip(called)
        .filter_map(|(value, name)| fault(ctx, symbols, value, name, end))
        .collect()
}

fn fault(
    ctx: &Context<'_>,
    symbols: &Symbols,
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
    let (kind, kind_span) = fault_kind::kind(ctx, symbols, &fields)?;
    if hold.is_none() && !fields.lacks("for") {
        return None;
    }
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
        if fault_kind::is_of_links(fields) {
            let why = "expected a fault of nodes; faults of links cannot churn";
            fields.forbid(ctx, &["churn"], why);
            return None;
        }
        fields.forbid(ctx, &["every", "times"], "`churn` already repeats the fault");
        let churn = Fields::open(ctx, value, &CHURN)?;
        let up = churn.read(ctx, "up", long_enough);
        let down = churn.read(ctx, "down", long_enough);
        return Some(Repeat::Churn { up: up?, down: down? });
    }
    let Some(value) = fields.get("every") else {
        fields.forbid(ctx, &["times"], "expected `every` with `times`");
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
    if fields.lacks("for") {
        let label = "expected `for` with `every`: the duration of each firing";
        return ctx.fail(fields.span_of("every"), "a fault that never heals cannot repeat", label);
    }
    let hold = hold?.constant_ns();
    if hold >= every.constant_ns() && hold.is_some() && every.constant_ns().is_some() {
        let label = "expected less than `every`";
        return ctx.fail(fields.span_of("for"), "this fault strikes again before it heals", label);
    }
    Some(())
}

impl Fault {
    /// The intervals in which it is certainly active. Empty unless its time is fixed and its
    /// duration is fixed or unlimited.
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

    /// All intervals in which it is active, where nothing about them is random; `None` elsewhere.
    pub(crate) fn all_spans(&self) -> Option<Vec<(Time, Time)>> {
        let repeats = match &self.repeat {
            Repeat::Never => true,
            Repeat::Every { every, times } => {
                every.constant_ns().is_some() && times.is_some_and(|n| n < STRIKES_COMPARED)
            }
            Repeat::Churn { .. } => false,
        };
        let spans = self.certain_spans(Time::MAX);
        (repeats && !spans.is_empty()).then_some(spans)
    }
}

/// How many strikes of a fault are compared; the simulator handles later contradictions.
const STRIKES_COMPARED: u32 = 100;
