//! The page of a sweep: scenarios against seeds, pass rates with their intervals, and the spread of
//! latencies over seeds. A function of the summary, as every other output of a sweep.

use askama::Template;
use netsplit_check::{Verdict, show};
use netsplit_report::sweep::{Criterion, RunLine, ScenarioSummary, Summary, conclusion, interval};
use netsplit_scenario::Quantity;

use crate::assets::Assets;
use crate::compare::word;

/// The most runs that a page lists.
const RUNS_MAX: usize = 20_000;
/// The fewest runs of a scenario that are listed.
const RUNS_MIN: usize = 20;
/// Bars of a histogram.
const BARS: usize = 40;
/// The height of a histogram.
const HEIGHT: usize = 24;

#[derive(Template)]
#[template(path = "sweep.html")]
struct Html<'a> {
    assets: Assets,
    summary: &'a Summary,
    conclusion: String,
    scenarios: Vec<Row<'a>>,
}

/// A scenario.
struct Row<'a> {
    of: &'a ScenarioSummary,
    number: usize,
    interval: String,
    bar: Option<Bar>,
    runs: Vec<Cell<'a>>,
    /// Runs that are not listed.
    more: usize,
    p99: Option<Spread>,
    availability: String,
    criteria: &'a [Criterion],
}

/// The pass rate and its interval, in percent.
struct Bar {
    low: String,
    high: String,
    share: String,
}

/// A run.
struct Cell<'a> {
    run: &'a RunLine,
    verdict: &'static str,
    mark: &'static str,
    availability: String,
    p99: String,
    command: String,
}

/// The distribution of a number over seeds.
struct Spread {
    said: String,
    low: String,
    high: String,
    bars: Vec<SpreadBar>,
}

struct SpreadBar {
    x: usize,
    y: usize,
    height: usize,
}

/// The page of a sweep.
pub fn sweep_page(summary: &Summary) -> String {
    let most = (RUNS_MAX / summary.scenarios.len().max(1)).max(RUNS_MIN);
    let scenarios = summary.scenarios.iter().zip(1..);
    let html = Html {
        assets: Assets::new(),
        summary,
        conclusion: conclusion(summary),
        scenarios: scenarios.map(|(scenario, number)| Row::new(scenario, number, most)).collect(),
    };
    html.render().expect("a template without fallible parts")
}

impl<'a> Row<'a> {
    fn new(of: &'a ScenarioSummary, number: usize, most: usize) -> Row<'a> {
        let listed = listed(&of.runs, most);
        let more = of.runs.len() - listed.len();
        let percent = |share: f64| format!("{:.1}", share * 100.0);
        let rate = &of.pass_rate;
        let bar = rate.share.zip(rate.interval).map(|(share, (low, high))| Bar {
            low: percent(low),
            high: percent(high),
            share: percent(share),
        });
        let p99: Vec<f64> = of.runs.iter().filter_map(|run| run.p99_ms).collect();
        let least = of.runs.iter().filter_map(|run| run.availability).reduce(f64::min);
        Row {
            of,
            number,
            interval: interval(rate),
            bar,
            runs: listed.into_iter().map(|run| Cell::new(of, run)).collect(),
            more,
            p99: Spread::new(p99),
            availability: least.map_or(String::new(), |share| show(Quantity::Share(share))),
            criteria: &of.criteria,
        }
    }
}

/// The runs that are listed, in order: those that did not pass before others.
fn listed(runs: &[RunLine], most: usize) -> Vec<&RunLine> {
    let mut chosen: Vec<(usize, &RunLine)> = runs.iter().enumerate().collect();
    chosen.sort_by_key(|(place, run)| (run.verdict == Verdict::Pass, *place));
    chosen.truncate(most);
    chosen.sort_by_key(|(place, _)| *place);
    chosen.into_iter().map(|(_, run)| run).collect()
}

impl<'a> Cell<'a> {
    fn new(of: &ScenarioSummary, run: &'a RunLine) -> Cell<'a> {
        Cell {
            run,
            verdict: word(run.verdict),
            mark: match run.verdict {
                Verdict::Pass => "✓",
                Verdict::Fail => "✗",
                Verdict::Inconclusive => "?",
            },
            availability: run.availability.map_or(String::new(), |it| show(Quantity::Share(it))),
            p99: run.p99_ms.map_or(String::new(), millis),
            command: of.command(run.seed),
        }
    }
}

impl Spread {
    /// The histogram of numbers above zero, on a logarithmic axis; none without any.
    fn new(mut values: Vec<f64>) -> Option<Spread> {
        values.retain(|value| *value > 0.0 && value.is_finite());
        values.sort_by(f64::total_cmp);
        let (low, high) = (*values.first()?, *values.last()?);
        let median = values[(values.len() - 1) / 2];
        let mut counts = [0_usize; BARS];
        for value in &values {
            let place = if high > low { (value / low).ln() / (high / low).ln() } else { 0.5 };
            counts[((place * BARS as f64) as usize).min(BARS - 1)] += 1;
        }
        let most = counts.iter().copied().max().unwrap_or(1);
        let bar = |(place, count): (usize, &usize)| {
            let height = (count * HEIGHT).div_ceil(most);
            (*count > 0).then_some(SpreadBar { x: place * 4, y: HEIGHT - height, height })
        };
        Some(Spread {
            said: format!(
                "p99 over {} seeds: from {} to {}, median {}",
                values.len(),
                millis(low),
                millis(high),
                millis(median)
            ),
            low: millis(low),
            high: millis(high),
            bars: counts.iter().enumerate().filter_map(bar).collect(),
        })
    }
}

fn millis(ms: f64) -> String {
    show(Quantity::Nanos(ms * 1e6))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(seed: u64, verdict: Verdict) -> RunLine {
        RunLine { seed, verdict, availability: None, p99_ms: None, fingerprint: String::new() }
    }

    #[test]
    fn runs_that_did_not_pass_are_listed_first_and_in_order() {
        let runs: Vec<_> = (1..=6)
            .map(|seed| run(seed, if seed == 5 { Verdict::Fail } else { Verdict::Pass }))
            .collect();
        let seeds: Vec<_> = listed(&runs, 3).iter().map(|run| run.seed).collect();
        assert_eq!(seeds, [1, 2, 5]);
        assert_eq!(listed(&runs, 9).len(), 6);
    }

    #[test]
    fn a_histogram_spans_its_values() {
        let spread = Spread::new(vec![10.0, 1.0, 100.0, 10.0, 0.0]).expect("there are values");
        assert_eq!((spread.low.as_str(), spread.high.as_str()), ("1.00ms", "100ms"));
        let bars: Vec<_> = spread.bars.iter().map(|bar| (bar.x, bar.height)).collect();
        assert_eq!(bars, [(0, 12), (80, 24), (156, 12)]);
        assert!(Spread::new(vec![0.0, f64::NAN]).is_none());
    }
}
