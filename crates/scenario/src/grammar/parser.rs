//! The parser of sentences: one function per rule of the grammar.

use netsplit_history::Time;

use super::metric::{is_metric, metric, value};
use super::words::{Mistake, Parsed, Words, no_such, unexpected};
use crate::diagnostic::source::Span;
use crate::lab::Named;
use crate::parse::symbols::Symbols;
use crate::value::units;
use crate::{
    Answer, Comparison, LabSpec, Metric, Over, Property, SeedAggregate, Sentence, WindowName,
};

/// The names that a sentence may use, beside the words of the grammar.
pub(crate) struct Vocabulary<'v> {
    /// Operations, metrics, observed durations, invariants.
    pub lab: &'v LabSpec,
    /// The names of the scenario's faults and actions.
    pub occasions: &'v [String],
    /// Its loads, regions and nodes.
    pub symbols: &'v Symbols,
}

impl Vocabulary<'_> {
    pub fn named(list: &[Named]) -> impl Iterator<Item = &'static str> + Clone {
        list.iter().map(|named| named.name)
    }

    /// The lab's numbers: its metrics and its measures.
    pub fn numbers(&self) -> impl Iterator<Item = &'static str> + Clone {
        Self::named(self.lab.metrics).chain(Self::named(self.lab.measures))
    }

    /// Whether a number of the lab is measured over the whole run only.
    pub fn is_measure(&self, name: &str) -> bool {
        self.lab.is_measure(name)
    }

    pub fn operations(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.lab.operations.iter().map(|operation| operation.name)
    }
}

/// Parses a whole sentence.
pub(crate) fn parse(text: &str, known: &Vocabulary<'_>) -> Parsed<Sentence> {
    let mut words = Words::new(text);
    let sentence = sentence(&mut words, known)?;
    let more = match sentence {
        Sentence::Metric { .. } => format!(" or one of {WINDOWS_LISTED}"),
        Sentence::Aggregate { .. } => format!(" or one of {WINDOWS_LISTED}, `over`"),
        Sentence::Violates { .. } => " or `over`".to_owned(),
        Sentence::Property { .. } => String::new(),
    };
    end(&mut words, &more)?;
    Ok(sentence)
}

/// Parses what answers a question: a metric and its window, or a property.
pub(crate) fn parse_answer(text: &str, known: &Vocabulary<'_>) -> Parsed<Answer> {
    let mut words = Words::new(text);
    if starts_property(&words) {
        let property = property(&mut words, known)?;
        end(&mut words, "")?;
        return Ok(Answer::Property(property));
    }
    let start = words.position();
    let metric = metric(&mut words, known)?;
    if COMPARISONS.contains(&words.peek()) {
        let message = "a metric answers a question without a bound";
        return Err(Mistake::new(words.position(), message, "expected the end, or a window"));
    }
    let window = window_of(&mut words, &metric, start, known)?;
    end(&mut words, &format!(" or one of {WINDOWS_LISTED}"))?;
    Ok(Answer::Metric { metric, window })
}

/// Checks that nothing follows, unless it is `more`.
fn end(words: &mut Words<'_>, more: &str) -> Parsed<()> {
    let rest = words.take();
    if rest.text.is_empty() {
        return Ok(());
    }
    let unexpected = unexpected(&rest, WINDOWS);
    let joins = ["and", "or", "but", "&&", ",", "&"].contains(&rest.text);
    let two = || "a sentence states one thing: write two sentences".to_owned();
    Err(Mistake {
        help: unexpected.help.or_else(|| joins.then(two)),
        label: format!("expected the end of the sentence{more}"),
        ..unexpected
    })
}

fn sentence(words: &mut Words<'_>, known: &Vocabulary<'_>) -> Parsed<Sentence> {
    if words.take_if("not") {
        let word = words.position();
        if is_metric(words.peek(), known) {
            let message = "`not` negates properties, but this is a metric";
            let label = "expected a property; for a metric, use the opposite comparison";
            return Err(Mistake::new(word, message, label));
        }
        let property = property(words, known)?;
        return Ok(Sentence::Property { property, negated: true });
    }
    if words.take_if("violates") {
        return violates(words, known);
    }
    if starts_property(words) {
        let property = property(words, known)?;
        return Ok(Sentence::Property { property, negated: false });
    }
    claim(words, known)
}

/// A metric, or over many seeds an aggregate of one, compared with a value in a window.
fn claim(words: &mut Words<'_>, known: &Vocabulary<'_>) -> Parsed<Sentence> {
    let aggregate = seed_aggregate(words, known);
    if aggregate.is_some() {
        words.take();
        words.expect("(")?;
    }
    let start = words.position();
    let metric = metric(words, known)?;
    if aggregate.is_some() {
        words.expect(")")?;
    }
    let comparison = comparison(words)?;
    let value = value(words, &metric)?;
    let window = window_of(words, &metric, start, known)?;
    Ok(match aggregate {
        Some(aggregate) => {
            let over = over(words)?;
            Sentence::Aggregate { aggregate, metric, comparison, value, window, over }
        }
        None => Sentence::Metric { metric, comparison, value, window },
    })
}

/// The window of a metric that begins at `start`.
fn window_of(
    words: &mut Words<'_>,
    metric: &Metric,
    start: Span,
    known: &Vocabulary<'_>,
) -> Parsed<WindowName> {
    let window_start = words.position();
    let window = window(words, known)?;
    let span = if words.position() == window_start { start } else { window_start };
    check_window(metric, &window, span, known)?;
    Ok(window)
}

/// Reports a window in which the metric is never measured.
fn check_window(
    metric: &Metric,
    window: &WindowName,
    span: Span,
    known: &Vocabulary<'_>,
) -> Parsed<()> {
    match (metric, window) {
        (Metric::Recovery, WindowName::After(_) | WindowName::From(_)) => Ok(()),
        (Metric::Recovery, _) => {
            let label = "expected `recovery < 2s after FAULT`, which counts from its heal, or \
                         `recovery < 2s from FAULT`, from its strike";
            Err(Mistake::new(span, "`recovery` needs the window `after` or `from`", label))
        }
        (_, WindowName::From(name)) => {
            let label = format!("expected `during {name}` or `from 10s to 20s`");
            Err(Mistake::new(span, "only `recovery` counts from a strike", label))
        }
        (Metric::Lab { name, .. }, window)
            if *window != WindowName::Overall && known.is_measure(name) =>
        {
            let message = format!("`{name}` is measured over the whole run only");
            Err(Mistake::new(span, message, "expected `overall`, or no window"))
        }
        _ => Ok(()),
    }
}

/// Whether `mean(...)`, `min(...)` or `max(...)` comes next and what is inside is a metric.
fn seed_aggregate(words: &Words<'_>, known: &Vocabulary<'_>) -> Option<SeedAggregate> {
    let aggregate = match words.peek() {
        "mean" => SeedAggregate::Mean,
        "min" => SeedAggregate::Min,
        "max" => SeedAggregate::Max,
        _ => return None,
    };
    if words.peek_at(1) != "(" {
        return (aggregate == SeedAggregate::Min).then_some(aggregate);
    }
    let inner = words.peek_at(2);
    let population = ["all", "load", "region"].contains(&inner)
        || known.operations().any(|name| name == inner)
        || Vocabulary::named(known.lab.observed).any(|name| name == inner);
    let is_metric = is_metric(inner, known);
    let over_seeds = aggregate == SeedAggregate::Min || (is_metric && !population);
    over_seeds.then_some(aggregate)
}

fn violates(words: &mut Words<'_>, known: &Vocabulary<'_>) -> Parsed<Sentence> {
    let property = property(words, known)?;
    words.expect("in")?;
    let comparison = comparison(words)?;
    let share = percent(words)?;
    words.expect("of")?;
    words.expect("seeds")?;
    Ok(Sentence::Violates { property, comparison, share, over: over(words)? })
}

/// `over 20 seeds`, or nothing.
fn over(words: &mut Words<'_>) -> Parsed<Over> {
    if !words.take_if("over") {
        return Ok(Over::default());
    }
    let word = words.take();
    let seeds = word.text.parse().ok().filter(|seeds| (1..=Over::MAX).contains(seeds));
    let seeds = seeds.ok_or_else(|| {
        let label = format!("expected a number of seeds from 1 to {}", Over::MAX);
        Mistake { label, ..unexpected(&word, []) }
    })?;
    if seeds != 1 || !words.take_if("seed") {
        words.expect("seeds")?;
    }
    Ok(Over(seeds))
}

const COMPARISONS: [&str; 6] = ["<", "<=", ">", ">=", "==", "within"];

fn comparison(words: &mut Words<'_>) -> Parsed<Comparison> {
    let word = words.take();
    Ok(match word.text {
        "<" => Comparison::Less,
        "<=" => Comparison::AtMost,
        ">" => Comparison::Greater,
        ">=" => Comparison::AtLeast,
        "==" => Comparison::Equal,
        "within" => {
            let tolerance = percent(words)?;
            words.expect("of")?;
            Comparison::Within(tolerance)
        }
        _ => return Err(unexpected(&word, COMPARISONS)),
    })
}

fn percent(words: &mut Words<'_>) -> Parsed<f64> {
    let word = words.take();
    units::percent(word.text).filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| {
        let label = "expected a percentage up to 100%, for example `5%`";
        Mistake { label: label.to_owned(), ..unexpected(&word, []) }
    })
}

/// The first words of properties.
pub(crate) const PROPERTIES: [&str; 7] =
    ["linearizable", "sequentially", "read-your-writes", "monotonic", "no", "invariant", "serves"];

fn starts_property(words: &Words<'_>) -> bool {
    PROPERTIES.contains(&words.peek())
}

fn property(words: &mut Words<'_>, known: &Vocabulary<'_>) -> Parsed<Property> {
    let word = words.take();
    Ok(match word.text {
        "linearizable" => Property::Linearizable,
        "sequentially" => {
            words.complete("sequentially consistent")?;
            Property::SequentiallyConsistent
        }
        "read-your-writes" => Property::ReadYourWrites,
        "monotonic" => {
            words.complete("monotonic reads")?;
            Property::MonotonicReads
        }
        "no" => {
            words.complete("no lost acknowledged write")?;
            Property::NoLostWrites
        }
        "invariant" => {
            let name = words.take();
            let invariants = known.lab.invariants.iter().map(|invariant| invariant.name);
            if !invariants.clone().any(|invariant| invariant == name.text) {
                return Err(no_such("invariant", &name, invariants));
            }
            Property::Invariant(name.text.to_owned())
        }
        "serves" => {
            words.expect("again")?;
            words.expect("within")?;
            Property::Serves(time(words)?)
        }
        _ => return Err(unexpected(&word, PROPERTIES)),
    })
}

const WINDOWS: [&str; 6] = ["overall", "before", "during", "after", "outside", "from"];
const WINDOWS_LISTED: &str = "`overall`, `before`, `during`, `after`, `outside faults`, `from`";

fn window(words: &mut Words<'_>, known: &Vocabulary<'_>) -> Parsed<WindowName> {
    if !WINDOWS.contains(&words.peek()) {
        return Ok(WindowName::Overall);
    }
    let word = words.take();
    Ok(match word.text {
        "before" => WindowName::Before(occasion(words, known)?),
        "during" => WindowName::During(occasion(words, known)?),
        "after" => WindowName::After(occasion(words, known)?),
        "outside" => {
            words.expect("faults")?;
            WindowName::OutsideFaults
        }
        "from" if known.occasions.iter().any(|occasion| occasion == words.peek()) => {
            WindowName::From(occasion(words, known)?)
        }
        "from" => {
            let from = time(words)?;
            words.expect("to")?;
            let start = words.position();
            let to = time(words)?;
            if to <= from {
                let label = "expected a later time";
                return Err(Mistake::new(start, "this window is empty", label));
            }
            WindowName::Span(from, to)
        }
        _ => WindowName::Overall,
    })
}

/// The name of a fault or an action.
fn occasion(words: &mut Words<'_>, known: &Vocabulary<'_>) -> Parsed<String> {
    let name = words.take();
    if known.occasions.iter().any(|occasion| occasion == name.text) {
        return Ok(name.text.to_owned());
    }
    let occasions: Vec<_> = known.occasions.iter().map(String::as_str).collect();
    let what = if known.lab.actions.is_empty() { "fault" } else { "fault or action" };
    Err(no_such(what, &name, occasions))
}

fn time(words: &mut Words<'_>) -> Parsed<Time> {
    let word = words.take();
    units::duration(word.text)
        .map(Time::from_nanos)
        .map_err(|wrong| Mistake::new(word.span, wrong.message, wrong.expected))
}
