//! `--vary KEY=A,B`: the values of a key.

use crate::exit;

/// Reads `KEY=A,B` as the key and its values.
///
/// # Errors
/// When there is no key.
pub fn parse(text: &str) -> anyhow::Result<(&str, Vec<String>)> {
    let (key, values) = text.split_once('=').ok_or_else(|| {
        exit::usage(format!("--vary {text}: write KEY=VALUE,VALUE, such as variant=a,b"))
    })?;
    Ok((key, split_values(values)))
}

/// Splits `A,B` at the commas outside brackets, braces and quotes. An array of TOML is its
/// elements, so that a value may itself have commas: `["reference", "quorum=sloppy,versions=arrival"]`.
fn split_values(text: &str) -> Vec<String> {
    let array = text.trim_start().starts_with('[');
    if let Some(Ok(table)) = array.then(|| format!("values = {text}").parse::<toml::Table>())
        && let Some(toml::Value::Array(values)) = table.get("values")
    {
        let plain = |value: &toml::Value| value.as_str().map(str::to_owned);
        return values.iter().map(|value| plain(value).unwrap_or(value.to_string())).collect();
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
    values.iter().map(|value| value.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_split_at_the_commas_between_them() {
        assert_eq!(split_values("a, b,c"), ["a", "b", "c"]);
        assert_eq!(split_values("500/s,900/s"), ["500/s", "900/s"]);
        let tables = "{ uniform = [\"1ms\", \"2ms\"] }, \"3ms\"";
        assert_eq!(split_values(tables), ["{ uniform = [\"1ms\", \"2ms\"] }", "\"3ms\""]);
        let pairs = "[\"reference\", \"quorum=sloppy,versions=arrival\"]";
        assert_eq!(split_values(pairs), ["reference", "quorum=sloppy,versions=arrival"]);
        let ranges = "[[\"150ms\", \"155ms\"], [\"150ms\", \"300ms\"]]";
        assert_eq!(split_values(ranges), ["[\"150ms\", \"155ms\"]", "[\"150ms\", \"300ms\"]"]);
        assert_eq!(split_values("[\"a\", \"b\""), ["[\"a\", \"b\""]);
    }
}
