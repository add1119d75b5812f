//! `--vary KEY=A,B`: the values of a key.

use netsplit_harness::{Catalog, Experiment, LoadError, Source};

use crate::exit;

/// Reads `KEY=A,B` as the key and its values, which differ.
///
/// # Errors
/// When there is no key, or a value is empty or named twice.
pub fn parse(text: &str) -> anyhow::Result<(&str, Vec<String>)> {
    let refuse = |why: &str| Err(exit::usage(format!("--vary {text}: {why}")));
    let Some((key, values)) = text.split_once('=') else {
        return refuse("write KEY=VALUE,VALUE, such as variant=a,b");
    };
    let values = split_values(values);
    for (index, value) in values.iter().enumerate() {
        if value.is_empty() {
            let why = format!("value {} is empty; an empty string is written \"\"", index + 1);
            return refuse(&why);
        }
        if values[..index].contains(value) {
            return refuse(&format!("`{value}` is named twice"));
        }
    }
    Ok((key, values))
}

/// Loads a scenario whose last override is a value of `--vary`, and says so where it is wrong.
/// Warnings go to standard error.
///
/// # Errors
/// When the scenario is not valid.
pub fn load(
    catalog: Catalog<'_>,
    source: &Source,
    overrides: &[String],
) -> Result<Experiment, LoadError> {
    let mut experiment = catalog.load(source, overrides).map_err(of_vary)?;
    experiment.warnings = experiment.warnings.with_last_override_as(FLAG);
    crate::warn(&experiment);
    Ok(experiment)
}

const FLAG: &str = "--vary";

/// An error about a scenario whose last override is a value of `--vary`.
pub fn of_vary(error: LoadError) -> LoadError {
    match error {
        LoadError::Invalid(found) => LoadError::Invalid(found.with_last_override_as(FLAG)),
        other => other,
    }
}

/// Splits `A,B` at the commas outside brackets, braces and quotes. An array of TOML is its
/// elements, so that a value may itself have commas: `["reference", "quorum=sloppy,versions=arrival"]`.
fn split_values(text: &str) -> Vec<String> {
    let array = text.trim_start().starts_with('[');
    if array && let Some(toml::Value::Array(values)) = toml_value(text) {
        return values.into_iter().map(shortest).collect();
    }
    let (mut values, mut depth, mut quote) = (vec![String::new()], 0_i32, None);
    for c in text.chars() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                values.push(String::new());
                continue;
            }
            _ => {}
        }
        values.last_mut().expect("it begins with one").push(c);
    }
    let read = |value: &String| toml_value(value).map_or(value.trim().to_owned(), shortest);
    values.iter().map(read).collect()
}

/// The value that a text is in TOML.
fn toml_value(text: &str) -> Option<toml::Value> {
    let table = format!("value = {text}").parse::<toml::Table>().ok()?;
    let mut values = table.into_iter();
    values.next().filter(|_| values.next().is_none()).map(|(_, value)| value)
}

/// The value as an override: a string without its quotes where it stays a string without them.
fn shortest(value: toml::Value) -> String {
    let quoted = value.to_string();
    let plain = |text: &String| {
        let same = !text.is_empty() && text.trim() == text && !text.contains(char::is_control);
        same && toml_value(text).is_none()
    };
    match value {
        toml::Value::String(text) if plain(&text) => text,
        _ => quoted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_split_at_the_commas_between_them() {
        assert_eq!(split_values("a, b,c"), ["a", "b", "c"]);
        assert_eq!(split_values("500/s,900/s"), ["500/s", "900/s"]);
        let tables = "{ uniform = [\"1ms\", \"2ms\"] }, \"3ms\"";
        assert_eq!(split_values(tables), ["{ uniform = [\"1ms\", \"2ms\"] }", "3ms"]);
        let pairs = "[\"reference\", \"quorum=sloppy,versions=arrival\"]";
        assert_eq!(split_values(pairs), ["reference", "quorum=sloppy,versions=arrival"]);
        let ranges = "[[\"150ms\", \"155ms\"], [\"150ms\", \"300ms\"]]";
        assert_eq!(split_values(ranges), ["[\"150ms\", \"155ms\"]", "[\"150ms\", \"300ms\"]"]);
        assert_eq!(split_values("[\"a\", \"b\""), ["[\"a\", \"b\""]);
    }

    #[test]
    fn a_string_keeps_the_quotes_that_make_it_one() {
        assert_eq!(
            split_values("[\"5\", 6, \"true\", \"[1]\"]"),
            ["\"5\"", "6", "\"true\"", "\"[1]\""]
        );
        assert_eq!(split_values("\"5\",'a'"), ["\"5\"", "a"]);
        assert_eq!(split_values("[\"\", \" a\"]"), ["\"\"", "\" a\""]);
    }

    #[test]
    fn values_differ_and_none_is_empty() {
        for (text, why) in [
            ("params.r=1,,2", "value 2 is empty"),
            ("params.r=", "value 1 is empty"),
            ("params.r=1,2,", "value 3 is empty"),
            ("params.r=1,2,1", "`1` is named twice"),
            ("variant=a,\"a\"", "`a` is named twice"),
            ("params.r", "write KEY=VALUE,VALUE"),
        ] {
            let refused = parse(text).expect_err(text).to_string();
            assert!(refused.contains(why), "{text}: {refused}");
        }
        assert_eq!(parse("params.r=1,\"1\"").unwrap().1, ["1", "\"1\""]);
    }
}
