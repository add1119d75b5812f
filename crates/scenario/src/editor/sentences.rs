//! Examples of expectations, with a lab's own metrics, operations, invariants and properties.

use crate::LabSpec;

/// Properties of histories of a register or a map.
const HISTORY: [&str; 6] = [
    "linearizable",
    "not linearizable",
    "sequentially consistent",
    "read-your-writes",
    "monotonic reads",
    "no lost acknowledged write",
];

/// Examples for `expect` without names of the lab. `FAULT`, `LOAD` and `REGION` stand for names
/// of the scenario.
pub(super) fn of_run(lab: &LabSpec) -> Vec<String> {
    let mut all: Vec<_> = [
        "availability >= 99% outside faults",
        "availability >= 90% during FAULT",
        "p99 < 100ms overall",
        "mean within 10% of 20ms before FAULT",
        "throughput > 100/s from 10s to 20s",
        "rejected_rate == 0%",
        "slower(100ms) <= 1%",
        "p99(load LOAD) < 100ms",
        "availability(region REGION) >= 99%",
        "recovery < 5s after FAULT",
        "serves again within 5s",
    ]
    .map(str::to_owned)
    .into();
    if has_history(lab) {
        all.extend(HISTORY.map(str::to_owned));
    }
    all
}

/// Examples for `expect` with names of the lab, and the meanings of these names.
pub(super) fn of_names(lab: &LabSpec) -> Vec<(String, &'static str)> {
    let operations = lab.operations.iter().map(|operation| (operation.name, operation.summary));
    let observed = lab.observed.iter().map(|observed| (observed.name, observed.summary));
    let latencies = operations.chain(observed);
    let latencies = latencies.map(|(name, about)| (format!("p99({name}) < 100ms"), about));
    let numbers = lab.metrics.iter().chain(lab.measures);
    let numbers = numbers.map(|number| (format!("{} == 0", number.name), number.summary));
    let invariants = lab.invariants.iter();
    let invariants =
        invariants.map(|invariant| (format!("invariant {}", invariant.name), invariant.summary));
    latencies.chain(numbers).chain(invariants).collect()
}

/// Examples for `sweep`.
pub(super) fn of_sweep(lab: &LabSpec) -> Vec<String> {
    let mut all: Vec<_> = [
        "mean(p99) < 100ms overall",
        "max(p99) < 1s during FAULT",
        "min(availability) >= 90% over 20 seeds",
    ]
    .map(str::to_owned)
    .into();
    let numbers = lab.metrics.iter().chain(lab.measures);
    all.extend(numbers.map(|number| format!("mean({}) within 10% of 100", number.name)));
    let invariants = lab.invariants.iter().map(|invariant| format!("invariant {}", invariant.name));
    let linearizable = has_history(lab).then(|| "linearizable".to_owned());
    let properties = linearizable.into_iter().chain(invariants);
    all.extend(properties.map(|property| format!("violates {property} in >= 20% of seeds")));
    all
}

/// Examples for `answer`.
pub(super) fn of_answers(lab: &LabSpec) -> Vec<String> {
    let mut all: Vec<_> = [
        "availability during FAULT",
        "p99 overall",
        "throughput from 10s to 20s",
        "recovery after FAULT",
    ]
    .map(str::to_owned)
    .into();
    let numbers = lab.metrics.iter().chain(lab.measures);
    all.extend(numbers.map(|number| number.name.to_owned()));
    let invariants = lab.invariants.iter().map(|invariant| format!("invariant {}", invariant.name));
    let linearizable = has_history(lab).then(|| "linearizable".to_owned());
    all.extend(linearizable.into_iter().chain(invariants));
    all
}

/// Whether the lab has operations of a register or a map, from which properties of histories are
/// decided.
fn has_history(lab: &LabSpec) -> bool {
    const CHECKED: [&str; 7] = ["read", "write", "cas", "get", "put", "append", "delete"];
    lab.operations.iter().any(|operation| CHECKED.contains(&operation.name))
}
