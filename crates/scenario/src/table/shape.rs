//! Shapes of the file's tables, as data.
//!
//! Each table of a scenario is described once, by a [`Shape`]: its keys, their types and their
//! descriptions. The readers validate tables against it and the JSON Schema is generated from it,
//! so an editor completes exactly what `lint` accepts.

/// A table.
#[derive(Debug)]
pub(crate) struct Shape {
    /// The table in messages, with its article: `a fault`.
    pub what: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
    /// Keys of which exactly one is required; empty for no such rule.
    pub one_of: &'static [&'static str],
}

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// The name, as written in the file.
    pub name: &'static str,
    /// The type of its value.
    pub kind: Kind,
    /// Whether it is required.
    pub required: bool,
    /// The description that editors show.
    pub about: &'static str,
}

/// The type of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Any string.
    Text,
    /// A name: a letter, then letters, digits, `-` and `_`.
    Name,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Boolean,
    /// An integer of at least this.
    Integer(u64),
    /// A number.
    Number,
    /// A duration such as `"150ms"`.
    Duration,
    /// A duration that may be negative.
    SignedDuration,
    /// A distribution of durations.
    Dist,
    /// A probability.
    Probability,
    /// A rate such as `"200/s"`.
    Rate,
    /// A bandwidth such as `"10MB/s"`.
    Bandwidth,
    /// An amount of memory such as `"2GB"`.
    Size,
    /// A selector of nodes.
    Selector,
    /// A time, or a table of this shape that names an event.
    Trigger(&'static Shape),
    /// The lab's name.
    Lab,
    /// A variant of the lab, or `seat=filling` pairs.
    Variant,
    /// A table of this shape, or one for each of the lab's groups of nodes.
    Nodes(&'static Shape),
    /// The lab's parameters.
    Params,
    /// Weights of the lab's operations.
    Mix,
    /// A kind of message of the lab.
    Message,
    /// An event of the lab.
    Event,
    /// A verb of the lab, or a table with one verb and its arguments.
    Verb,
    /// An expectation of a run.
    Sentence,
    /// An expectation over many seeds.
    SweepSentence,
    /// A metric and its window, or a property.
    Answer,
    /// A table of this shape.
    Table(&'static Shape),
    /// Tables of this shape, or a single one.
    Tables(&'static Shape),
    /// An array of such values.
    List(&'static Kind),
    /// An array of exactly two such values.
    Pair(&'static Kind),
    /// One of several kinds.
    Either(&'static [Kind]),
}

/// An optional key.
pub(crate) const fn key(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, required: false, about }
}

/// A required key.
pub(crate) const fn required(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, required: true, about }
}

impl Shape {
    /// The names of its keys.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.keys.iter().map(|key| key.name)
    }

    /// An example of such a table: its required keys, or else its first.
    pub fn example(&self) -> String {
        let needed = self.keys.iter().filter(|key| key.required);
        let mut names: Vec<_> = needed.map(|key| key.name).collect();
        names.extend(self.one_of.first());
        if names.is_empty() {
            names.extend(self.names().next());
        }
        let entries: Vec<_> = names.iter().map(|name| format!("{name} = ...")).collect();
        format!("{{ {} }}", entries.join(", "))
    }
}
