//! The words of a sentence.

use crate::diagnostic::source::Span;

/// A word, a parenthesis or a comparison, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word<'t> {
    pub text: &'t str,
    pub span: Span,
}

/// Cuts a sentence into words.
pub(crate) fn words(sentence: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = sentence;
    loop {
        rest = rest.trim_start();
        let start = sentence.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            return words;
        };
        let length = match first {
            '(' | ')' => 1,
            c if is_comparison(c) => rest.find(|c| !is_comparison(c)).unwrap_or(rest.len()),
            _ => rest.find(ends_word).unwrap_or(rest.len()),
        };
        words.push(Word { text: &rest[..length], span: start..start + length });
        rest = &rest[length..];
    }
}

fn is_comparison(c: char) -> bool {
    matches!(c, '<' | '>' | '=' | '!')
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')') || is_comparison(c)
}
