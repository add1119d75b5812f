//! Runs against the number that was varied: latency, and the successful requests per second.

use netsplit_scenario::visible_lines;
use plotters::coord::combinators::BindKeyPoints;
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::prelude::*;

use super::labels::one_line;
use super::panel::{decades, plain, ticks};
use super::shape::{End, Shape, name_ends};
use super::{
    Area, BLUE, Drawn, GREEN, GREY, INK, LATENCY, LEFT, THROUGHPUT, VERMILION, WIDTH, font,
};
use crate::Side;

/// Room for the panel's title, the numbers of the x axis, and the names of curves.
const CAPTION: u32 = 26;
const BOTTOM: u32 = 44;
const NAMES: u32 = 130;

/// A curve's name, colour and points.
type Named<'a> = (&'a str, RGBColor, Vec<(f64, f64)>);

/// Runs in order of a number that was varied.
struct Against<'a> {
    /// The key, with the unit of its values.
    axis: String,
    runs: Vec<(f64, &'a Side)>,
}

/// The chart of runs against the number in which they differ; none unless there are at least three
/// different numbers of one unit.
pub fn against_svg(key: &str, sides: &[Side]) -> Option<String> {
    let against = Against::new(key, sides)?;
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, (WIDTH, LATENCY + THROUGHPUT)).into_drawing_area();
    against.draw(&area).expect("a string can always be written to");
    drop(area);
    Some(visible_lines(&svg).into_owned())
}

/// A number and its unit: `500/s`, `20ms`, `0.5`.
fn number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim().trim_matches('"');
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let number = text[..end].parse().ok()?;
    Some((number, text[end..].trim()))
}

impl<'a> Against<'a> {
    fn new(key: &str, sides: &'a [Side]) -> Option<Against<'a>> {
        let (_, unit) = number(&sides.first()?.label)?;
        let of_unit = |side: &'a Side| {
            let (number, its) = number(&side.label)?;
            (its == unit).then_some((number, side))
        };
        let mut runs: Vec<_> = sides.iter().map(of_unit).collect::<Option<_>>()?;
        runs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let distinct = runs.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let unit = if unit.is_empty() { String::new() } else { format!(", {unit}") };
        let axis = one_line(&format!("{key}{unit}"), 80);
        (distinct && runs.len() >= 3).then_some(Against { axis, runs })
    }

    fn draw(&self, area: &Area<'_>) -> Drawn {
        area.fill(&WHITE)?;
        let (upper, lower) = area.split_vertically(LATENCY);
        let p50 = self.points(|side| side.report.latency_ms.p50);
        let p99 = self.points(|side| side.report.latency_ms.p99);
        let all = p50.iter().chain(&p99).map(|point| point.1);
        let (least, most) = all.fold((f64::INFINITY, 0.0), |(least, most), value| {
            (f64::min(least, value), f64::max(most, value))
        });
        let (low, high) = decades(least, most);
        let axis = (low..high).log_scale().with_key_points(ticks(low, high));
        let curves = [("p50", BLUE, p50), ("p99", VERMILION, p99)];
        self.panel(&upper, "Latency of successful requests, ms", axis, &curves)?;
        let ok = self.points(|side| {
            let (from, to) = side.report.measured_s;
            (to > from).then(|| side.report.requests.ok as f64 / (to - from))
        });
        let most = ok.iter().map(|point| point.1).fold(0.0, f64::max);
        let high = if most > 0.0 { most * 1.1 } else { 1.0 };
        self.panel(&lower, "Successful requests per second", 0.0..high, &[("ok", GREEN, ok)])?;
        area.present()
    }

    fn points(&self, value: impl Fn(&Side) -> Option<f64>) -> Vec<(f64, f64)> {
        self.runs.iter().filter_map(|(x, side)| Some((*x, value(side)?))).collect()
    }

    fn panel<Y>(&self, area: &Area<'_>, title: &str, y: Y, curves: &[Named<'_>]) -> Drawn
    where
        Y: AsRangedCoord<Value = f64>,
        Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        area.draw(&Text::new(title.to_owned(), (LEFT as i32, 6), font(17, INK)))?;
        let (first, last) = (self.runs[0].0, self.runs[self.runs.len() - 1].0);
        let mut chart = ChartBuilder::on(area)
            .margin_top(CAPTION)
            .margin_right(NAMES)
            .y_label_area_size(LEFT)
            .x_label_area_size(BOTTOM)
            .build_cartesian_2d(first..last, y)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GREY.mix(0.25))
            .axis_style(GREY)
            .label_style(font(15, INK))
            .axis_desc_style(font(16, INK))
            .x_labels(12)
            .y_labels(6)
            .x_label_formatter(&|x| plain(*x))
            .y_label_formatter(&|y| plain(*y))
            .x_desc(self.axis.clone())
            .draw()?;
        let (left, top) = area.get_base_pixel();
        let mut ends = Vec::new();
        for (number, (name, colour, points)) in curves.iter().enumerate() {
            let (colour, shape) = (*colour, Shape::of(number));
            chart.draw_series([PathElement::new(points.clone(), colour.stroke_width(2))])?;
            let pixels = points.iter().map(|point| chart.backend_coord(point));
            let pixels: Vec<_> = pixels.map(|(x, y)| (x - left, y - top)).collect();
            pixels.iter().try_for_each(|at| shape.mark(area, *at, colour))?;
            let end = pixels.last().copied();
            ends.extend(end.map(|at| End { name: (*name).to_owned(), colour, shape, at }));
        }
        let (width, _) = area.dim_in_pixel();
        name_ends(area, ends, (width - NAMES) as i32 + 6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbers_with_a_unit() {
        assert_eq!(number("500/s"), Some((500.0, "/s")));
        assert_eq!(number("\"1.5ms\""), Some((1.5, "ms")));
        assert_eq!(number("3"), Some((3.0, "")));
        assert_eq!(number("reference"), None);
        assert_eq!(number("{ constant = \"5ms\" }"), None);
    }
}
