//! `[params]`: the lab's own knobs, checked by the lab's own type.

use serde_json::Value as Json;
use toml::Spanned;
use toml::de::DeTable;

use crate::LabSpec;
use crate::context::{Context, Table, Value};
use crate::diagnostic::Problem;
use crate::fields::wrong_type;
use crate::plain::plain_table;
use crate::suggest::{did_you_mean, one_of};
use crate::units::cut;

/// Reads the parameters.
pub(crate) fn params(ctx: &Context<'_>, value: Option<&Value<'_>>) -> toml::Table {
    let (Some(value), Some(lab)) = (value, ctx.lab) else {
        return toml::Table::new();
    };
    let Some(table) = value.get_ref().as_table() else {
        wrong_type::<()>(ctx, value, "a table: [params]");
        return toml::Table::new();
    };
    let plain = plain_table(ctx, table);
    if plain.is_some() {
        check(ctx, lab, table.clone(), value);
    }
    plain.unwrap_or_default()
}

/// Reports the keys that the lab does not have, then what its type says of the others: each
/// error's key is taken out and the rest is checked again, so that all are found.
fn check(ctx: &Context<'_>, lab: &LabSpec, table: Table<'_>, value: &Value<'_>) {
    let known = param_names(lab);
    let is_known = |key: &str| known.iter().any(|known| known == key);
    for (key, _) in table.iter().filter(|(key, _)| !is_known(key.get_ref())) {
        unknown(ctx, key, &known);
    }
    let mut table: Table<'_> = table
        .into_iter()
        .filter(|(key, _)| is_known(key.get_ref()))
        .collect();
    let mut whole = true;
    loop {
        let spanned = Spanned::<DeTable<'_>>::new(value.span(), table.clone());
        let Err(error) = (lab.params.check)(spanned.into()) else {
            return;
        };
        let culprit = error.span().and_then(|span| {
            let holds = |(key, value): &(&Spanned<_>, &Value<'_>)| {
                key.span().start <= span.start && span.end <= value.span().end.max(key.span().end)
            };
            table
                .iter()
                .find(holds)
                .map(|(key, _)| key.get_ref().to_string())
        });
        if whole || culprit.is_some() {
            let span = error.span().filter(|_| culprit.is_some());
            let message = format!("this parameter does not fit: {}", cut_long(error.message()));
            ctx.report(Problem::error(span.unwrap_or(value.span()), message));
        }
        let Some(culprit) = culprit else {
            return;
        };
        table.remove(culprit.as_str());
        whole = false;
    }
}

fn unknown(ctx: &Context<'_>, key: &Spanned<std::borrow::Cow<'_, str>>, known: &[String]) {
    let known = || known.iter().map(String::as_str);
    let message = format!("the lab has no parameter `{}`", cut(key.get_ref()));
    let problem = Problem::error(key.span(), message)
        .label(one_of(known()))
        .maybe_help(did_you_mean(key.get_ref(), known()));
    ctx.report(problem);
}

/// The names of the lab's parameters, from their schema.
pub(crate) fn param_names(lab: &LabSpec) -> Vec<String> {
    let schema = (lab.params.schema)();
    let properties = schema.get("properties").and_then(Json::as_object);
    properties
        .map(|properties| properties.keys().cloned().collect())
        .unwrap_or_default()
}

fn cut_long(message: &str) -> String {
    const SHOWN_MAX: usize = 300;
    match message.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}...", &message[..end]),
        None => message.trim_end().replace('\n', " "),
    }
}
