//! Parsing of a whole scenario file: its steps, in order.

mod action;
mod action_args;
mod arrivals;
mod conflicts;
mod fault;
mod fault_kind;
mod foregone;
pub(crate) mod limits;
mod load;
mod network;
pub(crate) mod nodes;
mod overrides;
mod params;
pub(crate) mod predict;
pub(crate) mod refused;
mod selector;
pub(crate) mod symbols;
pub(crate) mod trigger;
mod undecidable;
mod verdict;
mod warnings;

use std::cell::RefCell;
use std::time::Duration;

use netsplit_history::Time;
use toml::de::DeTable;
use xxhash_rust::xxh3::xxh3_64;

pub use self::action::STARTED_NODES_MAX;
use crate::diagnostic::source::Sources;
use crate::diagnostic::toml_errors;
use crate::diagnostic::{Diagnostics, Problem};
use crate::parse::params::variant;
use crate::parse::symbols::Symbols;
use crate::parse::undecidable::Faults;
use crate::table::context::{Context, Value};
use crate::table::fields::Fields;
use crate::table::named_list::{self, DefaultName};
use crate::table::shape::{Kind, Shape, key, required};
use crate::value::scalar;
use crate::{LabSpec, Scenario};

/// The whole file.
pub(crate) const SCENARIO: Shape = Shape {
    what: "a scenario",
    keys: &[
        required("title", Kind::Text, "A one-line title."),
        key("about", Kind::Text, "What the scenario shows and why, in a few sentences."),
        required("lab", Kind::Lab, "The lab to run."),
        key(
            "variant",
            Kind::Variant,
            "A variant of the lab, or comma-separated `seat=filling` pairs. Default: reference.",
        ),
        required("duration", Kind::Duration, "How long clients send requests."),
        key("warmup", Kind::Duration, "Requests sent earlier are not measured. Default: 0s."),
        key(
            "settle",
            Kind::Duration,
            "Time after each fault that does not count as `outside faults`. Default: 2s.",
        ),
        key(
            "nodes",
            Kind::Nodes(&nodes::GROUP),
            "Number of nodes, their workers, regions and disks; or a table per group of nodes.",
        ),
        key("network", Kind::Table(&network::NETWORK), "Settings of the links between hosts."),
        key("load", Kind::Tables(&load::LOAD), "Clients and their requests."),
        key("params", Kind::Params, "The lab's own parameters."),
        key("fault", Kind::Tables(&fault::FAULT), "Faults and their times."),
        key("action", Kind::Tables(&action::ACTION), "Actions that the lab performs, and when."),
        key(
            "predict",
            Kind::Tables(&predict::PREDICT),
            "Questions that `netsplit run --predict` asks before the run.",
        ),
        key("verdict", Kind::Table(&verdict::VERDICT), "The expectations."),
        key("limits", Kind::Table(&limits::LIMITS), "Budgets: a run that exceeds one ends."),
    ],
    one_of: &[],
};

/// A valid scenario and its warnings.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The scenario.
    pub scenario: Scenario,
    /// Warnings; empty for most scenarios.
    pub warnings: Diagnostics,
}

/// Parses a scenario for one of `labs` from the TOML `text`, with `key=value` `overrides` applied.
/// Diagnostics name the file as `file`.
///
/// # Errors
/// Returns all errors, not only the first. Of a file with TOML syntax errors, only these are
/// returned.
pub fn parse(
    text: &str,
    file: &str,
    overrides: &[String],
    labs: &[&'static LabSpec],
) -> Result<Parsed, Diagnostics> {
    let mut sources = Sources::new(file, text);
    let starts: Vec<_> = overrides.iter().map(|text| sources.add_override(text)).collect();
    let problems = RefCell::new(Vec::new());
    let scenario = read(&sources, text, overrides.iter().zip(starts), labs, &problems);
    let problems = problems.into_inner();
    let sound = !problems.iter().any(Problem::is_error);
    let found = Diagnostics::new(sources, problems);
    match scenario {
        Some(mut scenario) if sound => {
            scenario.hash = hash(text);
            scenario.overrides = overrides.to_vec();
            Ok(Parsed { scenario, warnings: found })
        }
        _ => Err(found),
    }
}

/// The hash of a scenario's text, as reports have it: xxh3, in hexadecimal.
pub fn hash(text: &str) -> String {
    format!("{:016x}", xxh3_64(text.as_bytes()))
}

/// The maximum size of a file, in MiB: far more than a scenario needs, and still parsed quickly.
/// The TOML parser limits the nesting.
pub const FILE_MIB_MAX: u64 = 1;

fn read<'i>(
    sources: &Sources,
    text: &'i str,
    overrides: impl Iterator<Item = (&'i String, usize)>,
    labs: &[&'static LabSpec],
    problems: &RefCell<Vec<Problem>>,
) -> Option<Scenario> {
    let ctx = Context::new(sources, None, problems);
    if text.len() as u64 > FILE_MIB_MAX << 20 {
        return ctx.fail(0..0, "the file is larger than 1 MiB", "expected at most 1 MiB");
    }
    let (mut root, errors) = DeTable::parse_recoverable(text);
    for problem in toml_errors::problems(sources, text, errors) {
        ctx.report(problem);
    }
    if ctx.errors() > 0 {
        return None;
    }
    for (text, start) in overrides {
        overrides::apply(&ctx, root.get_mut(), text, start);
    }
    let fields = Fields::of_table(&ctx, root.get_ref(), 0..0, &SCENARIO);
    let lab = fields.read(&ctx, "lab", |ctx, value| find_lab(ctx, value, labs));
    scenario(&Context::new(sources, lab, problems), &fields)
}

fn find_lab(
    ctx: &Context<'_>,
    value: &Value<'_>,
    labs: &[&'static LabSpec],
) -> Option<&'static LabSpec> {
    let name = scalar::str_of(ctx, value, "the name of a lab in quotes")?;
    let found = labs.iter().copied().find(|lab| lab.name == name);
    if found.is_none() {
        ctx.unknown(value.span(), "there is no lab", name, labs.iter().map(|lab| lab.name));
    }
    found
}

fn scenario(ctx: &Context<'_>, fields: &Fields<'_, '_>) -> Option<Scenario> {
    let title = fields.read(ctx, "title", scalar::text);
    let about = fields.read(ctx, "about", scalar::text);
    let variant = match fields.get("variant") {
        Some(value) => variant(ctx, value),
        None => {
            ctx.lab.and_then(|lab| Some(("reference".to_owned(), lab.resolve("reference").ok()?)))
        }
    };
    let times = times(ctx, fields);
    let end = Time::from(times.duration);

    let before = ctx.errors();
    let nodes = nodes::nodes(ctx, fields.get("nodes"));
    let complete = ctx.errors() == before;
    let (loads, clients) = load::loads(ctx, fields.get("load"), end);
    let all_loads = if loads.len() == clients.len() { loads.as_slice() } else { &[] };
    let symbols = Symbols::new(&nodes, clients, ctx.lab, complete);
    symbols.check_distinct(ctx, &fields.span_of("nodes"));

    let network = network::network(ctx, &symbols, fields.get("network"));
    let sets = variant.as_ref().map(|(_, resolved)| resolved.params.as_slice());
    let params = params::params(ctx, fields.get("params"), sets.unwrap_or_default());
    let faults = fault::faults(ctx, &symbols, fields.get("fault"), end);
    conflicts::check(ctx, &symbols, &faults, end);
    let fault_names = names(fields, "fault", &fault::FAULT, fault::default_name);
    let actions = action::actions(ctx, &symbols, fields.get("action"), &fault_names, end);
    let action_names = names(fields, "action", &action::ACTION, action::default_name);
    let only_actions: Vec<_> =
        action_names.into_iter().filter(|name| !fault_names.contains(name)).collect();
    let known_faults = Faults {
        names: fault_names.into_iter().chain(only_actions).collect(),
        actions: &actions,
        loads: all_loads,
        sound: faults.iter().map(|placed| &placed.fault).collect(),
        warmup: times.warmup,
        duration: times.duration,
        settle: times.settle,
    };
    let questions = predict::questions(ctx, &symbols, &known_faults, fields.get("predict"));
    let verdict = verdict::verdict(ctx, &symbols, &known_faults, fields.get("verdict"));
    let limits = limits::limits(ctx, fields.get("limits"));
    if ctx.errors() == 0 {
        warnings::about_loads(ctx, fields, &loads);
        warnings::about_limits(ctx, fields, (&loads, &limits, end));
        warnings::about_warmup(ctx, &faults, Time::from(times.warmup));
        warnings::about_verdict(ctx, fields, &verdict);
        foregone::about_sentences(ctx, fields, &verdict, &loads);
    }
    let (variant, resolved) = variant?;
    Some(Scenario {
        title: title?,
        about: about.unwrap_or_default(),
        lab: ctx.lab?,
        variant,
        fillings: resolved.fillings,
        duration: times.duration,
        warmup: times.warmup,
        settle: times.settle,
        nodes,
        network,
        loads,
        params: params?,
        faults: faults.into_iter().map(|placed| placed.fault).collect(),
        actions,
        questions,
        verdict,
        limits,
        hash: String::new(),
        overrides: Vec::new(),
    })
}

/// The names of a list's elements, valid or not.
fn names(
    fields: &Fields<'_, '_>,
    list: &str,
    shape: &Shape,
    default_name: DefaultName,
) -> Vec<String> {
    let Some(value) = fields.get(list) else {
        return Vec::new();
    };
    match named_list::by_name(value, shape) {
        Some(by_name) => by_name.keys().map(|key| key.get_ref().to_string()).collect(),
        None => named_list::names(named_list::elements(value), default_name),
    }
}

struct Times {
    duration: Duration,
    warmup: Duration,
    settle: Duration,
}

/// Stands for an invalid duration, so that no other time is reported as after the end.
const LONGEST: Duration = Duration::from_hours(24);

fn times(ctx: &Context<'_>, fields: &Fields<'_, '_>) -> Times {
    let duration = fields.read(ctx, "duration", scalar::positive_duration);
    let warmup = fields.read(ctx, "warmup", scalar::duration);
    let settle = fields.read(ctx, "settle", scalar::duration);
    let mut times = Times {
        duration: duration.unwrap_or(LONGEST),
        warmup: warmup.unwrap_or(Duration::ZERO),
        settle: settle.unwrap_or(Duration::from_secs(2)),
    };
    if times.warmup >= times.duration {
        let label = "expected less than `duration`";
        ctx.complain(fields.span_of("warmup"), "the warm-up leaves nothing to measure", label);
        times.warmup = Duration::ZERO;
    }
    times
}
