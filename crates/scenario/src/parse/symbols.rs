//! The symbol table of a scenario: the names that selectors may use.

use std::collections::BTreeSet;

use crate::diagnostic::source::Span;
use crate::diagnostic::suggest::nearest;
use crate::table::context::Context;
use crate::{LabSpec, NodeGroup};

/// Reserved words of selectors.
pub(crate) const RESERVED: [&str; 3] = ["any", "majority", "minority"];

/// The meaning of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// Node `number` (from 1) of the group with this index.
    Node { group: usize, number: u32 },
    /// Client host `number` (from 1) of the load with this index.
    Client { load: usize, number: u32 },
    /// All nodes of the group with this index.
    Group(usize),
    /// All client hosts of the load with this index.
    Load(usize),
    /// All nodes of a region.
    Region(usize),
    /// The nodes that have a role when the selector is resolved.
    Role,
}

/// The name and the hosts of a load.
pub(crate) struct Clients {
    pub name: String,
    pub prefix: String,
    pub hosts: u32,
    pub region: Option<String>,
    /// The place of its name, or else of the load.
    pub span: Span,
}

/// The names of a scenario's nodes, groups, loads, regions and roles.
pub(crate) struct Symbols {
    groups: Vec<NodeGroup>,
    loads: Vec<Clients>,
    regions: Vec<String>,
    roles: Vec<&'static str>,
    complete: bool,
}

impl Symbols {
    /// Without `complete`, parts of the file are invalid and unknown names are not reported, so
    /// that one mistake is not reported many times.
    pub fn new(
        groups: &[NodeGroup],
        loads: Vec<Clients>,
        lab: Option<&LabSpec>,
        complete: bool,
    ) -> Self {
        let of_groups = groups.iter().flat_map(|group| group.regions.iter());
        let of_loads = loads.iter().filter_map(|load| load.region.as_ref());
        let regions: BTreeSet<_> = of_groups.chain(of_loads).cloned().collect();
        let roles = lab.map_or(&[][..], |lab| lab.roles);
        Symbols {
            groups: groups.to_vec(),
            loads,
            regions: regions.into_iter().collect(),
            roles: roles.iter().map(|role| role.name).collect(),
            complete: complete && lab.is_some(),
        }
    }

    /// Whether all names are known.
    pub fn complete(&self) -> bool {
        self.complete
    }

    /// The number of nodes, without client hosts.
    pub fn nodes(&self) -> u64 {
        self.groups.iter().map(|group| u64::from(group.count)).sum()
    }

    /// The meaning of `name`.
    pub fn find(&self, name: &str) -> Option<Target> {
        let group = self.groups.iter().position(|group| group.name == name);
        let load = || self.loads.iter().position(|load| load.name == name);
        let region = || self.regions.iter().position(|region| region == name);
        group
            .map(Target::Group)
            .or_else(|| load().map(Target::Load))
            .or_else(|| region().map(Target::Region))
            .or_else(|| self.roles.contains(&name).then_some(Target::Role))
            .or_else(|| self.numbered(name))
    }

    /// The names of all loads, regions, or nodes with client hosts.
    pub fn names_of(&self, what: &str) -> Vec<String> {
        let numbered = |prefix: &str, count: u32| -> Vec<_> {
            (1..=count).map(|number| format!("{prefix}{number}")).collect()
        };
        match what {
            "load" => self.loads.iter().map(|load| load.name.clone()).collect(),
            "region" => self.regions.clone(),
            _ => {
                let groups = self.groups.iter().map(|group| (&group.prefix, group.count));
                let loads = self.loads.iter().map(|load| (&load.prefix, load.hosts));
                groups.chain(loads).flat_map(|(prefix, count)| numbered(prefix, count)).collect()
            }
        }
    }

    /// Whether `name` is a node of a group at the start of the run.
    pub fn is_node_of(&self, name: &str, group: &str) -> bool {
        self.number_in(name, group).is_some_and(|number| number <= self.count(group))
    }

    /// The number in the name of a node of a group, which need not exist.
    pub fn number_in(&self, name: &str, group: &str) -> Option<u32> {
        let group = self.groups.iter().find(|known| known.name == group)?;
        number_after(name, &group.prefix, u32::MAX)
    }

    /// The number of nodes in a group at the start of the run.
    pub fn count(&self, group: &str) -> u32 {
        self.groups.iter().find(|known| known.name == group).map_or(0, |group| group.count)
    }

    /// The names of the lab's roles.
    pub fn roles(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.roles.iter().copied()
    }

    /// "expected `n1` to `n5`, ...": the nodes of a group with `more` than at the start, the roles,
    /// and `any`.
    pub fn listed_nodes(&self, group: &str, more: u32) -> String {
        let group = self.groups.iter().find(|known| known.name == group);
        let nodes = group.map(|NodeGroup { prefix, count, .. }| match count + more {
            1 => format!("`{prefix}1`"),
            count => format!("`{prefix}1` to `{prefix}{count}`"),
        });
        let words = self.roles().chain(["any"]).map(|word| format!("`{word}`"));
        let all: Vec<_> = nodes.into_iter().chain(words).collect();
        format!("expected one node: {}", all.join(", "))
    }

    fn numbered(&self, name: &str) -> Option<Target> {
        for (group, spec) in self.groups.iter().enumerate() {
            if let Some(number) = number_after(name, &spec.prefix, spec.count) {
                return Some(Target::Node { group, number });
            }
        }
        for (load, spec) in self.loads.iter().enumerate() {
            if let Some(number) = number_after(name, &spec.prefix, spec.hosts) {
                return Some(Target::Client { load, number });
            }
        }
        None
    }

    /// Whether both certainly select a common node.
    pub fn overlap(&self, a: Target, b: Target) -> bool {
        let (a, b) = (a.min(b), a.max(b));
        match (a, b) {
            (Target::Role, _) | (_, Target::Role) => false,
            (Target::Node { group, .. }, Target::Group(other)) => group == other,
            (Target::Client { load, .. }, Target::Load(other)) => load == other,
            (Target::Node { group, number }, Target::Region(region)) => {
                self.region_of(group, number) == Some(region)
            }
            (Target::Client { load, .. } | Target::Load(load), Target::Region(region)) => {
                self.loads[load].region.as_ref() == Some(&self.regions[region])
            }
            (Target::Group(group), Target::Region(region)) => {
                let group = &self.groups[group];
                let dealt = group.regions.iter().take(group.count as usize);
                dealt.into_iter().any(|name| *name == self.regions[region])
            }
            _ => a == b,
        }
    }

    fn region_of(&self, group: usize, number: u32) -> Option<usize> {
        let regions = &self.groups[group].regions;
        let dealt = regions.get((number as usize - 1) % regions.len().max(1))?;
        self.regions.iter().position(|region| region == dealt)
    }

    /// A suggestion for an unknown name.
    pub fn hint(&self, unknown: &str) -> Option<String> {
        let digits = unknown.trim_start_matches(|c: char| !c.is_ascii_digit());
        let word = &unknown[..unknown.len() - digits.len()];
        if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            let group = match self.groups.as_slice() {
                [only] if nearest(word, ["node", "server", &only.name]).is_some() => Some(only),
                _ => None,
            };
            let by_prefix = || self.groups.iter().find(|group| group.prefix == word);
            if let Some(NodeGroup { prefix, count, .. }) = by_prefix().or(group) {
                return Some(format!("the nodes are `{prefix}1` to `{prefix}{count}`"));
            }
        }
        let known = self.plain_names();
        nearest(unknown, known.iter().map(String::as_str))
            .map(|name| format!("did you mean `{name}`?"))
    }

    /// "expected one of ...": all names.
    pub fn listed(&self) -> String {
        let groups = self.groups.iter().map(|group| match group.count {
            1 => format!("`{}1`", group.prefix),
            count => format!("`{0}1` to `{0}{count}`", group.prefix),
        });
        let others = self.plain_names().into_iter().map(|name| format!("`{name}`"));
        let all: Vec<_> = groups.chain(others).collect();
        format!("expected one of {}", all.join(", "))
    }

    fn plain_names(&self) -> Vec<String> {
        let groups = self.groups.iter().map(|group| group.name.clone());
        let loads = self.loads.iter().map(|load| load.name.clone());
        let roles = self.roles.iter().map(|role| (*role).to_owned());
        let reserved = RESERVED.iter().map(|word| (*word).to_owned());
        groups
            .chain(loads)
            .chain(self.regions.iter().cloned())
            .chain(roles)
            .chain(reserved)
            .collect()
    }

    /// Reports ambiguous names; `nodes` is the place of the regions.
    pub fn check_distinct(&self, ctx: &Context<'_>, nodes: &Span) {
        let groups = self.groups.iter().map(|group| ("group", group.name.as_str()));
        let loads = self.loads.iter().map(|load| ("load", load.name.as_str()));
        let regions = self.regions.iter().map(|region| ("region", region.as_str()));
        let roles = self.roles.iter().map(|role| ("role", *role));
        let reserved = RESERVED.iter().map(|word| ("selector", *word));
        let mut seen = std::collections::BTreeMap::new();
        let all = reserved.chain(roles).chain(groups).chain(regions).chain(loads);
        for (what, name) in all {
            let first = *seen.entry(name).or_insert(what);
            let clash = match self.numbered(name) {
                Some(Target::Node { .. }) => Some("node"),
                Some(_) => Some("client host"),
                None => (first != what).then_some(first),
            };
            if let Some(other) = clash {
                let load = self.loads.iter().find(|load| what == "load" && load.name == name);
                let span = load.map_or(nodes, |load| &load.span).clone();
                let message = format!("`{name}` names both a {what} and a {other}");
                ctx.complain(span, message, "expected another name: selectors use both");
            }
        }
    }
}

/// The number in `name`, if it is `prefix` followed by a number from 1 to `max`.
fn number_after(name: &str, prefix: &str, max: u32) -> Option<u32> {
    let digits = name.strip_prefix(prefix)?;
    let canonical = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    let number: u32 = digits.parse().ok()?;
    (canonical && (1..=max).contains(&number)).then_some(number)
}
