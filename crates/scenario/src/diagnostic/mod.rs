//! Diagnostics in the style of rustc: severity, message, caret and help.

pub(crate) mod source;
pub(crate) mod suggest;
pub(crate) mod toml_errors;
pub(crate) mod visible;

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::source::{Sources, Span};
use crate::diagnostic::visible::visible;

/// The severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot be run.
    Error,
    /// The scenario can be run, but perhaps not as intended.
    Warning,
}

/// One error or warning, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The severity.
    pub severity: Severity,
    /// The problem, in one line.
    pub message: String,
    /// The label at the caret: what was expected there.
    pub label: String,
    /// Advice, such as "did you mean" or an example.
    pub help: Vec<String>,
    /// The file, or `command line` for an override.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    span: Span,
}

/// All errors and warnings of a scenario, in order of place.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    sources: Sources,
    items: Vec<Diagnostic>,
    more: usize,
}

/// What stands for the file where an override is wrong.
pub const COMMAND_LINE: &str = "command line";

/// The maximum number of diagnostics that are kept; more are only counted, for placing them takes
/// long.
const KEPT_MAX: usize = 200;

/// The maximum number of diagnostics that are rendered; the first ones usually explain the rest.
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

    /// Shows the last override as the value of `flag` instead of `--set`.
    #[must_use]
    pub fn with_last_override_as(mut self, flag: &str) -> Diagnostics {
        self.sources.name_last_override(flag);
        self.placed_again()
    }

    /// Shows the first override of the variant as `--variant=X` instead of `--set variant=X`.
    #[must_use]
    pub fn with_variant_flag(mut self) -> Diagnostics {
        self.sources.name_variant_flag();
        self.placed_again()
    }

    fn placed_again(mut self) -> Diagnostics {
        for item in &mut self.items {
            item.column = self.sources.place(&item.span).column;
        }
        self
    }

    /// Iterates over the diagnostics, at most 200.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    /// The number of diagnostics, including those that are not kept.
    pub fn len(&self) -> usize {
        self.items.len() + self.more
    }

    /// Whether there are no diagnostics.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Renders the diagnostics for a terminal: each with its line, a caret and what was expected.
    /// At most 30 are shown.
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

/// A [`Diagnostic`] whose place is not yet computed from its span.
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

    /// The message and the label, for errors without a place.
    pub fn one_line(&self) -> String {
        format!("{}; {}", self.message, self.label)
    }

    /// Sets the label at the caret: what was expected.
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
            message: visible(&self.message).into_owned(),
            label: visible(&self.label).into_owned(),
            help: self.help.iter().map(|help| visible(help).into_owned()).collect(),
            file: place.name.to_owned(),
            line: place.line,
            column: place.column,
            span: self.span,
        }
    }
}
