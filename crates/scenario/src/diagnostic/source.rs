//! Sources of text: the scenario file, and each `--set` of the command line.
//!
//! All texts share one range of byte offsets, one after another, so that a span identifies its
//! text. So a diagnostic about a value from an override points at the command line.

use std::ops::Range;

use super::COMMAND_LINE;

/// Byte offsets in the common range of all [`Sources`].
pub(crate) type Span = Range<usize>;

#[derive(Clone, Debug)]
struct Source {
    name: String,
    text: String,
    start: usize,
}

impl Source {
    /// Shows an override after `flag` instead of `--set `; its spans stay what they are.
    fn replace_flag(&mut self, flag: &str) {
        if let Some(set) = self.text.strip_prefix(OVERRIDE_FLAG) {
            let text = format!("{flag}{set}");
            self.start = self.start + self.text.len() - text.len();
            self.text = text;
        }
    }
}

/// The scenario file and the overrides.
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    all: Vec<Source>,
}

/// A span as line and column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place<'s> {
    /// The file, or the command line.
    pub name: &'s str,
    /// The text that the span is in.
    pub text: &'s str,
    /// The span inside `text`, on character boundaries.
    pub span: Span,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// Whether it is in the scenario file.
    pub in_file: bool,
}

impl Sources {
    pub fn new(file: &str, text: &str) -> Sources {
        let file = Source { name: file.to_owned(), text: text.to_owned(), start: 0 };
        Sources { all: vec![file] }
    }

    /// Adds an override; returns the offset of its text.
    pub fn add_override(&mut self, text: &str) -> usize {
        let last = self.all.last().expect("the file is always there");
        let start = last.start + last.text.len() + GAP;
        self.all.push(Source {
            name: COMMAND_LINE.to_owned(),
            text: format!("{OVERRIDE_FLAG}{text}"),
            start,
        });
        start + OVERRIDE_FLAG.len()
    }

    /// Shows the last override as the value of `flag` instead of `--set`.
    pub fn name_last_override(&mut self, flag: &str) {
        if let [_, .., last] = self.all.as_mut_slice() {
            last.replace_flag(&format!("{flag} "));
        }
    }

    /// Shows the first override of the variant as `--variant=X` instead of `--set variant=X`.
    pub fn name_variant_flag(&mut self) {
        let sets_variant =
            |source: &&mut Source| source.text.starts_with(&format!("{OVERRIDE_FLAG}variant="));
        if let Some(variant) = self.all.iter_mut().skip(1).find(sets_variant) {
            variant.replace_flag("--");
        }
    }

    /// The place of `span`. A span out of bounds is clamped to the text.
    pub fn place(&self, span: &Span) -> Place<'_> {
        let index = self.index_of(span.start);
        let Source { name, text, start } = &self.all[index];
        let from = floor_char_boundary(text, span.start - start);
        let to = floor_char_boundary(text, span.end.saturating_sub(*start)).max(from);
        let before = &text[..from];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            name,
            text,
            span: from..to,
            line: before.matches('\n').count() + 1,
            column: text[line_start..from].chars().count() + 1,
            in_file: index == 0,
        }
    }

    /// The text under `span`.
    pub fn text(&self, span: &Span) -> &str {
        let place = self.place(span);
        &place.text[place.span]
    }

    fn index_of(&self, offset: usize) -> usize {
        self.all.partition_point(|source| source.start <= offset).saturating_sub(1)
    }
}

/// The offsets between two texts, which no span has: more than any flag's length.
const GAP: usize = 32;

/// The prefix of an override in diagnostics.
const OVERRIDE_FLAG: &str = "--set ";

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
