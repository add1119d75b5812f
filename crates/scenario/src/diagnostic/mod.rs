//! What is wrong with a scenario, told in the manner of rustc.

pub(crate) mod source;
pub(crate) mod suggest;
pub(crate) mod toml_errors;

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::source::{Sources, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot be run.
    Error,
    /// It can be run, but perhaps not as meant.
    Warning,
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// What stands under the caret: what was expected there.
    pub label: String,
    /// What to do about it: "did you mean", an example, the names that there are.
    pub help: Vec<String>,
    /// The file, or `command line` for an override.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    span: Span,
}

/// Everything that is wrong with a scenario, in order of place.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    sources: Sources,
    items: Vec<Diagnostic>,
    more: usize,
}

/// More than these are only counted: they would take long to place.
const KEPT_MAX: usize = 200;

/// More than these are not shown: the first ones usually explain the rest.
const SHOWN_MAX: usize = 30;

impl Diagnostics {
    pub(crate) fn new(sources: Sources, mut problems: Vec<Problem>) -> Diagnostics {
        problems.sort_by_key(|problem| (problem.span.start, problem.severity));
        problems.dedup();
        let more = problems.len().saturating_sub(KEPT_MAX);
        problems.truncate(KEPT_MAX);
        let items = problems.into_iter().map(|problem| problem.placed(&sources)).collect();
        Diagnostics { sources, items, more }
    }

    /// The findings; of very many only the first.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len() + self.more
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The text for a terminal: each finding with its line, a caret and what was expected.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let shown = self.items.iter().take(SHOWN_MAX);
        let mut parts: Vec<_> =
            shown.map(|item| renderer.render(&[self.group(item)]) + "\n").collect();
        if self.len() > SHOWN_MAX {
            parts.push(format!("... and {} more\n", self.len() - SHOWN_MAX));
        }
        parts.join("\n")
    }

    fn group<'a>(&'a self, item: &'a Diagnostic) -> Group<'a> {
        let level = match item.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let place = self.sources.place(&item.span);
        let annotation = AnnotationKind::Primary.span(place.span).label(item.label.as_str());
        let snippet = Snippet::source(place.text).path(place.name).annotation(annotation);
        level
            .primary_title(item.message.as_str())
            .element(snippet)
            .elements(item.help.iter().map(|help| Level::HELP.message(help.as_str())))
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.render(false).trim_end())
    }
}

impl std::error::Error for Diagnostics {}

/// A [`Diagnostic`] in the making: with a span, but not yet a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    span: Span,
    severity: Severity,
    message: String,
    label: String,
    help: Vec<String>,
}

impl Problem {
    pub fn error(span: Span, message: impl Into<String>) -> Problem {
        Problem {
            span,
            severity: Severity::Error,
            message: message.into(),
            label: String::new(),
            help: Vec::new(),
        }
    }

    pub fn warning(span: Span, message: impl Into<String>) -> Problem {
        Problem { severity: Severity::Warning, ..Problem::error(span, message) }
    }

    /// The message and what was expected, for errors that carry no place.
    pub fn one_line(&self) -> String {
        format!("{}; {}", self.message, self.label)
    }

    /// Says under the caret what was expected.
    pub fn label(mut self, label: impl Into<String>) -> Problem {
        self.label = label.into();
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help.push(help.into());
        self
    }

    pub fn maybe_help(self, help: Option<String>) -> Problem {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    fn placed(self, sources: &Sources) -> Diagnostic {
        let place = sources.place(&self.span);
        Diagnostic {
            severity: self.severity,
            message: self.message,
            label: self.label,
            help: self.help,
            file: place.name.to_owned(),
            line: place.line,
            column: place.column,
            span: self.span,
        }
    }
}
