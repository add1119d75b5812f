//! The arguments of an action, checked against the lab's description.

use std::time::Duration;

use crate::diagnostic::Problem;
use crate::diagnostic::source::Span;
use crate::diagnostic::suggest::{cut, did_you_mean};
use crate::parse::action::STARTED_NODES_MAX;
use crate::parse::selector::selector;
use crate::parse::symbols::{Symbols, Target};
use crate::table::context::{Context, Value};
use crate::table::fields::wrong_type;
use crate::value::scalar;
use crate::{ActionSpec, ArgKind, ArgSpec, Argument, Selector};

/// The name of a node that only another action can have started.
pub(crate) struct Later {
    pub name: String,
    pub number: u32,
    pub group: &'static str,
    pub span: Span,
}

/// Reads the arguments of an action. `place` is that of the verb.
pub(crate) fn arguments(
    ctx: &Context<'_>,
    symbols: &Symbols,
    spec: &'static ActionSpec,
    value: Option<&Value<'_>>,
    place: Span,
    later: &mut Vec<Later>,
) -> Option<Vec<(&'static str, Argument)>> {
    let mut written = Vec::new();
    match (value, spec.args) {
        (None, _) => {}
        (Some(value), [only]) if !value.get_ref().is_table() => written.push((only, value)),
        (Some(value), _) => {
            let Some(table) = value.get_ref().as_table() else {
                return wrong_type(ctx, value, &expected(spec));
            };
            for (key, value) in table {
                let known = spec.args.iter().find(|arg| arg.name == key.get_ref());
                match known {
                    Some(arg) => written.push((arg, value)),
                    None => unknown_key(ctx, spec, key.span(), key.get_ref()),
                }
            }
            if written.len() < table.len() {
                return None;
            }
        }
    }
    for arg in spec.args.iter().filter(|arg| arg.required) {
        if !written.iter().any(|(there, _)| there.name == arg.name) {
            let span = value.map_or(place, Value::span);
            let message = format!("`{}` needs the key `{}`", spec.name, arg.name);
            let label = format!("expected {}: {}", expected(spec), arg.summary);
            return ctx.fail(span, message, &label);
        }
    }
    let read = written.into_iter().map(|(arg, value)| {
        let argument = argument(ctx, symbols, arg, value, later)?;
        Some((arg.name, argument))
    });
    let read: Vec<_> = read.collect();
    read.into_iter().collect()
}

/// Whether actions of the lab can start node `number` of a group.
fn may_start(ctx: &Context<'_>, symbols: &Symbols, group: &str, number: u32) -> bool {
    let actions = ctx.lab.map_or(&[][..], |lab| lab.actions);
    let starts = actions.iter().any(|action| action.starts == Some(group));
    starts && number <= symbols.count(group) + STARTED_NODES_MAX
}

fn unknown_key(ctx: &Context<'_>, spec: &ActionSpec, span: Span, key: &str) {
    let names = spec.args.iter().map(|arg| arg.name);
    let problem = Problem::error(span, format!("`{}` has no key `{}`", spec.name, cut(key)))
        .label(format!("expected {}", expected(spec)))
        .maybe_help(did_you_mean(key, names));
    ctx.report(problem);
}

/// An example of the action with its arguments.
fn expected(spec: &ActionSpec) -> String {
    if spec.args.is_empty() {
        return format!("`\"{}\"`, which takes no arguments", spec.name);
    }
    let keys: Vec<_> = spec.args.iter().map(|arg| format!("{} = ...", arg.name)).collect();
    format!("`{{ {} = {{ {} }} }}`", spec.name, keys.join(", "))
}

fn argument(
    ctx: &Context<'_>,
    symbols: &Symbols,
    arg: &'static ArgSpec,
    value: &Value<'_>,
    later: &mut Vec<Later>,
) -> Option<Argument> {
    Some(match arg.kind {
        ArgKind::Node(group) => {
            let node = node(ctx, symbols, group, value, later)?;
            Argument::Node { group, node }
        }
        ArgKind::Nodes => Argument::Nodes(selector(ctx, symbols, value)?),
        ArgKind::Count => Argument::Count(scalar::count(ctx, value)?),
        ArgKind::Duration => {
            let duration: Duration = scalar::duration(ctx, value)?;
            Argument::Duration(duration)
        }
    })
}

/// Reads the name of one node of `group`, a role, or `any`.
fn node(
    ctx: &Context<'_>,
    symbols: &Symbols,
    group: &'static str,
    value: &Value<'_>,
    later: &mut Vec<Later>,
) -> Option<Selector> {
    let name = scalar::str_of(ctx, value, "the name of one node, a role or \"any\", as a string")?;
    if name == "any" {
        return Some(Selector::Any(1));
    }
    let selector = || Some(Selector::Name(name.to_owned()));
    if !symbols.complete() || symbols.is_node_of(name, group) {
        return selector();
    }
    let message = match symbols.find(name) {
        Some(Target::Role) => return selector(),
        Some(Target::Node { .. }) => format!("`{name}` is no node of the group `{group}`"),
        Some(_) => format!("`{name}` is not a single node"),
        None => match symbols.number_in(name, group).filter(|n| may_start(ctx, symbols, group, *n))
        {
            Some(number) => {
                let (name, span) = (name.to_owned(), value.span());
                later.push(Later { name, number, group, span });
                return selector();
            }
            None => format!("there is no node `{}`", cut(name)),
        },
    };
    let problem = Problem::error(value.span(), message).label(symbols.listed_nodes(group, 0));
    ctx.report(problem.maybe_help(did_you_mean(name, symbols.roles().chain(["any"]))));
    None
}
