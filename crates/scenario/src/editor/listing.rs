//! Comments of the template that list events, roles, kinds of messages, actions and the
//! numbers that expectations compare, with what restricts them.

use std::fmt::Write;

use crate::lab::{ActionSpec, ArgKind, ArgSpec};
use crate::{LabSpec, Named, OperationSpec};

/// The operations of a load by default: those with a weight, or else the first.
pub(super) fn mix(lab: &LabSpec) -> Vec<&OperationSpec> {
    let used: Vec<_> = lab.operations.iter().filter(|operation| operation.weight > 0.0).collect();
    if used.is_empty() { lab.operations.iter().take(1).collect() } else { used }
}

/// The operations that a load may perform.
pub(super) fn of_loads(lab: &LabSpec) -> String {
    let operations = lab.operations.iter();
    operations
        .map(|OperationSpec { name, summary, .. }| format!("#   {name} ## {summary}\n"))
        .collect()
}

/// The names that faults and actions may use: events, roles, kinds of messages.
pub(super) fn of_faults(lab: &LabSpec) -> String {
    let mut out = String::new();
    if let Some(Named { name, .. }) = lab.events.first() {
        let _ = writeln!(out, "# Events start faults and actions: at = {{ event = \"{name}\" }}");
        list(&mut out, lab.events);
    }
    if let Some(Named { name, .. }) = lab.roles.first() {
        let _ = writeln!(out, "# Roles select the node that took one last: crash = \"{name}\"");
        list(&mut out, lab.roles);
    }
    if let Some(kind) = lab.messages.first() {
        let _ = writeln!(
            out,
            "# Kinds of messages restrict link rules and the faults latency, loss and duplicate:\n\
             # loss = {{ message = \"{kind}\", probability = \"5%\" }}\n\
             #   {}",
            lab.messages.join(", ")
        );
    }
    out
}

fn list(out: &mut String, names: &[Named]) {
    for Named { name, summary } in names {
        let _ = writeln!(out, "#   {name} ## {summary}");
    }
}

/// An example of each action, with what its arguments take.
pub(super) fn of_actions(lab: &LabSpec) -> String {
    if lab.actions.is_empty() {
        return String::new();
    }
    let mut out = "
# [[action]] ## what the lab does when it is asked
# at = \"35s\" ## or an event, as for a fault
"
    .to_owned();
    for action in lab.actions {
        let _ = writeln!(out, "# do = {} ## {}", example(lab, action), action.summary);
        for ArgSpec { name, kind, required, summary } in action.args {
            let need = if *required { "required" } else { "optional" };
            let _ = writeln!(out, "#   {name}: {}, {need} ## {summary}", takes(*kind));
        }
    }
    out
}

fn example(lab: &LabSpec, action: &ActionSpec) -> String {
    let values = action.args.iter().map(|arg| {
        let prefix = |group: &str| {
            let group = lab.groups.iter().find(|known| known.name == group);
            group.map_or("", |group| group.prefix)
        };
        let value = match arg.kind {
            ArgKind::Node(group) => format!("\"{}1\"", prefix(group)),
            ArgKind::Nodes => "\"any\"".to_owned(),
            ArgKind::Count => "1".to_owned(),
            ArgKind::Duration => "\"5s\"".to_owned(),
        };
        format!("{} = {value}", arg.name)
    });
    let values: Vec<_> = values.collect();
    match values.as_slice() {
        [] => format!("\"{}\"", action.name),
        values => format!("{{ {} = {{ {} }} }}", action.name, values.join(", ")),
    }
}

fn takes(kind: ArgKind) -> String {
    match kind {
        ArgKind::Node(group) => format!("one node of `{group}`, a role or \"any\""),
        ArgKind::Nodes => "a selector of nodes".to_owned(),
        ArgKind::Count => "a number from 1".to_owned(),
        ArgKind::Duration => "a duration".to_owned(),
    }
}

/// An expectation about each name of the lab, with the windows and arguments that it takes.
pub(super) fn of_expectations(lab: &LabSpec) -> String {
    let prefix = lab.groups.iter().find(|group| group.count > 0).map(|group| group.prefix);
    let node = prefix.map_or_else(String::new, |prefix| format!(", and by node: (node {prefix}1)"));
    let equal = |named: &Named| (format!("{} == 0", named.name), named.summary);
    let quick = |name: &str| format!("p99({name}) < 100ms");
    let mut out = String::new();
    examples(
        &mut out,
        "Operations restrict metrics of requests, in any window, and so do load NAME, region NAME",
        mix(lab).into_iter().map(|operation| (quick(operation.name), operation.summary)),
    );
    examples(
        &mut out,
        &format!("Durations that the lab records, in any window{node}"),
        lab.observed.iter().map(|observed| (quick(observed.name), observed.summary)),
    );
    let what = format!("Metrics, in any window{node}");
    examples(&mut out, &what, lab.metrics.iter().map(equal));
    let what = "Measures of the whole run, which take no window";
    examples(&mut out, what, lab.measures.iter().map(equal));
    let invariants = lab.invariants.iter();
    let named = |name: &str| format!("invariant {name}");
    examples(&mut out, "Invariants", invariants.map(|it| (named(it.name), it.summary)));
    out
}

/// Sentences as comments under a heading; nothing without sentences.
fn examples(
    out: &mut String,
    heading: &str,
    sentences: impl ExactSizeIterator<Item = (String, &'static str)>,
) {
    if sentences.len() > 0 {
        let _ = writeln!(out, "  # {heading}:");
    }
    for (sentence, about) in sentences {
        let _ = writeln!(out, "  # \"{sentence}\", ## {about}");
    }
}
