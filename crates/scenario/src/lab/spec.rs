//! What a lab tells about itself, so that scenario files about it can be checked.

use std::fmt;

use netsplit_history::Invariant;
use schemars::Schema;
use serde::de::DeserializeOwned;

/// A lab's description: everything that a scenario file may name.
#[derive(Clone, Debug)]
pub struct LabSpec {
    /// Its name, in kebab-case.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Groups of nodes, in the order in which nodes are numbered.
    pub groups: &'static [GroupSpec],
    /// What clients may ask for.
    pub operations: &'static [OperationSpec],
    /// Kinds of messages.
    pub messages: &'static [&'static str],
    /// Roles that nodes take.
    pub roles: &'static [Named],
    /// Events that nodes announce.
    pub events: &'static [Named],
    /// Counters, gauges and end-of-run measures.
    pub metrics: &'static [Named],
    /// Distributions that nodes or clients observe.
    pub observed: &'static [Named],
    /// Invariants over its events.
    pub invariants: &'static [Invariant],
    /// Verbs that a scenario may ask of it.
    pub actions: &'static [Named],
    /// Parts that can be swapped, each with its fillings; the first is the reference's.
    pub seats: &'static [SeatSpec],
    /// Named bundles of fillings; the first is `reference`.
    pub variants: &'static [VariantSpec],
    /// Its parameters.
    pub params: ParamsSpec,
}

/// A name and what it means.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// The name, in the form that scenario files use.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
}

/// A group of nodes.
#[derive(Clone, Copy, Debug)]
pub struct GroupSpec {
    /// The group's name; `nodes` for a lab with a single group.
    pub name: &'static str,
    /// Nodes are named by this and a number from 1.
    pub prefix: &'static str,
    /// How many, unless the scenario says.
    pub count: u32,
    /// Workers per node, unless the scenario says; `None` for no limit.
    pub workers: Option<u32>,
    /// One line.
    pub summary: &'static str,
}

/// An operation.
#[derive(Clone, Copy, Debug)]
pub struct OperationSpec {
    /// The name that `mix` uses, and histories.
    pub name: &'static str,
    /// Its weight in the mix, unless the scenario says.
    pub weight: f64,
    /// One line.
    pub summary: &'static str,
}

/// A part that can be swapped.
#[derive(Clone, Copy, Debug)]
pub struct SeatSpec {
    /// The seat's name.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// What may sit there; the first is the reference's.
    pub fillings: &'static [Named],
}

/// A named bundle of fillings. Seats that it does not name have the reference's.
#[derive(Clone, Copy, Debug)]
pub struct VariantSpec {
    /// Its name.
    pub name: &'static str,
    /// One line: what is different, and what goes wrong with it.
    pub summary: &'static str,
    /// (seat, filling).
    pub fills: &'static [(&'static str, &'static str)],
}

/// A lab's parameter type, without the type.
#[derive(Clone, Copy)]
pub struct ParamsSpec {
    /// Its JSON Schema; doc comments are the descriptions.
    pub schema: fn() -> Schema,
    /// Whether a table is a valid value of it. The error carries the place.
    pub check: fn(toml::de::Deserializer<'_>) -> Result<(), toml::de::Error>,
}

impl ParamsSpec {
    /// The description of the parameter type `P`.
    pub const fn of<P: DeserializeOwned + schemars::JsonSchema>() -> ParamsSpec {
        ParamsSpec {
            schema: || {
                schemars::generate::SchemaSettings::draft07()
                    .into_generator()
                    .into_root_schema_for::<P>()
            },
            check: |table| P::deserialize(table).map(drop),
        }
    }
}

impl fmt::Debug for ParamsSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ParamsSpec")
    }
}

impl LabSpec {
    /// Which filling sits in each seat under `variant`: a variant's name, or
    /// `seat=filling` pairs separated by commas; later ones override earlier ones.
    ///
    /// # Errors
    /// Says which name is unknown, and what there is.
    pub fn seats(&self, variant: &str) -> Result<Vec<(&'static str, &'static str)>, String> {
        let mut seats: Vec<_> =
            self.seats.iter().map(|seat| (seat.name, seat.fillings[0].name)).collect();
        for part in variant.split(',').map(str::trim) {
            for (seat, filling) in self.fills(part)? {
                if let Some(place) = seats.iter_mut().find(|place| place.0 == seat) {
                    place.1 = filling;
                }
            }
        }
        Ok(seats)
    }

    fn fills(&self, part: &str) -> Result<Vec<(&'static str, &'static str)>, String> {
        if let Some((seat, filling)) = part.split_once('=') {
            let seat = find(self.seats, |s| s.name, seat.trim(), "seat")?;
            let filling = find(seat.fillings, |f| f.name, filling.trim(), "filling")?;
            return Ok(vec![(seat.name, filling.name)]);
        }
        Ok(find(self.variants, |v| v.name, part, "variant")?.fills.to_vec())
    }
}

/// The entry called `name`, or an error that lists what there is.
fn find<'a, T>(
    entries: &'a [T],
    name_of: impl Fn(&T) -> &'static str,
    name: &str,
    what: &str,
) -> Result<&'a T, String> {
    entries.iter().find(|entry| name_of(entry) == name).ok_or_else(|| {
        let known: Vec<_> = entries.iter().map(name_of).collect();
        format!("unknown {what} `{name}`; there are: {}", known.join(", "))
    })
}
