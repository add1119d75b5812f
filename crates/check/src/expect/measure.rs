//! Measurement of a metric in a window.

use std::cmp::Ordering;
use std::time::Duration;

use netsplit_history::{Latencies, Run, Time, Window, recovery};
use netsplit_scenario::{Metric, Quantity, Requests, Scenario, Statistic, WindowName};

use super::population::{durations, tally};
use super::window::{resolve, spans, until_next_strike};
use super::{show, significant};

/// Significant digits of a percentile: those that the histogram keeps. A percentile is compared
/// as it is printed.
const DIGITS: usize = 3;
/// A percentile with fewer samples beyond it gets a note.
const ENOUGH_BEYOND: u64 = 10;

/// A measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The number and its unit. An infinite duration is a recovery that never came.
    pub value: Quantity,
    /// A caveat; may be empty.
    pub note: String,
    /// For a percentile of too few samples, what they still show: that it is greater, or less,
    /// than every bound below, or above, the value. It shows nothing else.
    pub only: Option<Ordering>,
    /// For a share of samples that are slower, the number of samples.
    pub samples: Option<usize>,
}

impl Measured {
    /// Why the samples are too few to show a share on the other side of `bound`: none of fifty is no
    /// sign that fewer than one of a hundred are slower. `None` when they are not.
    pub fn too_few_for(&self, bound: Quantity) -> Option<String> {
        let (samples, share, bound) = (self.samples?, self.value.number(), bound.number());
        let rare = if share == 0.0 { bound } else { 1.0 - bound };
        let takes = (1.0 / rare - 1e-6).ceil();
        let extreme = share == 0.0 || share == 1.0;
        (extreme && rare > 0.0 && rare < 1.0 && (samples as f64) < takes).then(|| {
            let (plural, bound) =
                (if samples == 1 { "" } else { "s" }, show(Quantity::Share(bound)));
            format!("{samples} sample{plural} cannot show a share of {bound}: that takes {takes}")
        })
    }
}

impl From<Quantity> for Measured {
    fn from(value: Quantity) -> Measured {
        Measured { value, note: String::new(), only: None, samples: None }
    }
}

/// Measures `metric` in the window called `name`.
///
/// # Errors
/// When the window is empty, or has no requests or samples; the message says which.
pub fn measure(
    metric: &Metric,
    name: &WindowName,
    scenario: &Scenario,
    run: &Run,
) -> Result<Measured, String> {
    if *metric == Metric::Recovery {
        return worst_recovery(name, run);
    }
    let window = resolve(name, run, scenario.settle);
    if window.is_empty() {
        return Err(empty_reason(name, run));
    }
    match metric {
        Metric::Latency(statistic, population) => {
            let (durations, of) = durations(population, &window, scenario, run);
            latency(*statistic, &durations.into_iter().collect(), &of)
        }
        Metric::Slower(than, population) => {
            let (durations, of) = durations(population, &window, scenario, run);
            let longer = durations.iter().filter(|duration| Time::from(**duration) > *than).count();
            match durations.len() {
                0 => Err(format!("no {of} in this window")),
                all => Ok(Measured {
                    samples: Some(all),
                    ..Quantity::Share(longer as f64 / all as f64).into()
                }),
            }
        }
        Metric::Availability(requests) => {
            let counts = tally(requests, &window, scenario, run)?.counts;
            share(counts.availability())
        }
        Metric::RejectedRate(requests) => {
            share(tally(requests, &window, scenario, run)?.counts.rejected_rate())
        }
        Metric::Throughput(requests) => {
            let ok = tally(requests, &window, scenario, run)?.counts.ok;
            let seconds = window.length().as_secs_f64();
            Ok(Quantity::PerSecond(ok as f64 / seconds).into())
        }
        Metric::Lab { name: metric, node } => {
            if !scenario.loads.is_empty() {
                tally(&Requests::default(), &window, scenario, run)?;
            }
            lab_number((metric, node.as_deref()), name, &window, (scenario, run))
        }
        Metric::Recovery => unreachable!("measured above"),
    }
}

fn share(share: Option<f64>) -> Result<Measured, String> {
    let share = share.ok_or("no request counts in this window")?;
    Ok(Quantity::Share(share).into())
}

fn latency(statistic: Statistic, latencies: &Latencies, of: &str) -> Result<Measured, String> {
    let value = match statistic {
        Statistic::Mean => latencies.mean(),
        Statistic::Max => latencies.max(),
        Statistic::Percentile(p) => latencies.percentile(p),
    };
    let nanos = value.ok_or_else(|| format!("no {of} in this window"))?.as_nanos() as f64;
    let Statistic::Percentile(p) = statistic else {
        return Ok(Quantity::Nanos(nanos).into());
    };
    let value = Quantity::Nanos(significant(nanos, DIGITS));
    let (samples, beyond) = (latencies.count(), latencies.beyond(p));
    // Of fewer than 1/(1-p) samples the p-th percentile is the greatest: those beyond a bound are
    // too many for it, but that none is shows nothing. For small p it is the other way round.
    let rare = (100.0 - p).min(p);
    if latencies.beyond(100.0 - rare) == 0 {
        let (plural, takes) = (if samples == 1 { "" } else { "s" }, (100.0 / rare - 1e-6).ceil());
        let note = format!("{samples} sample{plural} cannot show a p{p}: that takes {takes}");
        let only = if p < 50.0 { Ordering::Less } else { Ordering::Greater };
        return Ok(Measured { note, only: Some(only), ..value.into() });
    }
    let mut measured = Measured::from(value);
    if beyond < ENOUGH_BEYOND {
        measured.note = format!("few samples: {beyond} of {samples} lie beyond it");
    }
    Ok(measured)
}

/// What the lab measured at the end of the run, or counted inside the window.
fn lab_number(
    (metric, node): (&str, Option<&str>),
    name: &WindowName,
    window: &Window,
    (scenario, run): (&Scenario, &Run),
) -> Result<Measured, String> {
    if let Some(number) = end_of_run(metric, scenario, run) {
        return match (name, node) {
            (_, Some(_)) => Err(format!("`{metric}` is measured over all nodes together")),
            (WindowName::Overall, None) => Ok(Quantity::Number(number).into()),
            _ => Err(format!("`{metric}` is measured over the whole run only")),
        };
    }
    let series = run.series.get(metric);
    let value = match node {
        None => series.and_then(|series| series.value(window)),
        Some(node) => {
            series.zip(run.host(node)).and_then(|(series, host)| series.value_of(host, window))
        }
    };
    let number = value.ok_or_else(|| nothing_recorded(metric, node, scenario))?;
    Ok(Quantity::Number(number).into())
}

/// A measure of the end of the run. The last of numbered ones stands for all greater numbers.
fn end_of_run(metric: &str, scenario: &Scenario, run: &Run) -> Option<f64> {
    let last = || {
        let prefix = scenario.lab.numbered(metric)?;
        (1_u64..).map_while(|number| run.measured.get(&format!("{prefix}{number}"))).last()
    };
    run.measured.get(metric).or_else(last).copied()
}

/// The reason why there is no number.
fn nothing_recorded(metric: &str, node: Option<&str>, scenario: &Scenario) -> String {
    if scenario.lab.is_measure(metric) {
        return format!("nothing happened in this run by which to measure `{metric}`");
    }
    format!("{} recorded no `{metric}` in this run", node.unwrap_or("the lab"))
}

/// The longest recovery after the heals of the window, or from its strikes, each until the next
/// fault strikes or the load ends. Those less than a second before that are skipped.
fn worst_recovery(name: &WindowName, run: &Run) -> Result<Measured, String> {
    let firings = match name {
        WindowName::After(fault) | WindowName::From(fault) => spans(run, fault),
        WindowName::Overall => run.faults.iter().flat_map(|f| f.spans.clone()).collect(),
        _ => return Err("recovery is measured after a fault: say `after NAME`".into()),
    };
    let from_strike = matches!(name, WindowName::From(_));
    let starts = firings.iter().map(|firing| if from_strike { firing.0 } else { firing.1 });
    let measured = run.measured_window();
    let mut worst: Option<Measured> = None;
    for start in starts.filter(|start| measured.contains(*start)) {
        // The strike from which it counts is not the next one.
        let after = if from_strike { start + Duration::from_nanos(1) } else { start };
        let until = until_next_strike(run, after);
        if !is_observable(run, &Window::span(start, until)) {
            continue;
        }
        let measured = match recovery(run, start, until) {
            Some(duration) => Quantity::Nanos(duration.as_nanos() as f64).into(),
            None => never(if from_strike { "strike" } else { "heal" }, start, until),
        };
        if worst.as_ref().is_none_or(|worst| measured.value.number() > worst.value.number()) {
            worst = Some(measured);
        }
    }
    let what = if from_strike { "strike" } else { "heal" };
    worst.ok_or_else(|| {
        format!("no {what} is followed by a second of requests before the next strike")
    })
}

/// Whether a recovery can be observed at all: a whole second, and a request in it.
fn is_observable(run: &Run, after: &Window) -> bool {
    let has_requests = || run.operations.iter().any(|op| after.contains(op.intended));
    after.length().as_secs() >= 1 && has_requests()
}

fn never(what: &str, start: Time, until: Time) -> Measured {
    let shown = |time: Time| show(Quantity::Nanos(time.as_nanos() as f64));
    let (start, until) = (shown(start), shown(until));
    Measured {
        note: format!("not back at 99% between the {what} at {start} and {until}"),
        ..Quantity::Nanos(f64::INFINITY).into()
    }
}

fn empty_reason(name: &WindowName, run: &Run) -> String {
    match name {
        WindowName::Before(fault)
        | WindowName::During(fault)
        | WindowName::After(fault)
        | WindowName::From(fault)
            if spans(run, fault).is_empty() =>
        {
            let is_action = run.actions.iter().any(|action| action.name == *fault);
            if is_action {
                format!("action `{fault}` was never asked")
            } else {
                format!("fault `{fault}` never struck")
            }
        }
        WindowName::Before(fault) => format!("nothing was measured before `{fault}`"),
        WindowName::During(fault) => format!("`{fault}` was at no measured time"),
        WindowName::After(fault) => format!("no measured time between `{fault}` and what follows"),
        WindowName::From(fault) => format!("nothing was measured from the strike of `{fault}`"),
        WindowName::OutsideFaults => "no measured time is outside the faults".into(),
        WindowName::Overall | WindowName::Span(..) => "the window has no measured time".into(),
    }
}
