//! `variant` and `[params]`: the configuration of the lab.

use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::Problem;
use crate::diagnostic::source::Span;
use crate::diagnostic::suggest::did_you_mean;
use crate::lab::{Resolved, UnknownName};
use crate::table::context::{Context, Table, Value};
use crate::table::fields::wrong_type;
use crate::value::scalar;
use crate::value::without_spans::plain_table;
use crate::{CheckedParams, LabSpec};

/// Reads a variant of the lab: the text, and its fillings and parameters.
pub(crate) fn variant(ctx: &Context<'_>, value: &Value<'_>) -> Option<(String, Resolved)> {
    let text = scalar::str_of(ctx, value, "the name of a variant, as a string")?;
    match ctx.lab?.resolve(text) {
        Ok(resolved) => Some((text.to_owned(), resolved)),
        Err(unknown) => {
            for UnknownName { what, name, at, known } in unknown {
                let span = ctx.inside(value, at..at + name.len());
                ctx.unknown(span, &format!("the lab has no {what}"), &name, known.into_iter());
            }
            None
        }
    }
}

/// Reads the parameters. Those that the variant `sets` override the file's.
pub(crate) fn params(
    ctx: &Context<'_>,
    value: Option<&Value<'_>>,
    sets: &[(&'static str, &'static str)],
) -> Option<CheckedParams> {
    let lab = ctx.lab?;
    let (mut table, span) = match value {
        None => (Table::new(), 0..0),
        Some(value) => match value.get_ref().as_table() {
            None => return wrong_type(ctx, value, "a table: [params]"),
            Some(table) => {
                let plain = plain_table(ctx, table);
                let sound = table.clone().into_iter();
                let sound = sound.filter(|(key, _)| plain.contains_key(&**key.get_ref()));
                (sound.collect(), value.span())
            }
        },
    };
    for (name, set) in sets {
        let set = DeValue::parse(set).expect("a lab's bundles set TOML values");
        table.insert(
            Spanned::new(span.clone(), (*name).into()),
            Spanned::new(span.clone(), set.into_inner()),
        );
    }
    check(ctx, lab, table, span)
}

/// Reports unknown keys, then deserializes the others into the lab's type. The key of each error
/// is removed and the rest is deserialized again, so that all errors are found.
fn check(ctx: &Context<'_>, lab: &LabSpec, table: Table<'_>, span: Span) -> Option<CheckedParams> {
    let known = param_names(lab);
    let is_known = |key: &str| known.iter().any(|known| known == key);
    for (key, _) in table.iter().filter(|(key, _)| !is_known(key.get_ref())) {
        ctx.unknown_key(
            key.span(),
            "the lab has no parameter",
            key.get_ref(),
            known.iter().map(String::as_str),
        );
    }
    let mut table: Table<'_> =
        table.into_iter().filter(|(key, _)| is_known(key.get_ref())).collect();
    let mut whole = true;
    loop {
        let spanned = Spanned::<DeTable<'_>>::new(span.clone(), table.clone());
        let error = match (lab.params.read)(spanned.into()) {
            Ok(params) => return Some(params),
            Err(error) => error,
        };
        let culprit = error.span().and_then(|span| {
            let holds = |(key, value): &(&Spanned<_>, &Value<'_>)| {
                key.span().start <= span.start && span.end <= value.span().end.max(key.span().end)
            };
            table.iter().find(holds).map(|(key, _)| key.get_ref().to_string())
        });
        if whole || culprit.is_some() {
            let place = error.span().filter(|_| culprit.is_some());
            let about = culprit.as_deref().and_then(|param| about(lab, param));
            ctx.report(misfit(place.unwrap_or_else(|| span.clone()), error.message(), about));
        }
        table.remove(culprit?.as_str());
        whole = false;
    }
}

/// The names of the lab's parameters, from their schema.
pub(crate) fn param_names(lab: &LabSpec) -> Vec<String> {
    let schema = (lab.params.schema)();
    let properties = schema.get("properties").and_then(Json::as_object);
    properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
}

/// The lab's description of a parameter.
fn about(lab: &LabSpec, param: &str) -> Option<String> {
    let schema = (lab.params.schema)();
    let about = schema.get("properties")?.get(param)?.get("description")?;
    Some(format!("`{param}`: {}", about.as_str()?.replace('\n', " ")))
}

/// Translates serde's message for people who do not know Rust: the problem, what was expected as
/// the label, and a suggestion from the listed words. For an untagged enum, where serde does not
/// say what it expected, the parameter's description `about` is added.
fn misfit(span: Span, message: &str, about: Option<String>) -> Problem {
    const SHOWN_MAX: usize = 300;
    let message: String = message.trim().replace('\n', " ").chars().take(SHOWN_MAX).collect();
    let (wrong, expected) = match message.split_once(", expected ") {
        Some((wrong, expected)) => (wrong, format!("expected {expected}")),
        None => match message.split_once("; ") {
            Some((wrong, expected)) => (wrong, expected.to_owned()),
            None => (message.as_str(), String::new()),
        },
    };
    let quoted = |text: &str| -> Vec<String> {
        text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    };
    let words = quoted(&expected);
    let expected = match expected.strip_prefix("expected ") {
        Some("u8" | "u16" | "u32" | "u64" | "usize") => "expected a non-negative integer",
        Some("i8" | "i16" | "i32" | "i64" | "isize") => "expected an integer",
        Some("f32" | "f64") => "expected a number",
        Some("a boolean") => "expected true or false",
        _ => &expected,
    };
    let help =
        quoted(wrong).first().and_then(|word| did_you_mean(word, words.iter().map(String::as_str)));
    let untagged = wrong.starts_with("data did not match any variant");
    let wrong = match wrong.split_once(": ").unwrap_or(("", wrong)) {
        _ if untagged => "the value has none of the expected forms".to_owned(),
        ("invalid type", "map") => "wrong type: a table".to_owned(),
        ("invalid type", "sequence") => "wrong type: an array".to_owned(),
        ("invalid type", found) => format!("wrong type: {found}"),
        ("invalid value", found) => format!("out of range: {found}"),
        _ => match wrong.strip_prefix("unknown variant ") {
            Some(word) => format!("{word} is not a possible value"),
            None => wrong.to_owned(),
        },
    };
    Problem::error(span, format!("invalid parameter: {wrong}"))
        .label(expected)
        .maybe_help(help)
        .maybe_help(about.filter(|_| untagged))
}
