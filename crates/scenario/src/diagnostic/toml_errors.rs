//! Texts that are no TOML: the parser's errors, in words for people who do not know its grammar.

use toml::de::Error;

use crate::diagnostic::Problem;
use crate::diagnostic::source::Span;
use crate::diagnostic::suggest::cut;
use crate::table::context::Context;

/// The parser guesses on after each error, so only so many are told ...
const TOLD_MAX: usize = 8;

/// Reports the first syntax error of each line, and not very many. What is never closed swallows
/// the rest of the file, so behind it nothing is told.
pub(crate) fn report(ctx: &Context<'_>, text: &str, mut errors: Vec<Error>) {
    errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
    let swallows = |error: &Error| {
        let what = error.message().split(',').next();
        matches!(what, Some("unclosed array" | "unclosed inline table"))
    };
    let unclosed = errors.iter().any(swallows).then(|| never_closed(text));
    let unclosed = unclosed.flatten();
    let end = unclosed.unwrap_or(usize::MAX);
    let mut last_line = 0;
    let mut told = 0;
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        if told == TOLD_MAX || span.start >= end {
            break;
        }
        let line = ctx.sources.place(&span).line;
        if line > last_line {
            ctx.report(in_words(error.message(), span, text));
            told += 1;
        }
        last_line = last_line.max(line);
    }
    if let Some(open) = unclosed {
        let (what, close) = match text.as_bytes()[open] {
            b'{' => ("table", '}'),
            _ => ("list", ']'),
        };
        let message = format!("invalid TOML: this {what} is never closed");
        ctx.complain(open..open + 1, message, &format!("expected a `{close}` behind it"));
    }
}

fn in_words(message: &str, span: Span, text: &str) -> Problem {
    let there = text.get(span.clone()).unwrap_or_default();
    let (message, label) = match message.split_once(", expected ") {
        _ if message == "duplicate key" => (
            format!("`{}` stands here for the second time", cut(there)),
            "expected each key, and each [table], once".to_owned(),
        ),
        Some(("string values must be quoted", _)) => (
            "a text needs quotes".to_owned(),
            match there.trim_matches(|c: char| "“”„’‘'".contains(c)) {
                bare if bare == there => format!("expected \"{}\"", cut(bare)),
                _ => "expected straight quotes: \"...\"".to_owned(),
            },
        ),
        Some(("invalid basic string", "`\"`")) => {
            ("this text does not end in its line".to_owned(), "expected `\"`".to_owned())
        }
        Some((message, "nothing")) => (message.to_owned(), String::new()),
        Some((message, expected)) => (message.to_owned(), format!("expected {expected}")),
        None => (message.to_owned(), String::new()),
    };
    Problem::error(span, format!("invalid TOML: {}", message.replace('\n', ", "))).label(label)
}

/// Where the innermost `{` or `[` stands that nothing closes, outside strings and comments.
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

/// Where the string that starts at `at` ends; one on a single line ends there.
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
