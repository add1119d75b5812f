//! The words of a sentence, a cursor over them, and errors at a word.

use crate::diagnostic::source::Span;
use crate::diagnostic::suggest::{cut, did_you_mean, one_of};

/// A word, a parenthesis, a comma or a comparison, with its span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word<'t> {
    pub text: &'t str,
    pub span: Span,
}

/// Splits a sentence into words.
fn words(sentence: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = sentence;
    loop {
        rest = rest.trim_start();
        let start = sentence.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            return words;
        };
        let length = match first {
            '(' | ')' | ',' => 1,
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
    c.is_whitespace() || matches!(c, '(' | ')' | ',') || is_comparison(c)
}

/// A syntax error in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// The place in the sentence.
    pub span: Span,
    /// The problem.
    pub message: String,
    /// What was expected there.
    pub label: String,
    /// "did you mean".
    pub help: Option<String>,
}

impl Mistake {
    pub fn new(span: Span, message: impl Into<String>, label: impl Into<String>) -> Mistake {
        Mistake { span, message: message.into(), label: label.into(), help: None }
    }
}

/// The result of parsing a part of a sentence.
pub(crate) type Parsed<T> = Result<T, Mistake>;

/// A cursor over the words of a sentence.
pub(crate) struct Words<'t> {
    all: Vec<Word<'t>>,
    next: usize,
    end: usize,
}

impl<'t> Words<'t> {
    pub fn new(sentence: &'t str) -> Words<'t> {
        Words { all: words(sentence), next: 0, end: sentence.len() }
    }

    /// The text of the next word, or `""` at the end.
    pub fn peek(&self) -> &'t str {
        self.peek_at(0)
    }

    /// The text of the word that is `ahead` words after the next, or `""` after the end.
    pub fn peek_at(&self, ahead: usize) -> &'t str {
        self.all.get(self.next + ahead).map_or("", |word| word.text)
    }

    /// Takes the next word; at the end, an empty one.
    pub fn take(&mut self) -> Word<'t> {
        let word = self.all.get(self.next).cloned();
        self.next += 1;
        word.unwrap_or(Word { text: "", span: self.end..self.end })
    }

    /// The span of the next word.
    pub fn position(&self) -> Span {
        let word = self.all.get(self.next);
        word.map_or(self.end..self.end, |word| word.span.clone())
    }

    /// Takes the next word if it is this one.
    pub fn take_if(&mut self, text: &str) -> bool {
        let there = self.peek() == text;
        self.next += usize::from(there);
        there
    }

    /// Takes the next word, or fails if it is another one.
    pub fn expect(&mut self, text: &str) -> Parsed<()> {
        if self.take_if(text) {
            return Ok(());
        }
        let word = self.take();
        Err(unexpected(&word, [text]))
    }

    /// Takes the remaining words of `phrase`, after its first.
    pub fn complete(&mut self, phrase: &str) -> Parsed<()> {
        for expected in phrase.split(' ').skip(1) {
            self.expect(expected)
                .map_err(|mistake| Mistake { label: format!("expected `{phrase}`"), ..mistake })?;
        }
        Ok(())
    }
}

/// The grammar's word for a synonym from other tools.
pub(crate) fn synonym(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "=" | "is" | "equals" => "==",
        "=>" | "≥" => ">=",
        "=<" | "≤" => "<=",
        "under" | "below" => "<",
        "over" | "above" => ">",
        "median" => "p50",
        "average" | "avg" => "mean",
        "maximum" | "p100" => "max",
        "latency" => "p99",
        "uptime" | "success_rate" | "error_rate" | "errors" => "availability",
        "rate" | "rps" | "qps" => "throughput",
        "linearizability" | "linearisability" => "linearizable",
        "sequential" | "sequentially-consistent" => "sequentially consistent",
        "monotonic-reads" | "monotonic_reads" => "monotonic reads",
        "read" | "read_your_writes" => "read-your-writes",
        _ => return None,
    })
}

/// The error for a word that is not one of the `expected`.
pub(crate) fn unexpected<'a>(
    word: &Word<'_>,
    expected: impl IntoIterator<Item = &'a str> + Clone,
) -> Mistake {
    let message = match word.text {
        "" => "the sentence is incomplete".to_owned(),
        text => format!("`{}` is unexpected here", cut(text)),
    };
    let known = |known: &&str| expected.clone().into_iter().any(|word| word == *known);
    let help = match synonym(word.text).filter(known) {
        Some(synonym) => Some(format!("did you mean `{synonym}`?")),
        None => did_you_mean(word.text, expected.clone()),
    };
    Mistake { help, ..Mistake::new(word.span.clone(), message, one_of(expected)) }
}

/// The error for an unknown name of the lab or the scenario.
pub(crate) fn no_such<'a>(
    what: &str,
    word: &Word<'_>,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> Mistake {
    let message = match word.text {
        "" => "the sentence is incomplete".to_owned(),
        text => format!("there is no {what} `{}`", cut(text)),
    };
    Mistake {
        help: did_you_mean(word.text, known.clone()),
        ..Mistake::new(word.span.clone(), message, one_of(known))
    }
}
