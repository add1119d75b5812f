//! What every reader of a part of the file shares: the texts, the lab, and the list of
//! problems found so far.
//!
//! A reader that finds a problem reports it and answers `None`; its caller goes on with the
//! next part, so that one pass finds all there is to find.

use std::cell::RefCell;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::LabSpec;
use crate::diagnostic::Problem;
use crate::diagnostic::source::{Sources, Span};
use crate::diagnostic::suggest::{cut, did_you_mean, one_of};

/// A value of the file with its place.
pub(crate) type Value<'i> = Spanned<DeValue<'i>>;
/// A table of the file; its keys have places too.
pub(crate) type Table<'i> = DeTable<'i>;

/// What readers share.
pub(crate) struct Context<'c> {
    /// The texts.
    pub sources: &'c Sources,
    /// The lab, when the file names one that exists.
    pub lab: Option<&'static LabSpec>,
    problems: &'c RefCell<Vec<Problem>>,
}

impl<'c> Context<'c> {
    pub fn new(
        sources: &'c Sources,
        lab: Option<&'static LabSpec>,
        problems: &'c RefCell<Vec<Problem>>,
    ) -> Context<'c> {
        Context { sources, lab, problems }
    }

    pub fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Reports a plain error and answers `None`, so that readers can end with it.
    pub fn fail<T>(&self, span: Span, message: impl Into<String>, label: &str) -> Option<T> {
        self.complain(span, message, label);
        None
    }

    /// Reports a plain error.
    pub fn complain(&self, span: Span, message: impl Into<String>, label: &str) {
        self.report(Problem::error(span, message).label(label));
    }

    /// Reports a name that is none of the known ones; `what` leads up to it.
    pub fn unknown<'a>(
        &self,
        span: Span,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) {
        let problem = Problem::error(span, format!("{what} `{}`", cut(name)))
            .label(one_of(known.clone()))
            .maybe_help(did_you_mean(name.trim(), known));
        self.report(problem);
    }

    /// How many problems make the scenario unusable so far.
    pub fn errors(&self) -> usize {
        let problems = self.problems.borrow();
        problems.iter().filter(|problem| problem.is_error()).count()
    }

    /// The span of a part of a string's content; of the whole string where escapes keep the
    /// two from lining up.
    pub fn inside(&self, string: &Value<'_>, part: Span) -> Span {
        let outer = string.span();
        let content = string.get_ref().as_str().unwrap_or_default();
        let written = self.sources.text(&outer);
        if content.is_empty() {
            return outer;
        }
        let starts_at = [0, 1, 3]
            .into_iter()
            .find(|&quotes| written.get(quotes..quotes + content.len()) == Some(content));
        match starts_at {
            Some(quotes) => {
                let start = outer.start + quotes;
                start + part.start..start + part.end
            }
            None => outer,
        }
    }
}
