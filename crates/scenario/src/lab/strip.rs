//! Strips: what the page of a run draws over time for a lab, as data.
//!
//! A strip names events of the lab, of `events` or `shown`, and the fields of their details that
//! it reads. So pages and reports know no lab.

/// A strip of the page of a run: rows over time.
#[derive(Clone, Copy, Debug)]
pub struct Strip {
    /// Its title.
    pub title: &'static str,
    /// What it is about and what to look for, in a sentence.
    pub summary: &'static str,
    /// What it has a row for.
    pub rows: StripRows,
    /// What a row shows.
    pub source: StripSource,
}

/// What a strip has a row for.
#[derive(Clone, Copy, Debug)]
pub enum StripRows {
    /// Each node.
    Node,
    /// Each value of a field.
    Each(Field),
    /// Each node with each value of a field.
    NodeAnd(Field),
    /// Each node, and only events with one value of a field: that of the violated key, and else
    /// the one with the most events.
    NodeOfOne(Field),
}

/// What a row shows.
#[derive(Clone, Copy, Debug)]
pub enum StripSource {
    /// A state, which lasts until the next event of the row, or until the node crashes.
    States(&'static [Turn]),
    /// The number of events within a window before each instant, against a limit. Another event
    /// announces both.
    Within {
        /// The event that is counted.
        event: &'static str,
        /// The event that announces.
        announced: &'static str,
        /// Its field with the window in nanoseconds.
        window_ns: &'static str,
        /// Its field with the limit.
        limit: &'static str,
    },
    /// Jobs queued before the workers of a node.
    Queues,
    /// A level, which is the whole detail of an event and lasts until the next event of the row, or
    /// until the node crashes.
    Levels(&'static str),
}

/// An event that begins or ends a state.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// The event.
    pub event: &'static str,
    /// The state that it begins; `None` for none.
    pub state: Option<StripState>,
}

/// A state of a row.
#[derive(Clone, Copy, Debug)]
pub enum StripState {
    /// One with this name.
    Named(&'static str),
    /// One that a field of the event names; none while the field is null.
    Told(Field),
}

/// A field of an event's detail, as text.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What stands before its value.
    pub prefix: &'static str,
    /// What is added to a number: 1 where the first has number 0.
    pub first: u64,
}

impl Field {
    /// Creates a field whose value is shown as it is.
    pub const fn new(name: &'static str) -> Field {
        Field { name, prefix: "", first: 0 }
    }

    /// Puts a text before the value.
    #[must_use]
    pub const fn after(self, prefix: &'static str) -> Field {
        Field { prefix, ..self }
    }

    /// Creates a field with a number from 0, shown as a name that counts from 1: `n1`, `k1`.
    pub const fn named(name: &'static str, prefix: &'static str) -> Field {
        Field { name, prefix, first: 1 }
    }
}

impl Turn {
    /// Creates an event that begins a state.
    pub const fn begins(event: &'static str, state: &'static str) -> Turn {
        Turn { event, state: Some(StripState::Named(state)) }
    }

    /// Creates an event that begins the state that one of its fields names.
    pub const fn tells(event: &'static str, field: Field) -> Turn {
        Turn { event, state: Some(StripState::Told(field)) }
    }

    /// Creates an event that ends the state.
    pub const fn ends(event: &'static str) -> Turn {
        Turn { event, state: None }
    }
}

impl Strip {
    /// The events that the strip reads.
    pub fn events(&self) -> Vec<&'static str> {
        match self.source {
            StripSource::States(turns) => turns.iter().map(|turn| turn.event).collect(),
            StripSource::Within { event, announced, .. } => vec![event, announced],
            StripSource::Levels(event) => vec![event],
            StripSource::Queues => Vec::new(),
        }
    }
}
