//! Several runs in one chart: p99 and availability over time.

use netsplit_scenario::visible_lines;
use plotters::prelude::*;

use super::labels::one_line;
use super::panel::{Curve, Panel, Scale};
use super::shape::Shape;
use super::{
    AVAILABILITY, Area, BLUE, Drawn, GREEN, GREY, INK, LATENCY, ORANGE, TITLE, VERMILION, WIDTH,
    font,
};
use crate::{Column, Side};

/// Characters of a run's name.
const NAME_MAX: usize = 22;
/// Further runs reuse these colours.
pub(super) const COLOURS: [RGBColor; 6] =
    [BLUE, VERMILION, GREEN, ORANGE, RGBColor(204, 121, 167), RGBColor(86, 180, 233)];

/// The chart of runs that differ in `key`.
///
/// # Panics
/// When `sides` is empty.
pub fn comparison_svg(key: &str, sides: &[Side]) -> String {
    let mut svg = String::new();
    let height = TITLE + LATENCY + AVAILABILITY;
    let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
    draw(&area, key, sides).expect("a string can always be written to");
    drop(area);
    visible_lines(&svg).into_owned()
}

fn draw(area: &Area<'_>, key: &str, sides: &[Side]) -> Drawn {
    area.fill(&WHITE)?;
    let first = &sides[0];
    let title = one_line(&format!("{}: {}", first.report.scenario, first.report.title), 100);
    let facts = format!("the same arrivals under each {key}, seed {}", first.report.seed);
    let facts = one_line(&facts, 100);
    area.draw(&Text::new(title, (16, 10), font(22, INK)))?;
    area.draw(&Text::new(facts, (16, 35), font(16, GREY)))?;
    let (_, panels) = area.split_vertically(TITLE);
    let (latency, availability) = panels.split_vertically(LATENCY);
    let p99 = |column: &Column| column.p99.map(|p99| p99.as_secs_f64() * 1e3);
    let share = |column: &Column| column.counts.availability().map(|share| share * 100.0);
    panel("p99 of successful requests, ms", Scale::Log, sides, p99, false)
        .draw(&latency, &first.timeline)?;
    panel("Availability, %", Scale::Percent, sides, share, true)
        .draw(&availability, &first.timeline)?;
    area.present()
}

fn panel(
    title: &'static str,
    scale: Scale,
    sides: &[Side],
    value: impl Fn(&Column) -> Option<f64>,
    time_axis: bool,
) -> Panel {
    let sides = sides.iter().zip(COLOURS.iter().cycle()).enumerate();
    let curves = sides.map(|(number, (side, colour))| Curve {
        name: one_line(&side.label, NAME_MAX),
        colour: *colour,
        shape: Shape::of(number),
        values: side.timeline.columns.iter().map(&value).collect(),
    });
    Panel { title, scale, curves: curves.collect(), time_axis, names_at_ends: true }
}
