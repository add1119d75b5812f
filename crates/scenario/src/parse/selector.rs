//! Selectors of nodes: `"n1"`, `["n1", "n2"]`, a group, a load, a region, a role, `"any(3)"`,
//! `"20%"`, `"majority"`, `"minority"`.

use std::collections::BTreeSet;

use crate::Selector;
use crate::diagnostic::Problem;
use crate::diagnostic::suggest::{cut, nearest};
use crate::parse::symbols::{Symbols, Target};
use crate::table::context::{Context, Value};
use crate::table::fields;
use crate::value::scalar;
use crate::value::units;

/// Reads a selector.
pub(crate) fn selector(
    ctx: &Context<'_>,
    symbols: &Symbols,
    value: &Value<'_>,
) -> Option<Selector> {
    if !value.get_ref().is_array() {
        return one(ctx, symbols, value);
    }
    let list = fields::list(ctx, value, "an array of names")?;
    if list.is_empty() {
        return ctx.fail(value.span(), "this list is empty", "expected at least one name");
    }
    let read: Vec<_> = list.iter().map(|element| one(ctx, symbols, element)).collect();
    let all: Vec<_> = read.into_iter().collect::<Option<_>>()?;
    let mut seen = BTreeSet::new();
    for (index, element) in all.iter().enumerate() {
        if let Selector::Name(name) = element
            && !seen.insert(name)
        {
            return ctx.fail(
                list[index].span(),
                "this name is listed twice",
                "expected each name once",
            );
        }
    }
    Some(Selector::List(all))
}

/// Reads a selector whose nodes do not change during the run: no role and no random choice.
pub(crate) fn fixed_selector(
    ctx: &Context<'_>,
    symbols: &Symbols,
    value: &Value<'_>,
) -> Option<Selector> {
    let selector = selector(ctx, symbols, value)?;
    if is_fixed(symbols, &selector) {
        return Some(selector);
    }
    ctx.fail(
        value.span(),
        "a link rule holds for the whole run, but this selector is resolved during the run",
        "expected nodes, groups, loads or regions by name",
    )
}

fn is_fixed(symbols: &Symbols, selector: &Selector) -> bool {
    match selector {
        Selector::Name(name) => symbols.find(name) != Some(Target::Role),
        Selector::List(list) => list.iter().all(|element| is_fixed(symbols, element)),
        _ => false,
    }
}

fn one(ctx: &Context<'_>, symbols: &Symbols, value: &Value<'_>) -> Option<Selector> {
    let text = scalar::str_of(ctx, value, "the name of a node, for example \"n1\" or \"any(2)\"")?;
    match text {
        "any" => return Some(Selector::Any(1)),
        "majority" => return Some(Selector::Majority),
        "minority" => return Some(Selector::Minority),
        _ => {}
    }
    if let Some(inner) = text.strip_prefix("any(").and_then(|rest| rest.strip_suffix(')')) {
        return any(ctx, symbols, value, inner);
    }
    if let Some(number) = text.strip_suffix('%') {
        let percent = units::decimal(number.trim_end(), 0);
        let Some(percent) = percent.filter(|percent| *percent > 0.0 && *percent <= 100.0) else {
            let message = format!("`{}` is not a share of the nodes", cut(text));
            return ctx.fail(value.span(), message, "expected more than 0% and at most 100%");
        };
        return Some(Selector::Percent(percent));
    }
    if symbols.complete() && symbols.find(text).is_none() {
        let problem = Problem::error(value.span(), format!("there is no `{}`", cut(text)))
            .label(symbols.listed())
            .maybe_help(hint(symbols, text));
        ctx.report(problem);
        return None;
    }
    Some(Selector::Name(text.to_owned()))
}

fn hint(symbols: &Symbols, text: &str) -> Option<String> {
    let call = text.split('(').next().filter(|_| text.contains('('));
    match call.and_then(|word| nearest(word, ["any"])) {
        Some(_) => Some("for any three nodes, write `any(3)`".to_owned()),
        None => symbols.hint(text),
    }
}

fn any(ctx: &Context<'_>, symbols: &Symbols, value: &Value<'_>, inner: &str) -> Option<Selector> {
    let most = if symbols.complete() { symbols.nodes() } else { scalar::COUNT_MAX };
    let number: Option<u64> = inner.trim().parse().ok();
    let Some(number) = number.filter(|n| (1..=most).contains(n)) else {
        let message = format!("`any({})` cannot be drawn", cut(inner));
        let label = format!("expected any(1) to any({most})");
        return ctx.fail(value.span(), message, &label);
    };
    Some(Selector::Any(number as u32))
}
