//! TOML syntax errors, reworded for people who do not know the grammar.

use toml::de::Error;

use crate::diagnostic::Problem;
use crate::diagnostic::source::{Sources, Span};
use crate::diagnostic::suggest::cut;

/// The maximum number of syntax errors that are reported: after an error the parser guesses.
const REPORTED_MAX: usize = 8;

/// The first syntax error of each line of `text`. An unclosed bracket extends to the end of the
/// file, so errors after it are left out.
pub(crate) fn problems(sources: &Sources, text: &str, mut errors: Vec<Error>) -> Vec<Problem> {
    errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
    let swallows = |error: &Error| {
        let what = error.message().split(',').next();
        matches!(what, Some("unclosed array" | "unclosed inline table"))
    };
    let unclosed = errors.iter().any(swallows).then(|| never_closed(text));
    let unclosed = unclosed.flatten();
    let end = unclosed.unwrap_or(usize::MAX);
    let mut last_line = 0;
    let mut problems = Vec::new();
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        if problems.len() == REPORTED_MAX || span.start >= end {
            break;
        }
        let line = sources.place(&span).line;
        if line > last_line {
            problems.push(in_words(error.message(), span, text));
        }
        last_line = last_line.max(line);
    }
    if let Some(open) = unclosed {
        let (what, close) = match text.as_bytes()[open] {
            b'{' => ("table", '}'),
            _ => ("array", ']'),
        };
        let message = format!("invalid TOML: this {what} is never closed");
        let label = format!("expected a matching `{close}`");
        problems.push(Problem::error(open..open + 1, message).label(label));
    }
    problems
}

fn in_words(message: &str, span: Span, text: &str) -> Problem {
    let there = text.get(span.clone()).unwrap_or_default();
    let (message, label) = match message.split_once(", expected ") {
        _ if message == "duplicate key" => (
            format!("duplicate key `{}`", cut(there)),
            match there {
                "action" | "fault" | "load" | "predict" => {
                    format!("expected each [table] once; there may be several [[{there}]]")
                }
                _ => "expected each key, and each [table], once".to_owned(),
            },
        ),
        Some(("string values must be quoted", _)) => (
            "a string needs quotes".to_owned(),
            match there.trim_matches(|c: char| "“”„’‘'".contains(c)) {
                bare if bare == there => format!("expected \"{}\"", cut(bare)),
                _ => "expected straight quotes: \"...\"".to_owned(),
            },
        ),
        Some(("invalid basic string", "`\"`")) => {
            ("this string is not closed on its line".to_owned(), "expected `\"`".to_owned())
        }
        Some((message, "nothing")) => (message.to_owned(), String::new()),
        Some((message, expected)) => (message.to_owned(), format!("expected {expected}")),
        None => (message.to_owned(), String::new()),
    };
    Problem::error(span, format!("invalid TOML: {}", message.replace('\n', ", "))).label(label)
}

/// The offset of the innermost unclosed `{` or `[`, outside strings and comments.
fn never_closed(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(next) = text.as_bytes().get(at) {
        match next {
            b'"' | b'\'' => {
                at = after_string(text, at);
                continue;
            }
            b'#' => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
                continue;
            }
            b'{' | b'[' => open.push(at),
            b'}' | b']' => {
                open.pop();
            }
            _ => {}
        }
        at += 1;
    }
    open.pop()
}

/// The end of the string that starts at `at`; a single-line string ends with its line.
fn after_string(text: &str, at: usize) -> usize {
    let quote = &text[at..=at];
    let triple = quote.repeat(3);
    let (quotes, lines) =
        if text[at..].starts_with(&triple) { (triple.as_str(), true) } else { (quote, false) };
    let mut here = at + quotes.len();
    while let Some(rest) = text.get(here..).filter(|rest| !rest.is_empty()) {
        match rest {
            _ if rest.starts_with(quotes) => return here + quotes.len(),
            _ if rest.starts_with('\n') && !lines => return here,
            _ if rest.starts_with('\\') && quote == "\"" => here += 1,
            _ => {}
        }
        here += text[here..].chars().next().map_or(1, char::len_utf8);
    }
    text.len()
}
