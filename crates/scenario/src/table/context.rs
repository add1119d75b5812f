//! State shared by all readers: the sources, the lab, and the problems found so far.
//!
//! A reader that finds a problem reports it and returns `None`; its caller continues with the
//! next part, so that one pass finds all problems.

use std::cell::RefCell;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::LabSpec;
use crate::diagnostic::Problem;
use crate::diagnostic::source::{Sources, Span};
use crate::diagnostic::suggest::{cut, did_you_mean, one_of};

/// A value of the file, with its span.
pub(crate) type Value<'i> = Spanned<DeValue<'i>>;
/// A table of the file, with the spans of its keys.
pub(crate) type Table<'i> = DeTable<'i>;

/// Where keys belong that often stand below the wrong line, as a TOML table goes on until the next.
const HOMES: [(&str, &str); 12] = [
    ("title", TOP),
    ("about", TOP),
    ("lab", TOP),
    ("duration", TOP),
    ("warmup", TOP),
    ("settle", TOP),
    ("variant", TOP),
    ("expect", VERDICT),
    ("sweep", VERDICT),
    ("catches", VERDICT),
    ("min_pass_rate", VERDICT),
    ("seeds", VERDICT),
];

const TOP: &str = "at the top of the file, above the first [table]";
const VERDICT: &str = "in the table [verdict]";

/// The state shared by all readers.
pub(crate) struct Context<'c> {
    /// The file and the overrides.
    pub sources: &'c Sources,
    /// The lab, if the file names an existing one.
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

    /// Reports an error without help and returns `None`, so that readers can end with it.
    pub fn fail<T>(&self, span: Span, message: impl Into<String>, label: &str) -> Option<T> {
        self.complain(span, message, label);
        None
    }

    /// Reports an error without help.
    pub fn complain(&self, span: Span, message: impl Into<String>, label: &str) {
        self.report(Problem::error(span, message).label(label));
    }

    /// Reports a name that is not among the known ones; `what` precedes it in the message.
    pub fn unknown<'a>(
        &self,
        span: Span,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) {
        let help = did_you_mean(name.trim(), known.clone());
        let problem = Problem::error(span, format!("{what} `{}`", cut(name)))
            .label(one_of(known))
            .maybe_help(help);
        self.report(problem);
    }

    /// Reports a key that is not among the known ones of a table, and where it belongs.
    pub fn unknown_key<'a>(
        &self,
        span: Span,
        what: &str,
        key: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) {
        let home = HOMES.iter().find(|(name, _)| *name == key.trim());
        match home.filter(|_| did_you_mean(key.trim(), known.clone()).is_none()) {
            Some((name, home)) => {
                let problem = Problem::error(span, format!("{what} `{name}`")).label(one_of(known));
                self.report(problem.maybe_help(Some(format!("`{name}` belongs {home}"))));
            }
            None => self.unknown(span, what, key, known),
        }
    }

    /// The number of errors so far.
    pub fn errors(&self) -> usize {
        let problems = self.problems.borrow();
        problems.iter().filter(|problem| problem.is_error()).count()
    }

    /// The span of a part of a string's content, or of the whole string if it contains escapes.
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
