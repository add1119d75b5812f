//! The arguments of a metric: `(get)`, `(all, load writers)`, `(visibility, node n1)`.

use super::parser::Vocabulary;
use super::words::{Mistake, Parsed, Word, Words, no_such};
use crate::parse::symbols::Target;
use crate::{Ended, Population, Requests};

/// Arguments that precede a name.
const KEYWORDS: [&str; 3] = ["load", "region", "node"];

/// What a metric may be restricted to.
#[derive(Clone, Copy)]
pub(super) struct Allowed {
    /// The words for endings of requests.
    pub ended: &'static [(&'static str, Ended)],
    /// Distributions that the lab observes.
    pub observed: bool,
}

/// The arguments of one metric, as far as they are read.
#[derive(Default)]
pub(super) struct Arguments {
    requests: Requests,
    observed: Option<String>,
    node: Option<String>,
    /// The arguments of requests, and `node`: the places of the first of each.
    of_requests: Option<Mistake>,
    of_records: Option<Mistake>,
}

impl Arguments {
    /// Reads `( argument, ... )`, or nothing.
    pub fn read(words: &mut Words<'_>, known: &Vocabulary<'_>, allowed: Allowed) -> Parsed<Self> {
        let mut arguments = Arguments::default();
        if words.take_if("(") {
            arguments.add(words, known, allowed)?;
            arguments.rest(words, known, allowed)?;
        }
        Ok(arguments)
    }

    /// Reads further arguments, each after a comma, and the closing parenthesis.
    pub fn rest(
        &mut self,
        words: &mut Words<'_>,
        known: &Vocabulary<'_>,
        allowed: Allowed,
    ) -> Parsed<()> {
        while words.take_if(",") {
            self.add(words, known, allowed)?;
        }
        words.expect(")")
    }

    fn add(
        &mut self,
        words: &mut Words<'_>,
        known: &Vocabulary<'_>,
        allowed: Allowed,
    ) -> Parsed<()> {
        let word = words.take();
        if KEYWORDS.contains(&word.text) && ![")", ","].contains(&words.peek()) {
            return self.add_named(&word, words, known, allowed);
        }
        let ended = allowed.ended.iter().find(|(name, _)| *name == word.text);
        let of_lab = Vocabulary::named(if allowed.observed { known.lab.observed } else { &[] });
        let requests = &mut self.requests;
        if let Some((_, ended)) = ended {
            let twice = requests.ended != Ended::Successful;
            requests.ended = *ended;
            self.of_requests(&word, twice)
        } else if known.operations().any(|name| name == word.text) {
            let twice = requests.operation.replace(word.text.to_owned()).is_some();
            self.of_requests(&word, twice)
        } else if of_lab.clone().any(|name| name == word.text) {
            let twice = self.observed.replace(word.text.to_owned()).is_some();
            self.of_records(&word, twice)
        } else {
            let ended = allowed.ended.iter().map(|(name, _)| *name);
            let keywords =
                KEYWORDS.iter().copied().filter(|word| allowed.observed || *word != "node");
            let all: Vec<_> =
                ended.chain(known.operations()).chain(of_lab).chain(keywords).collect();
            let what =
                if allowed.observed { "operation or observed duration" } else { "operation" };
            Err(no_such(what, &word, all))
        }
    }

    fn add_named(
        &mut self,
        keyword: &Word<'_>,
        words: &mut Words<'_>,
        known: &Vocabulary<'_>,
        allowed: Allowed,
    ) -> Parsed<()> {
        match keyword.text {
            "load" => {
                let name = name_of(words, known, "load")?;
                let twice = self.requests.load.replace(name).is_some();
                self.of_requests(keyword, twice)
            }
            "region" => {
                let name = name_of(words, known, "region")?;
                let twice = self.requests.region.replace(name).is_some();
                self.of_requests(keyword, twice)
            }
            _ if !allowed.observed => {
                let message = "requests are not counted by node";
                let label = "expected `load NAME` or `region NAME`";
                Err(Mistake::new(keyword.span.clone(), message, label))
            }
            _ => {
                let name = name_of(words, known, "node")?;
                let twice = self.node.replace(name).is_some();
                self.of_records(keyword, twice)
            }
        }
    }

    fn of_requests(&mut self, word: &Word<'_>, twice: bool) -> Parsed<()> {
        let message = "this restricts requests, but an observed duration belongs to none";
        let place = Mistake::new(word.span.clone(), message, "expected `node NAME` or nothing");
        self.of_requests.get_or_insert(place);
        once(word, twice)
    }

    fn of_records(&mut self, word: &Word<'_>, twice: bool) -> Parsed<()> {
        let message = "requests are not counted by node";
        let label = "expected an observed duration of the lab beside it";
        self.of_records.get_or_insert(Mistake::new(word.span.clone(), message, label));
        once(word, twice)
    }

    /// The requests that the arguments describe, for metrics of requests alone.
    pub fn requests(self) -> Requests {
        self.requests
    }

    /// The requests, or the observed durations.
    ///
    /// # Errors
    /// When there are arguments of both.
    pub fn population(self) -> Parsed<Population> {
        match (self.observed, self.of_requests, self.of_records) {
            (Some(_), Some(mistake), _) | (None, _, Some(mistake)) => Err(mistake),
            (Some(name), None, _) => Ok(Population::Observed { name, node: self.node }),
            (None, _, None) => Ok(Population::Requests(self.requests)),
        }
    }
}

fn once(word: &Word<'_>, twice: bool) -> Parsed<()> {
    if !twice {
        return Ok(());
    }
    let message = format!("`{}` is a second restriction of its kind", word.text);
    Err(Mistake::new(word.span.clone(), message, "expected at most one"))
}

/// Takes the name of a load, a region or a node (or client host) of the scenario.
pub(super) fn name_of(words: &mut Words<'_>, known: &Vocabulary<'_>, what: &str) -> Parsed<String> {
    let word = words.take();
    let there = match known.symbols.find(word.text) {
        Some(Target::Load(_)) => what == "load",
        Some(Target::Region(_)) => what == "region",
        Some(Target::Node { .. } | Target::Client { .. }) => what == "node",
        _ => false,
    };
    if there || (!known.symbols.complete() && !word.text.is_empty()) {
        return Ok(word.text.to_owned());
    }
    let names = known.symbols.names_of(what);
    Err(no_such(what, &word, names.iter().map(String::as_str).collect::<Vec<_>>()))
}
