//! Names of a lab, and the variants that its seats and bundles define.

use netsplit_history::Invariant;

use super::{ActionSpec, Mutant, ParamsSpec, SeatNames, Strip};

/// A lab's description: everything that a scenario file may name.
#[derive(Clone, Debug)]
pub struct LabSpec {
    /// Its name, in kebab-case.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Groups of nodes, in the order of node ids.
    pub groups: &'static [GroupSpec],
    /// Operations of clients.
    pub operations: &'static [OperationSpec],
    /// Kinds of messages, at most 256. Scenarios carry a kind as an index into this list.
    pub messages: &'static [&'static str],
    /// Roles of nodes.
    pub roles: &'static [Named],
    /// Events that nodes announce.
    pub events: &'static [Named],
    /// What nodes show to the page of a run, beyond events: nothing that scenarios may name.
    pub shown: &'static [Named],
    /// What that page draws over time for this lab.
    pub strips: &'static [Strip],
    /// Counters and gauges of nodes and clients: measured in any window, and by node. Like measures,
    /// they are never negative: a sentence such as `NAME >= 0` gets a warning.
    pub metrics: &'static [Named],
    /// Numbers that the lab computes at the end: measured over the whole run, of all nodes together.
    pub measures: &'static [Named],
    /// Prefixes of measures that exist for every number from 1: `behind_` for `behind_1`,
    /// `behind_2`, and so on. `measures` lists the first of each.
    pub numbered: &'static [&'static str],
    /// Durations that nodes or clients record as distributions.
    pub observed: &'static [Named],
    /// Invariants, checked on its events.
    pub invariants: &'static [Invariant],
    /// The actions that it performs.
    pub actions: &'static [ActionSpec],
    /// Parts of the algorithm that scenarios may exchange.
    pub seats: &'static [&'static dyn SeatNames],
    /// One line about the reference variant, which has the first filling of each seat.
    pub reference: &'static str,
    /// Variants that are more than one filling under its own name.
    pub bundles: &'static [Bundle],
    /// Its parameters.
    pub params: ParamsSpec,
}

/// A name with its description.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// The name, in the form that scenario files use.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
}

impl Named {
    /// Creates a name with its description.
    pub const fn new(name: &'static str, summary: &'static str) -> Named {
        Named { name, summary }
    }
}

/// A group of nodes.
#[derive(Clone, Copy, Debug)]
pub struct GroupSpec {
    /// The group's name; `nodes` for a lab with a single group.
    pub name: &'static str,
    /// The prefix of node names, before a number from 1.
    pub prefix: &'static str,
    /// The default number of nodes.
    pub count: u32,
    /// The default number of workers per node; `None` for no limit.
    pub workers: Option<u32>,
    /// One line.
    pub summary: &'static str,
}

impl GroupSpec {
    /// Creates a group of nodes with one worker each: its name, the prefix of the nodes' names,
    /// the default number of nodes, and its meaning in one line.
    pub const fn new(
        name: &'static str,
        prefix: &'static str,
        count: u32,
        summary: &'static str,
    ) -> GroupSpec {
        GroupSpec { name, prefix, count, workers: Some(1), summary }
    }

    /// Sets the default number of workers per node; `None` for no limit.
    #[must_use]
    pub const fn workers(self, workers: Option<u32>) -> GroupSpec {
        GroupSpec { workers, ..self }
    }
}

/// An operation.
#[derive(Clone, Copy, Debug)]
pub struct OperationSpec {
    /// The name that `mix` uses, and histories.
    pub name: &'static str,
    /// Its default weight in the mix.
    pub weight: f64,
    /// One line.
    pub summary: &'static str,
}

impl OperationSpec {
    /// Creates an operation with its default weight and its description.
    pub const fn new(name: &'static str, weight: f64, summary: &'static str) -> OperationSpec {
        OperationSpec { name, weight, summary }
    }
}

/// A named combination of fillings and parameters. Seats that it does not name have the
/// reference's filling.
///
/// A bundle hides the filling of its name: `variant = "x"` means the bundle. A bundle of a single
/// filling is a new name for it, under which alone the filling is a variant.
#[derive(Clone, Copy, Debug)]
pub struct Bundle {
    /// The name of the variant.
    pub name: &'static str,
    /// One line: what is different, and what goes wrong with it.
    pub summary: &'static str,
    /// (seat, filling), written `SEAT.fill("name")` so that the compiler checks the name.
    pub fills: &'static [(&'static str, &'static str)],
    /// (parameter, value as TOML): these override the scenario's parameters.
    pub params: &'static [(&'static str, &'static str)],
    /// The defect of a bundle that is wrong on purpose. Default for a bundle of a single filling:
    /// the filling's.
    pub mutant: Option<Mutant>,
}

impl Bundle {
    /// Creates a bundle of fillings.
    pub const fn new(
        name: &'static str,
        summary: &'static str,
        fills: &'static [(&'static str, &'static str)],
    ) -> Bundle {
        Bundle { name, summary, fills, params: &[], mutant: None }
    }

    /// Sets parameters as well: (name, value as TOML).
    #[must_use]
    pub const fn params(self, params: &'static [(&'static str, &'static str)]) -> Bundle {
        Bundle { params, ..self }
    }

    /// Declares the bundle to be wrong on purpose, as [`mutant`](super::mutant) does.
    #[must_use]
    pub const fn mutant(self, breaks: &'static str, shown_by: &'static str) -> Bundle {
        Bundle { mutant: Some(Mutant { breaks, shown_by }), ..self }
    }

    /// The filling that this bundle renames, if that is all it does.
    fn renamed(&self) -> Option<(&'static str, &'static str)> {
        match self.fills {
            [only] if self.params.is_empty() => Some(*only),
            _ => None,
        }
    }
}

/// A variant, as selected by `variant = "name"`.
#[derive(Clone, Debug)]
pub struct Variant {
    /// The name.
    pub name: &'static str,
    /// One line: what is different, and what goes wrong with it.
    pub summary: &'static str,
    /// (seat, filling) where it differs from the reference.
    pub fills: Vec<(&'static str, &'static str)>,
    /// (parameter, value as TOML) that it sets.
    pub params: &'static [(&'static str, &'static str)],
    /// The defect of a variant that is wrong on purpose.
    pub mutant: Option<Mutant>,
}

/// The fillings and parameters of a scenario's `variant`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// (seat, filling) for each seat of the lab, in its order.
    pub fillings: Vec<(&'static str, &'static str)>,
    /// (parameter, value as TOML) that the variant sets.
    pub params: Vec<(&'static str, &'static str)>,
}

/// A part of a `variant` that the lab does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    /// `variant`, `seat` or `filling`.
    pub what: &'static str,
    /// The name, as written.
    pub name: String,
    /// The byte offset of the name in the text.
    pub at: usize,
    /// All existing names.
    pub known: Vec<&'static str>,
}

impl LabSpec {
    /// Creates the description of a lab without names and without parameters. Descriptions list
    /// what their lab has and end with `..LabSpec::new(...)`.
    pub const fn new(name: &'static str, summary: &'static str) -> LabSpec {
        LabSpec {
            name,
            summary,
            groups: &[],
            operations: &[],
            messages: &[],
            roles: &[],
            events: &[],
            shown: &[],
            strips: &[],
            metrics: &[],
            measures: &[],
            numbered: &[],
            observed: &[],
            invariants: &[],
            actions: &[],
            seats: &[],
            reference: "The lab as it is",
            bundles: &[],
            params: ParamsSpec::of::<()>(),
        }
    }

    /// Whether a number of the lab is measured over the whole run only.
    pub fn is_measure(&self, name: &str) -> bool {
        self.measures.iter().any(|measure| measure.name == name) || self.numbered(name).is_some()
    }

    /// Returns the prefix of a numbered measure: `behind_` for `behind_3`.
    pub fn numbered(&self, name: &str) -> Option<&'static str> {
        self.numbered.iter().copied().find(|prefix| {
            let number = name.strip_prefix(prefix).unwrap_or_default();
            let digits = number.bytes().all(|byte| byte.is_ascii_digit());
            digits && !number.is_empty() && !number.starts_with('0')
        })
    }

    /// Returns all variants: the reference, then the fillings that are variants by their own names,
    /// seat by seat, then the bundles.
    pub fn variants(&self) -> Vec<Variant> {
        let reference = Variant {
            name: "reference",
            summary: self.reference,
            fills: Vec::new(),
            params: &[],
            mutant: None,
        };
        let mut all = vec![reference];
        for seat in self.seats {
            let others = seat.fillings().into_iter().skip(1);
            let shown = others.filter(|filling| !self.is_hidden(seat.name(), filling.name));
            all.extend(shown.map(|filling| Variant {
                name: filling.name,
                summary: filling.summary,
                fills: vec![(seat.name(), filling.name)],
                params: &[],
                mutant: filling.mutant,
            }));
        }
        all.extend(self.bundles.iter().map(|bundle| Variant {
            name: bundle.name,
            summary: bundle.summary,
            fills: bundle.fills.to_vec(),
            params: bundle.params,
            mutant: bundle.mutant.or_else(|| self.mutant_of(bundle.renamed()?)),
        }));
        all
    }

    /// Whether a bundle hides a filling, so that it is not a variant by its own name.
    fn is_hidden(&self, seat: &str, filling: &str) -> bool {
        let hides =
            |bundle: &Bundle| bundle.name == filling || bundle.renamed() == Some((seat, filling));
        self.bundles.iter().any(hides)
    }

    fn mutant_of(&self, (seat, filling): (&str, &str)) -> Option<Mutant> {
        let seat = self.seats.iter().find(|known| known.name() == seat)?;
        seat.fillings().into_iter().find(|known| known.name == filling)?.mutant
    }

    /// Resolves `variant`: names of variants or `seat=filling` pairs, separated by commas. Later
    /// parts override earlier ones.
    ///
    /// # Errors
    /// Returns all names that the lab does not have.
    pub fn resolve(&self, variant: &str) -> Result<Resolved, Vec<UnknownName>> {
        let mut resolved = Resolved::default();
        for seat in self.seats {
            let first = seat.fillings().first().map(|filling| filling.name);
            resolved.fillings.extend(first.map(|filling| (seat.name(), filling)));
        }
        let (mut unknown, mut at) = (Vec::new(), 0);
        for part in variant.split(',') {
            match self.part(part) {
                Ok(part) => {
                    for (seat, filling) in part.fills {
                        let mut places = resolved.fillings.iter_mut();
                        places
                            .find(|place| place.0 == seat)
                            .into_iter()
                            .for_each(|p| p.1 = filling);
                    }
                    resolved.params.extend(part.params);
                }
                Err(wrong) => unknown.push(UnknownName { at: at + wrong.at, ..wrong }),
            }
            at += part.len() + 1;
        }
        if unknown.is_empty() { Ok(resolved) } else { Err(unknown) }
    }

    fn part(&self, part: &str) -> Result<Variant, UnknownName> {
        let find = |what, written: &str, known: Vec<&'static str>| {
            let name = written.trim();
            known.iter().position(|known| *known == name).ok_or_else(|| {
                let at = name.as_ptr() as usize - part.as_ptr() as usize;
                UnknownName { what, name: name.to_owned(), at, known }
            })
        };
        let Some((seat, filling)) = part.split_once('=') else {
            let mut all = self.variants();
            let found = find("variant", part, all.iter().map(|variant| variant.name).collect())?;
            return Ok(all.swap_remove(found));
        };
        let seats = self.seats.iter().map(|seat| seat.name()).collect();
        let seat = self.seats[find("seat", seat, seats)?];
        let fillings = seat.fillings();
        let names = fillings.iter().map(|filling| filling.name).collect();
        let filling = fillings[find("filling", filling, names)?];
        Ok(Variant {
            name: filling.name,
            summary: filling.summary,
            fills: vec![(seat.name(), filling.name)],
            params: &[],
            mutant: filling.mutant,
        })
    }
}

/// A scenario file that a lab embeds.
#[derive(Clone, Copy, Debug)]
pub struct ScenarioFile {
    /// The name; commands refer to the scenario as `LAB/NAME`.
    pub name: &'static str,
    /// The content, in TOML.
    pub text: &'static str,
}

/// Embeds scenario files of a lab: `scenario_files!("../scenarios": "calm", "storm")` embeds
/// `calm.toml` and `storm.toml` of that folder, relative to the file of the call.
#[macro_export]
macro_rules! scenario_files {
    ($folder:literal: $($name:literal),* $(,)?) => {
        &[$($crate::ScenarioFile {
            name: $name,
            text: include_str!(concat!($folder, "/", $name, ".toml")),
        }),*]
    };
}
