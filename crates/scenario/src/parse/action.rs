//! `[[action]]`: requests to the lab itself, such as adding a node.

use netsplit_history::Time;
use toml::Spanned;
use toml::de::DeValue;

use crate::diagnostic::Problem;
use crate::diagnostic::source::Span;
use crate::diagnostic::suggest::cut;
use crate::parse::action_args::{Later, arguments};
use crate::parse::symbols::Symbols;
use crate::parse::trigger::{EVENT, trigger};
use crate::table::context::{Context, Table, Value};
use crate::table::fields::{Fields, wrong_type};
use crate::table::named_list;
use crate::table::shape::{Kind, Shape, key, required};
use crate::value::scalar;
use crate::{Action, ActionSpec, Argument, LabSpec, Trigger};

/// `[[action]]`.
pub(crate) const ACTION: Shape = Shape {
    what: "an action",
    keys: &[
        key("name", Kind::Name, "Its name. Default: its verb, numbered from the second on."),
        required(
            "at",
            Kind::Trigger(&EVENT),
            "When the lab is asked: at a time, or after an event of the lab.",
        ),
        required("do", Kind::Verb, "One of the lab's verbs: \"VERB\", or { VERB = ARGUMENTS }."),
    ],
    one_of: &[],
};

/// The base name of an unnamed action: its verb.
pub(crate) fn default_name<'t>(table: &'t Table<'_>) -> &'t str {
    let verb = match table.get("do").map(Spanned::get_ref) {
        Some(DeValue::String(verb)) => Some(&**verb),
        Some(DeValue::Table(table)) => table.keys().next().map(|key| &**key.get_ref()),
        _ => None,
    };
    verb.unwrap_or("action")
}

/// An action, and what is to be checked once all actions are known.
struct Read {
    action: Action,
    later: Vec<Later>,
    span: Span,
}

/// Reads the actions of a run that ends at `end`. Windows name both actions and `faults`.
pub(crate) fn actions(
    ctx: &Context<'_>,
    symbols: &Symbols,
    value: Option<&Value<'_>>,
    faults: &[String],
    end: Time,
) -> Vec<Action> {
    let elements = named_list::tables(ctx, value, "action", &ACTION);
    named_list::check_unique(ctx, elements, "action");
    let names = named_list::names(elements, default_name);
    for (element, name) in elements.iter().zip(&names).filter(|(_, name)| faults.contains(name)) {
        let message = format!("`{}` names both a fault and an action", cut(name));
        let label = "expected another `name`: windows use both";
        ctx.complain(named_list::name_span(element), message, label);
    }
    let before = ctx.errors();
    let read = elements.iter().zip(names);
    let read: Vec<_> =
        read.filter_map(|(value, name)| action(ctx, symbols, value, name, end)).collect();
    if let Some(lab) = ctx.lab.filter(|_| symbols.complete() && ctx.errors() == before) {
        check_started(ctx, lab, symbols, &read);
    }
    read.into_iter().map(|read| read.action).collect()
}

fn action(
    ctx: &Context<'_>,
    symbols: &Symbols,
    value: &Value<'_>,
    name: String,
    end: Time,
) -> Option<Read> {
    let fields = Fields::open(ctx, value, &ACTION)?;
    fields.read(ctx, "name", scalar::name);
    let trigger = fields.read(ctx, "at", |ctx, value| trigger(ctx, value, end, "action"));
    let asked = fields.get("do")?;
    let (spec, args, place) = verb(ctx, asked)?;
    let mut later = Vec::new();
    let args = arguments(ctx, symbols, spec, args, place, &mut later)?;
    let action = Action { name, trigger: trigger?, verb: spec.name, args };
    Some(Read { action, later, span: asked.span() })
}

/// The verb, its arguments as written, and the place of the verb.
fn verb<'v, 'i>(
    ctx: &Context<'_>,
    value: &'v Value<'i>,
) -> Option<(&'static ActionSpec, Option<&'v Value<'i>>, Span)> {
    const EXPECTED: &str = "a verb: \"VERB\" or { VERB = ... }";
    let (span, verb, args) = match value.get_ref() {
        DeValue::String(verb) => (value.span(), &**verb, None),
        DeValue::Table(table) => {
            let mut entries = table.iter();
            let (Some((key, args)), None) = (entries.next(), entries.next()) else {
                let label = format!("expected {EXPECTED}");
                return ctx.fail(value.span(), "an action has exactly one verb", &label);
            };
            (key.span(), &**key.get_ref(), Some(args))
        }
        _ => return wrong_type(ctx, value, EXPECTED),
    };
    let actions = ctx.lab?.actions;
    let Some(spec) = actions.iter().find(|action| action.name == verb) else {
        if actions.is_empty() {
            let message = "this lab performs no actions";
            return ctx.fail(span, message, "expected no `[[action]]` with this lab");
        }
        ctx.unknown(span, "the lab has no action", verb, actions.iter().map(|action| action.name));
        return None;
    };
    Some((spec, args, span))
}

/// The number of nodes that actions may start during a run.
pub const STARTED_NODES_MAX: u32 = 64;

/// Reports names of nodes that no earlier action starts, and actions that start too many nodes.
fn check_started(ctx: &Context<'_>, lab: &LabSpec, symbols: &Symbols, all: &[Read]) {
    let starts = |read: &Read| {
        let spec = lab.actions.iter().find(|spec| spec.name == read.action.verb)?;
        let counts = read.action.args.iter().filter_map(|(_, value)| match value {
            Argument::Count(count) => Some(*count),
            _ => None,
        });
        Some((spec.starts?, counts.fold(1, |_, count| count)))
    };
    let mut total = 0u32;
    for read in all {
        total = total.saturating_add(starts(read).map_or(0, |(_, count)| count));
        if total > STARTED_NODES_MAX {
            let message = format!("the actions start more than {STARTED_NODES_MAX} nodes");
            let label = format!("expected at most {STARTED_NODES_MAX} nodes in all");
            return ctx.complain(read.span.clone(), message, &label);
        }
    }
    for read in all {
        for Later { name, number, group, span } in &read.later {
            let may_precede = |other: &&Read| match (&other.action.trigger, &read.action.trigger) {
                (Trigger::At(other), Trigger::At(this)) => other <= this,
                _ => true,
            };
            let earlier = all.iter().filter(may_precede).filter_map(starts);
            let started: u32 = earlier.filter(|(of, _)| of == group).map(|(_, count)| count).sum();
            if *number > symbols.count(group) + started {
                let problem = Problem::error(span.clone(), format!("there is no node `{name}`"));
                ctx.report(problem.label(symbols.listed_nodes(group, started)));
            }
        }
    }
}
