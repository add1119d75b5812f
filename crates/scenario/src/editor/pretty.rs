//! JSON for reading: short objects and arrays on one line.

use serde_json::Value as Json;

/// The longest line, where there is a choice.
const WIDTH: usize = 160;
/// The longest element, in bytes, of an array with several elements per line.
const SHORT: usize = 64;

/// Formats a value, with a line break at the end. The same value always gives the same text.
pub(super) fn text(value: &Json) -> String {
    let mut out = String::new();
    write(&mut out, value, 0, 0);
    out + "\n"
}

/// Writes a value that begins at `column` in a line that is indented by `indent`.
fn write(out: &mut String, value: &Json, indent: usize, column: usize) {
    let line = one_line(value);
    // One column for the comma behind it.
    if column + line.chars().count() < WIDTH {
        out.push_str(&line);
        return;
    }
    let inside = indent + 2;
    match value {
        Json::Object(entries) if !entries.is_empty() => {
            let entries = entries.iter().map(|(key, value)| {
                let mut entry = format!("{}: ", Json::from(key.as_str()));
                let column = inside + entry.chars().count();
                write(&mut entry, value, inside, column);
                entry
            });
            block(out, indent, '{', entries, '}');
        }
        Json::Array(list) if list.iter().all(|value| one_line(value).len() <= SHORT) => {
            block(out, indent, '[', filled(list, WIDTH - inside).into_iter(), ']');
        }
        Json::Array(list) => {
            let elements = list.iter().map(|value| {
                let mut element = String::new();
                write(&mut element, value, inside, inside);
                element
            });
            block(out, indent, '[', elements, ']');
        }
        _ => out.push_str(&line),
    }
}

fn block(
    out: &mut String,
    indent: usize,
    open: char,
    lines: impl Iterator<Item = String>,
    close: char,
) {
    let lines: Vec<_> = lines.map(|line| format!("{:indent$}  {line}", "")).collect();
    *out += &format!("{open}\n{}\n{:indent$}{close}", lines.join(",\n"), "");
}

/// Elements in as few lines as possible.
fn filled(list: &[Json], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for element in list.iter().map(one_line) {
        match lines.last_mut() {
            Some(line) if line.len() + 2 + element.len() < width => {
                *line += &format!(", {element}");
            }
            _ => lines.push(element),
        }
    }
    lines
}

fn one_line(value: &Json) -> String {
    match value {
        Json::Object(entries) if !entries.is_empty() => {
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", Json::from(key.as_str()), one_line(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        Json::Array(list) => {
            format!("[{}]", list.iter().map(one_line).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn short_values_are_on_one_line_and_the_value_stays() {
        let long = "x".repeat(90);
        let value = json!({
            "empty": {}, "list": [1, 2.5, null, "a\"b"], "long": { "a": long, "b": [long, long] },
            "words": vec!["word"; 60],
        });
        let text = text(&value);
        assert!(text.contains("\"list\": [1, 2.5, null, \"a\\\"b\"],\n"), "{text}");
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        assert_eq!(text.lines().filter(|line| line.contains("word\"")).count(), 4, "{text}");
        assert_eq!(serde_json::from_str::<Json>(&text).expect("JSON"), value);
    }
}
