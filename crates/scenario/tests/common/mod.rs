//! A lab to write scenarios about, and a scenario that uses the whole format.

use netsplit_history::{Invariant, InvariantState, LabEvent};
use netsplit_scenario::{
    ActionSpec, ArgKind, ArgSpec, Bundle, GroupSpec, LabSpec, Named, OperationSpec, ParamsSpec,
    Seat, filling,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters of the test lab.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[allow(dead_code, reason = "only their types matter here")]
pub struct Params {
    /// Replicas that a read waits for.
    pub r: u32,
    /// Replicas that a write waits for.
    pub w: u32,
    /// Who coordinates.
    pub coordinator: Coordinator,
}

/// Who coordinates.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Coordinator {
    /// A replica.
    #[default]
    Replica,
    /// A node of its own.
    Apart,
}

const fn invariant(name: &'static str) -> Invariant {
    struct Anything;
    impl InvariantState for Anything {
        fn observe(&mut self, _: &LabEvent) -> Result<(), String> {
            Ok(())
        }
    }
    Invariant { name, summary: "For tests", needs: &["ready"], new: || Box::new(Anything) }
}

const fn named(name: &'static str) -> Named {
    Named::new(name, "For tests.")
}

const fn group(name: &'static str, prefix: &'static str, count: u32) -> GroupSpec {
    GroupSpec { name, prefix, count, workers: Some(4), summary: "For tests." }
}

const fn operation(name: &'static str, weight: f64) -> OperationSpec {
    OperationSpec { name, weight, summary: "For tests." }
}

static REPAIR: Seat<()> = Seat {
    name: "repair",
    summary: "For tests.",
    fillings: &[filling("on-read", "For tests.", ()), filling("never", "For tests.", ())],
};

const fn arg(name: &'static str, kind: ArgKind) -> ArgSpec {
    ArgSpec::new(name, kind, "For tests.")
}

static ACTIONS: [ActionSpec; 4] = [
    ActionSpec::new("join", "For tests.")
        .args(&[arg("count", ArgKind::Count), arg("within", ArgKind::Duration)])
        .starts("nodes"),
    ActionSpec::new("leave", "For tests.").args(&[arg("node", ArgKind::Node("nodes")).required()]),
    ActionSpec::new("drain", "For tests.").args(&[arg("nodes", ArgKind::Nodes)]),
    ActionSpec::new("rest", "For tests."),
];

/// A lab with a single group of nodes.
pub static STORE: LabSpec = LabSpec {
    name: "store",
    summary: "A store to test with.",
    groups: &[group("nodes", "n", 5)],
    operations: &[operation("put", 1.0), operation("get", 1.0), operation("scan", 0.0)],
    messages: &["read", "write", "read-reply", "write-reply"],
    roles: &[named("leader")],
    events: &[named("became-leader"), named("term-change")],
    shown: &[],
    strips: &[],
    metrics: &[named("stale_reads")],
    measures: &[named("makespan")],
    numbered: &["behind_"],
    observed: &[named("visibility")],
    invariants: &[invariant("election-safety"), invariant("log-matching")],
    actions: &ACTIONS,
    seats: &[&REPAIR],
    reference: "For tests.",
    bundles: &[
        Bundle::new("stale-read", "For tests.", &[REPAIR.fill("never")]),
        Bundle::new("two-reads", "For tests.", &[]).params(&[("r", "2")]),
    ],
    params: ParamsSpec::of::<Params>(),
};

/// A lab with two groups of nodes.
pub static TIERS: LabSpec =
    LabSpec { name: "tiers", groups: &[group("front", "f", 2), group("back", "b", 3)], ..STORE };

/// Both labs.
pub static LABS: [&LabSpec; 2] = [&STORE, &TIERS];

/// A scenario that says everything that can be said.
#[allow(dead_code, reason = "not every test file needs it")]
pub const WHOLE: &str = include_str!("whole.toml");

/// The least that a scenario says, with `rest` behind it.
#[allow(dead_code, reason = "not every test file needs it")]
pub fn least(rest: &str) -> String {
    format!("title = \"T\"\nlab = \"store\"\nduration = \"60s\"\n{rest}\n")
}
