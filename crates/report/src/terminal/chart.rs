//! The timeline as rows of block characters.
//!
//! A column without requests is blank; the lowest block is the bottom of the scale. Availability
//! has a full block only where every request succeeded, so that the smallest dip is visible. p99 is
//! on a logarithmic scale of two decades below its maximum: on a linear one a spike would flatten
//! everything else.

use std::time::Duration;

use netsplit_check::show;
use netsplit_history::Time;
use netsplit_scenario::Quantity;

use super::paint::Paint;
use super::text::{clip, width};
use crate::{Column, Timeline};

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Columns of the row's name, before the picture.
const NAME: usize = 14;
/// Columns of the row's scale, behind the picture, with the gap between them.
const SCALE: usize = 14;
/// Columns from one time on the axis to the next.
const TICK: usize = 10;
/// Further faults and actions are only counted.
const MOST_FAULTS: usize = 8;
/// The factor below the maximum at which p99 is drawn as the lowest block.
const LOG_RANGE: f64 = 100.0;

/// The number of chart columns that fit into a line of `width`.
pub fn room(width: usize) -> usize {
    width.saturating_sub(NAME + SCALE).max(TICK)
}

/// The chart, in lines of at most `width` columns.
pub fn chart(timeline: &Timeline, width: usize, paint: Paint) -> Vec<String> {
    let columns = &timeline.columns[..timeline.columns.len().min(room(width))];
    let mut lines = vec![throughput(columns), p99(columns), availability(columns)];
    let (shown, rest) = timeline.faults.split_at(timeline.faults.len().min(MOST_FAULTS));
    if timeline.warmup > Time::ZERO {
        let span = [(Time::ZERO, timeline.warmup)];
        let row = marks("warm-up", '░', &span, columns, timeline.step);
        lines.push(paint.dim(&row));
    }
    for (name, spans) in shown {
        let row = marks(name, '▒', spans, columns, timeline.step);
        lines.push(paint.open(&row));
    }
    if !rest.is_empty() {
        lines.push(format!("and {} more faults", rest.len()));
    }
    for (name, asked, obeyed) in timeline.actions.iter().take(MOST_FAULTS) {
        lines.push(action(name, (*asked, *obeyed), columns, timeline.step));
    }
    if timeline.actions.len() > MOST_FAULTS {
        lines.push(format!("and {} more actions", timeline.actions.len() - MOST_FAULTS));
    }
    lines.push(axis(timeline.step, columns.len()));
    lines
}

/// A mark under the column in which an action was asked, and one where it was obeyed.
fn action(
    name: &str,
    (asked, obeyed): (Time, Option<Time>),
    columns: &[Column],
    step: Duration,
) -> String {
    let inside = |column: &Column, at: Time| column.from <= at && at < column.from + step;
    let cell = |column: &Column| match obeyed {
        Some(obeyed) if inside(column, obeyed) => '●',
        _ if inside(column, asked) => '○',
        _ => ' ',
    };
    let picture: String = columns.iter().map(cell).collect();
    let obeyed = if obeyed.is_some() { "" } else { " never obeyed" };
    format!("{:NAME$}{}{obeyed}", clip(name, NAME - 1), picture.trim_end())
}

fn throughput(columns: &[Column]) -> String {
    let most = columns.iter().map(|c| c.throughput).fold(0.0, f64::max);
    let level = |column: &Column| {
        let part = column.throughput / most.max(f64::MIN_POSITIVE);
        (column.counts.attempted > 0).then_some(part)
    };
    let scale = format!("max {}", show(Quantity::PerSecond(most)));
    row("throughput", columns, level, &scale)
}

fn p99(columns: &[Column]) -> String {
    let most = columns.iter().filter_map(|c| c.p99).max().unwrap_or_default();
    let level = |column: &Column| {
        let ratio = column.p99?.as_secs_f64() / most.as_secs_f64().max(f64::MIN_POSITIVE);
        Some(1.0 + ratio.max(1.0 / LOG_RANGE).ln() / LOG_RANGE.ln())
    };
    let scale = format!("max {}", show(Quantity::Nanos(most.as_nanos() as f64)));
    row("p99 (log)", columns, level, &scale)
}

/// The availability of several runs, a row each, over one axis.
pub fn compare(timelines: &[(&str, &Timeline)], width: usize) -> Vec<String> {
    let mut lines: Vec<_> = timelines
        .iter()
        .map(|(name, timeline)| {
            let columns = &timeline.columns[..timeline.columns.len().min(room(width))];
            availability_of(&clip(name, NAME - 1), columns)
        })
        .collect();
    if let Some((_, first)) = timelines.first() {
        let columns = &first.columns[..first.columns.len().min(room(width))];
        for (name, spans) in first.faults.iter().take(MOST_FAULTS) {
            lines.push(marks(name, '▒', spans, columns, first.step));
        }
        lines.push(axis(first.step, columns.len()));
    }
    lines
}

fn availability(columns: &[Column]) -> String {
    availability_of("availability", columns)
}

fn availability_of(name: &str, columns: &[Column]) -> String {
    let shares = columns.iter().filter_map(|c| c.counts.availability());
    let least = shares.reduce(f64::min);
    let full = f64::from(BLOCKS.len() as u32);
    let level = |column: &Column| {
        let share = column.counts.availability()?;
        Some(if share < 1.0 { share.min(1.0 - 1.0 / full) } else { share })
    };
    let scale = least.map_or_else(
        || "no requests".into(),
        |least| format!("min {}", show(Quantity::Share(least))),
    );
    row(name, columns, level, &scale)
}

fn row(
    name: &str,
    columns: &[Column],
    level: impl Fn(&Column) -> Option<f64>,
    scale: &str,
) -> String {
    let block = |column| level(column).map_or(' ', block);
    let picture: String = columns.iter().map(block).collect();
    format!("{name:NAME$}{picture}  {scale}")
}

/// The block for a part of the scale, 0 to 1.
fn block(part: f64) -> char {
    let top = BLOCKS.len() - 1;
    BLOCKS[((part * top as f64).round() as usize).min(top)]
}

/// A mark under each column that one of the spans touches.
fn marks(
    name: &str,
    mark: char,
    spans: &[(Time, Time)],
    columns: &[Column],
    step: Duration,
) -> String {
    let touched = |column: &Column| {
        let end = column.from + step;
        spans.iter().any(|&(from, to)| from < end && to > column.from)
    };
    let cell = |column| if touched(column) { mark } else { ' ' };
    let picture: String = columns.iter().map(cell).collect();
    format!("{:NAME$}{picture}", clip(name, NAME - 1)).trim_end().to_owned()
}

/// Times under every tenth column.
fn axis(step: Duration, columns: usize) -> String {
    let mut line = " ".repeat(NAME);
    for tick in (0..=columns).step_by(TICK) {
        let nanos = step.as_nanos() as f64 * tick as f64;
        line += &" ".repeat((NAME + tick).saturating_sub(width(&line)));
        line += &clock(nanos);
    }
    line
}

/// A time on the axis, without trailing zeros.
fn clock(nanos: f64) -> String {
    let seconds = format!("{:.3}", nanos / 1e9);
    format!("{}s", seconds.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::cut;

    #[test]
    fn only_a_perfect_column_has_a_full_availability_block() {
        let mut columns = vec![Column::default(); 4];
        let share = |column: &mut Column, ok, attempted| {
            column.counts.ok = ok;
            column.counts.attempted = attempted;
        };
        share(&mut columns[0], 1000, 1000);
        share(&mut columns[1], 999, 1000);
        share(&mut columns[2], 0, 1000);
        assert_eq!(availability(&columns), "availability  █▇▁   min 0%");
    }

    #[test]
    fn faults_are_marked_under_the_columns_that_they_touch() {
        let (_, run) = cut();
        let timeline = Timeline::new(&run, 60);
        let lines = chart(&timeline, 100, Paint { colour: false });
        let row = lines.iter().find(|l| l.starts_with("minority-cut")).unwrap();
        let marked: Vec<_> = row.chars().skip(NAME).collect();
        let first = marked.iter().position(|c| *c == '▒');
        assert_eq!((first, marked.len()), (Some(20), 30));
    }

    #[test]
    fn a_fault_shorter_than_a_column_still_shows() {
        let (_, run) = cut();
        let timeline = Timeline::new(&run, 60);
        let moment =
            [(Time::from(Duration::from_millis(2500)), Time::from(Duration::from_millis(2501)))];
        let row = marks("blip", '▒', &moment, &timeline.columns, timeline.step);
        assert_eq!(row, "blip            ▒");
    }
}
