//! Latency, availability and throughput over time, as one SVG.
//!
//! Three panels share a time axis. The warm-up is shaded grey, faults orange, and lines mark when an
//! action was asked and obeyed, each with its name above the panels. Lines are steps, flat over each column, without interpolation; a column
//! without requests is a gap.

mod against;
mod compare;
mod labels;
mod panel;
mod shape;

use netsplit_history::Time;
use netsplit_scenario::visible_lines;
use plotters::coord::Shift;
use plotters::prelude::*;

pub use self::against::against_svg;
pub use self::compare::comparison_svg;
use self::labels::{Label, place};
use self::panel::{Curve, Panel, Scale};
use self::shape::Shape;
use crate::{Report, Timeline};

/// The number of columns that a [`Timeline`] should have for the chart.
pub const SVG_COLUMNS: usize = 120;

const WIDTH: u32 = 960;
const TITLE: u32 = 58;
const LABEL_ROW: u32 = 16;
const LATENCY: u32 = 270;
const AVAILABILITY: u32 = 180;
const THROUGHPUT: u32 = 200;
/// Room for the numbers of the y axis.
const LEFT: u32 = 72;
const RIGHT: u32 = 24;

/// Okabe and Ito's palette, which colour-blind readers can distinguish.
const BLUE: RGBColor = RGBColor(0, 114, 178);
const VERMILION: RGBColor = RGBColor(213, 94, 0);
const GREEN: RGBColor = RGBColor(0, 158, 115);
const ORANGE: RGBColor = RGBColor(230, 159, 0);
const INK: RGBColor = RGBColor(40, 40, 40);
const GREY: RGBColor = RGBColor(120, 120, 120);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// The chart of a run.
pub fn to_svg(report: &Report, timeline: &Timeline) -> String {
    let mut svg = String::new();
    let labels = place(&named_starts(timeline), timeline.end, WIDTH - LEFT - RIGHT);
    let rows = labels.iter().map(|label| label.row + 1).max().unwrap_or(0);
    let head = TITLE + rows * LABEL_ROW;
    let height = head + LATENCY + AVAILABILITY + THROUGHPUT;
    let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
    draw(&area, head, report, timeline, &labels).expect("a string can always be written to");
    drop(area);
    visible_lines(&svg).into_owned()
}

fn draw(
    area: &Area<'_>,
    head: u32,
    report: &Report,
    timeline: &Timeline,
    labels: &[Label],
) -> Drawn {
    area.fill(&WHITE)?;
    title(area, report)?;
    for label in labels {
        let x = (LEFT + label.x) as i32;
        let y = (TITLE + label.row * LABEL_ROW) as i32;
        area.draw(&Text::new(label.text.clone(), (x, y), font(15, GREY)))?;
    }
    let (_, panels) = area.split_vertically(head);
    let (latency_area, rest) = panels.split_vertically(LATENCY);
    let (availability_area, throughput_area) = rest.split_vertically(AVAILABILITY);
    latency(timeline).draw(&latency_area, timeline)?;
    availability(timeline).draw(&availability_area, timeline)?;
    throughput(timeline).draw(&throughput_area, timeline)?;
    area.present()
}

fn title(area: &Area<'_>, report: &Report) -> Drawn {
    const MOST: usize = 100;
    let title = labels::one_line(&format!("{}: {}", report.scenario, report.title), MOST);
    let variant = labels::one_line(&report.variant, MOST / 2);
    let facts = format!(
        "variant {variant}, seed {}, fingerprint {}: {}",
        report.seed, report.fingerprint, report.verdict
    );
    area.draw(&Text::new(title, (16, 10), font(22, INK)))?;
    area.draw(&Text::new(facts, (16, 35), font(16, GREY)))
}

fn font(size: u32, colour: RGBColor) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&colour)
}

/// The faults, the actions, and the warm-up if there is one, with their starts.
fn named_starts(timeline: &Timeline) -> Vec<(&str, Time)> {
    let warmup = (timeline.warmup > Time::ZERO).then_some(("warm-up", Time::ZERO));
    let faults = timeline.faults.iter();
    let struck = faults.filter_map(|(name, spans)| Some((name.as_str(), spans.first()?.0)));
    let actions = timeline.actions.iter();
    let asked = actions.map(|(name, asked, _)| (name.as_str(), *asked));
    warmup.into_iter().chain(struck).chain(asked).collect()
}

fn latency(timeline: &Timeline) -> Panel {
    let millis = |d: Option<std::time::Duration>| d.map(|d| d.as_secs_f64() * 1e3);
    let columns = || timeline.columns.iter();
    Panel {
        title: "Latency of successful requests, ms",
        scale: Scale::Log,
        curves: vec![
            Curve {
                name: "p50".into(),
                colour: BLUE,
                shape: Shape::PLAIN,
                values: columns().map(|column| millis(column.p50)).collect(),
            },
            Curve {
                name: "p99".into(),
                colour: VERMILION,
                shape: Shape::PLAIN,
                values: columns().map(|column| millis(column.p99)).collect(),
            },
        ],
        time_axis: false,
        names_at_ends: false,
    }
}

fn availability(timeline: &Timeline) -> Panel {
    let share = |column: &crate::Column| column.counts.availability().map(|share| share * 100.0);
    Panel {
        title: "Availability, %",
        scale: Scale::Percent,
        curves: vec![Curve {
            name: "ok / attempted".into(),
            colour: BLUE,
            shape: Shape::PLAIN,
            values: timeline.columns.iter().map(share).collect(),
        }],
        time_axis: false,
        names_at_ends: false,
    }
}

fn throughput(timeline: &Timeline) -> Panel {
    let successes = |column: &crate::Column| {
        let any = column.counts.attempted > 0;
        any.then_some(column.throughput)
    };
    Panel {
        title: "Throughput, successful requests per second",
        scale: Scale::FromZero,
        curves: vec![Curve {
            name: "ok".into(),
            colour: GREEN,
            shape: Shape::PLAIN,
            values: timeline.columns.iter().map(successes).collect(),
        }],
        time_axis: true,
        names_at_ends: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, cut, report_of};
    use netsplit_history::Run;

    fn svg_of(run: &Run) -> String {
        let (scenario, _) = cut();
        to_svg(&report_of(&scenario, run), &Timeline::new(run, SVG_COLUMNS))
    }

    #[test]
    fn the_picture_of_a_run() {
        insta::assert_snapshot!(svg_of(&cut().1));
    }

    #[test]
    fn one_run_has_one_picture() {
        assert_eq!(svg_of(&cut().1), svg_of(&cut().1));
    }

    #[test]
    fn a_fault_is_shaded_in_every_panel_and_named_once() {
        let (_, mut run) = cut();
        let count = |svg: &str| svg.matches("#E69F00").count();
        assert_eq!(count(&svg_of(&run)), 3);
        assert_eq!(svg_of(&run).matches("\nminority-cut\n").count(), 1);
        run.faults.clear();
        assert_eq!(count(&svg_of(&run)), 0);
    }

    #[test]
    fn an_action_is_named_once_and_has_a_line_per_time_in_every_panel() {
        let (_, mut run) = cut();
        let lines = |run: &Run| svg_of(run).matches("<polyline").count();
        let before = lines(&run);
        let (asked, obeyed) = (Some(at(40.0)), Some(at(42.0)));
        let name = "bye".to_owned();
        run.actions.push(netsplit_history::ActionRecord {
            name,
            asked,
            obeyed,
            ..Default::default()
        });
        assert_eq!(lines(&run), before + 6);
        assert_eq!(svg_of(&run).matches("\nbye\n").count(), 1);
    }

    #[test]
    fn a_column_without_requests_is_a_gap() {
        let (_, mut run) = cut();
        let lines = |run: &Run| svg_of(run).matches("<polyline").count();
        let whole = lines(&run);
        run.operations.retain(|op| op.intended < at(40.0) || op.intended >= at(42.0));
        assert_eq!(lines(&run), whole + 4, "each of the four curves is in two pieces");
    }

    #[test]
    fn an_empty_run_and_wild_names_still_make_a_picture() {
        assert!(svg_of(&Run::default()).ends_with("</svg>\n"));
        let (_, mut run) = cut();
        run.faults[0].name = "<\u{1}&\">".repeat(40);
        let svg = svg_of(&run);
        assert!(!svg.contains('\u{1}') && !svg.contains("<&"));
    }
}
