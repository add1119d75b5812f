//! One panel: curves over time, with the warm-up and the faults shaded behind them.

use std::ops::Range;

use netsplit_history::Time;
use plotters::coord::combinators::BindKeyPoints;
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::element::DashedPathElement;
use plotters::prelude::*;

use super::shape::{End, Shape, name_ends};
use super::{Area, Drawn, GREY, INK, LEFT, ORANGE, RIGHT, font};
use crate::Timeline;

/// Room for the panel's title.
const CAPTION: u32 = 26;
/// Room for the numbers of the time axis.
const BOTTOM: u32 = 40;
/// Room for the names of curves at their ends.
const NAMES: u32 = 180;
/// Width of a colour sample in the legend, in pixels.
const SAMPLE: i32 = 18;

type Cartesian<'a, 'b, Y> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, Y>>;

/// A line of the panel: a value for each column, or none.
pub struct Curve {
    pub name: String,
    pub colour: RGBColor,
    pub shape: Shape,
    pub values: Vec<Option<f64>>,
}

/// The y axis.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Whole decades around the values.
    Log,
    /// From 0 to 100.
    Percent,
    /// From 0 to slightly above the maximum.
    FromZero,
}

/// The contents of a panel.
pub struct Panel {
    pub title: &'static str,
    pub scale: Scale,
    pub curves: Vec<Curve>,
    pub time_axis: bool,
    /// Whether the curves' names stand at their ends, rather than above the panel.
    pub names_at_ends: bool,
}

impl Panel {
    pub fn draw(&self, area: &Area<'_>, timeline: &Timeline) -> Drawn {
        self.caption(area)?;
        let (least, most) = self.extremes();
        match self.scale {
            Scale::Log => {
                let (low, high) = decades(least, most);
                let axis = (low..high).log_scale().with_key_points(ticks(low, high));
                self.chart(area, timeline, axis, low..high)
            }
            Scale::Percent => self.chart(area, timeline, 0.0..104.0, 0.0..104.0),
            Scale::FromZero => {
                let high = if most > 0.0 { most * 1.1 } else { 1.0 };
                self.chart(area, timeline, 0.0..high, 0.0..high)
            }
        }
    }

    fn extremes(&self) -> (f64, f64) {
        let values = self.curves.iter().flat_map(|curve| &curve.values).flatten();
        values.fold((f64::INFINITY, 0.0), |(least, most), &value| {
            (f64::min(least, value), f64::max(most, value))
        })
    }

    /// The title to the left, the curves' names to the right.
    fn caption(&self, area: &Area<'_>) -> Drawn {
        area.draw(&Text::new(self.title, (LEFT as i32, 6), font(17, INK)))?;
        if self.names_at_ends {
            return Ok(());
        }
        let (width, _) = area.dim_in_pixel();
        let mut right = (width - RIGHT) as i32;
        for curve in self.curves.iter().rev() {
            let left = right - SAMPLE - 6 - 6 * curve.name.len() as i32;
            let sample = vec![(left, 13), (left + SAMPLE, 13)];
            area.draw(&PathElement::new(sample, curve.colour.stroke_width(2)))?;
            let position = (left + SAMPLE + 6, 6);
            area.draw(&Text::new(curve.name.clone(), position, font(16, INK)))?;
            right = left - 16;
        }
        Ok(())
    }

    fn chart<Y>(&self, area: &Area<'_>, timeline: &Timeline, y: Y, range: Range<f64>) -> Drawn
    where
        Y: AsRangedCoord<Value = f64>,
        Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let end = if timeline.end > Time::ZERO { timeline.end.as_secs_f64() } else { 1.0 };
        let mut chart = ChartBuilder::on(area)
            .margin_top(CAPTION)
            .margin_right(if self.names_at_ends { NAMES } else { RIGHT })
            .y_label_area_size(LEFT)
            .x_label_area_size(if self.time_axis { BOTTOM } else { 8 })
            .build_cartesian_2d(0.0..end, y)?;
        shade(&mut chart, timeline, &range)?;
        mark_actions(&mut chart, timeline, &range)?;
        let clock = |x: &f64| {
            if self.time_axis { plain(*x) } else { String::new() }
        };
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GREY.mix(0.25))
            .axis_style(GREY)
            .label_style(font(15, INK))
            .axis_desc_style(font(16, INK))
            .x_labels(12)
            .y_labels(6)
            .y_label_formatter(&|y| plain(*y))
            .x_label_formatter(&clock)
            .x_desc(if self.time_axis {
                "simulated time at which requests were meant to be sent, s"
            } else {
                ""
            })
            .draw()?;
        for curve in &self.curves {
            for piece in pieces(&curve.values, timeline) {
                draw_line(&mut chart, piece, curve)?;
            }
        }
        self.mark_curves(area, timeline, |at| chart.backend_coord(&at))
    }

    /// The markers of the curves and the names at their ends; `pixel` is where a point stands.
    fn mark_curves(
        &self,
        area: &Area<'_>,
        timeline: &Timeline,
        pixel: impl Fn((f64, f64)) -> (i32, i32),
    ) -> Drawn {
        let (left, top) = area.get_base_pixel();
        let pixel = |at: Time, value: f64| {
            let (x, y) = pixel((at.as_secs_f64(), value));
            (x - left, y - top)
        };
        let mut ends = Vec::new();
        for curve in &self.curves {
            let points = timeline.columns.iter().zip(&curve.values).enumerate();
            let mut points =
                points.filter_map(|(index, (column, value))| Some((index, column.from, (*value)?)));
            for (_, from, value) in points.clone().filter(|(index, ..)| curve.shape.marks(*index)) {
                let at = (from + timeline.step / 2).min(timeline.end);
                curve.shape.mark(area, pixel(at, value), curve.colour)?;
            }
            let last = points.next_back().filter(|_| self.names_at_ends);
            ends.extend(last.map(|(_, from, value)| End {
                name: curve.name.clone(),
                colour: curve.colour,
                shape: curve.shape,
                at: pixel((from + timeline.step).min(timeline.end), value),
            }));
        }
        let (width, _) = area.dim_in_pixel();
        name_ends(area, ends, (width - NAMES) as i32 + 6)
    }
}

fn draw_line<Y>(chart: &mut Cartesian<'_, '_, Y>, piece: Vec<(f64, f64)>, curve: &Curve) -> Drawn
where
    Y: Ranged<ValueType = f64>,
{
    let style = curve.colour.stroke_width(2);
    match curve.shape.dashes {
        None => {
            chart.draw_series([PathElement::new(piece, style)])?;
        }
        Some((dash, gap)) => {
            chart.draw_series([DashedPathElement::new(piece, dash, gap, style)])?;
        }
    }
    Ok(())
}

/// The warm-up and each firing of each fault.
fn shade<Y>(chart: &mut Cartesian<'_, '_, Y>, timeline: &Timeline, range: &Range<f64>) -> Drawn
where
    Y: Ranged<ValueType = f64>,
{
    let warmup = (Time::ZERO, timeline.warmup, GREY.mix(0.15));
    let spans = timeline.faults.iter().flat_map(|(_, spans)| spans);
    let faults = spans.map(|&(from, to)| (from, to, ORANGE.mix(0.28)));
    let shaded = [warmup].into_iter().filter(|span| span.0 < span.1);
    chart.draw_series(shaded.chain(faults).map(|(from, to, colour)| {
        let corners = [(from.as_secs_f64(), range.start), (to.as_secs_f64(), range.end)];
        Rectangle::new(corners, colour.filled())
    }))?;
    Ok(())
}

/// A line where each action was asked, and one where it was obeyed.
fn mark_actions<Y>(
    chart: &mut Cartesian<'_, '_, Y>,
    timeline: &Timeline,
    range: &Range<f64>,
) -> Drawn
where
    Y: Ranged<ValueType = f64>,
{
    let times = timeline.actions.iter().flat_map(|(_, asked, obeyed)| [Some(*asked), *obeyed]);
    chart.draw_series(times.flatten().map(|at| {
        let at = at.as_secs_f64();
        PathElement::new([(at, range.start), (at, range.end)], INK.mix(0.5).stroke_width(1))
    }))?;
    Ok(())
}

/// The curve in pieces without gaps; in each, two points per column.
fn pieces(values: &[Option<f64>], timeline: &Timeline) -> Vec<Vec<(f64, f64)>> {
    let mut pieces = vec![Vec::new()];
    for (column, value) in timeline.columns.iter().zip(values) {
        let piece = pieces.last_mut().expect("there is always a piece");
        match value {
            Some(value) => {
                let to = (column.from + timeline.step).min(timeline.end);
                piece.push((column.from.as_secs_f64(), *value));
                piece.push((to.as_secs_f64(), *value));
            }
            None if piece.is_empty() => {}
            None => pieces.push(Vec::new()),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// The powers of ten around the values; one decade without values.
pub(super) fn decades(least: f64, most: f64) -> (f64, f64) {
    if most <= 0.0 {
        return (1.0, 10.0);
    }
    let mut low = 1.0;
    while low > least && low > 1e-6 {
        low /= 10.0;
    }
    while low * 10.0 <= least {
        low *= 10.0;
    }
    let mut high = low * 10.0;
    while high < most {
        high *= 10.0;
    }
    (low, high)
}

/// The powers of ten from `low` to `high`, with twice and five times each while there is room.
pub(super) fn ticks(low: f64, high: f64) -> Vec<f64> {
    const ROOMY: i32 = 2;
    let decades = (high / low).log10().round() as i32;
    let between: &[f64] = if decades <= ROOMY { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let mut ticks = Vec::new();
    for decade in 0..decades {
        let from = low * 10f64.powi(decade);
        ticks.extend(between.iter().map(|times| from * times));
    }
    ticks.push(high);
    ticks
}

/// A number on an axis, with up to six decimals and no trailing zeros.
pub(super) fn plain(number: f64) -> String {
    let text = format!("{number:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_enclose_the_values() {
        assert_eq!(decades(2.0, 78.0), (1.0, 100.0));
        assert_eq!(decades(10.0, 10.0), (10.0, 100.0));
        assert_eq!(decades(0.5, 0.6), (0.1, 1.0));
        assert_eq!(decades(f64::INFINITY, 0.0), (1.0, 10.0));
    }

    #[test]
    fn ticks_include_both_ends() {
        assert_eq!(ticks(1.0, 10.0), [1.0, 2.0, 5.0, 10.0]);
        assert_eq!(ticks(1.0, 1000.0), [1.0, 10.0, 100.0, 1000.0]);
    }

    #[test]
    fn axis_numbers_have_no_idle_zeros() {
        assert_eq!([0.0, 0.1, 10.0, 2.5].map(plain), ["0", "0.1", "10", "2.5"]);
    }
}
