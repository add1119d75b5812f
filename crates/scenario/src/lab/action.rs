//! Description of the actions that a lab performs: their verbs and their arguments.

/// An action that a lab performs when a scenario asks for it.
#[derive(Clone, Copy, Debug)]
pub struct ActionSpec {
    /// The verb.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Its arguments. A single one may be written without its name: `{ leave = "n3" }`.
    pub args: &'static [ArgSpec],
    /// The group of which it starts nodes: as many as its count says, or one.
    pub starts: Option<&'static str>,
}

impl ActionSpec {
    /// Creates an action without arguments.
    pub const fn new(name: &'static str, summary: &'static str) -> ActionSpec {
        ActionSpec { name, summary, args: &[], starts: None }
    }

    /// Sets the arguments.
    #[must_use]
    pub const fn args(self, args: &'static [ArgSpec]) -> ActionSpec {
        ActionSpec { args, ..self }
    }

    /// Declares that it starts nodes of a group, so that later actions may name them.
    #[must_use]
    pub const fn starts(self, group: &'static str) -> ActionSpec {
        ActionSpec { starts: Some(group), ..self }
    }
}

/// An argument of an action.
#[derive(Clone, Copy, Debug)]
pub struct ArgSpec {
    /// Its key.
    pub name: &'static str,
    /// The type of its value.
    pub kind: ArgKind,
    /// Whether it is required.
    pub required: bool,
    /// One line.
    pub summary: &'static str,
}

/// The type of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgKind {
    /// One node of this group: its name, a role, or `any`.
    Node(&'static str),
    /// Nodes: any selector that finds some.
    Nodes,
    /// A number from 1.
    Count,
    /// A duration.
    Duration,
}

impl ArgSpec {
    /// Creates an optional argument.
    pub const fn new(name: &'static str, kind: ArgKind, summary: &'static str) -> ArgSpec {
        ArgSpec { name, kind, required: false, summary }
    }

    /// Makes it required.
    #[must_use]
    pub const fn required(self) -> ArgSpec {
        ArgSpec { required: true, ..self }
    }
}
