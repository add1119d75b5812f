//! The shape of the file's tables, as data.
//!
//! Every table that a scenario may hold is described once, by a [`Shape`]: the keys that it
//! may have, what they mean, and what they hold. The readers check tables against it and the
//! JSON Schema is written from it, so an editor completes exactly what `lint` accepts.

/// A table.
#[derive(Debug)]
pub(crate) struct Shape {
    /// What the table is, with its article: `a fault`.
    pub what: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
    /// Keys of which exactly one must be there; empty for no such rule.
    pub one_of: &'static [&'static str],
}

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// As written in the file.
    pub name: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub about: &'static str,
}

/// What a key may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// A name to be called by: letters, digits, `-` and `_`.
    Name,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Boolean,
    /// A whole number, at least so much.
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
    /// Which nodes.
    Selector,
    /// A time, or a table of this shape that names an event.
    Trigger(&'static Shape),
    /// The lab's name.
    Lab,
    /// A table of this shape.
    Table(&'static Shape),
    /// Tables of this shape, or a single one.
    Tables(&'static Shape),
    /// A list of such values.
    List(&'static Kind),
    /// A list of exactly two such values.
    Pair(&'static Kind),
    /// One of several kinds.
    Either(&'static [Kind]),
    /// A table with free keys and such values.
    Map(&'static Kind),
    /// A table with free keys and values that the lab checks.
    Free,
}

/// A key that may be left out.
pub(crate) const fn key(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, required: false, about }
}

/// A key that must be there.
pub(crate) const fn required(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, required: true, about }
}

impl Shape {
    /// The names of its keys.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.keys.iter().map(|key| key.name)
    }

    /// How such a table looks: the keys that it needs, or else its first.
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
