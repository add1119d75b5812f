//! A contradiction as overlapping operations, with the faults of that time behind them.
//!
//! Time is warped: calls, returns and the edges of faults stand in their order, as far apart as the
//! names of operations need. A minimal witness has an order without any one of its operations, so
//! the history was still legal until the last of them returned: that is the illegal point.

use netsplit_check::{Findings, Witness, WitnessOperation};
use netsplit_history::{Run, Time};

/// The most operations that are drawn: those that were called last.
const DRAWN_MAX: usize = 24;
/// The most firings of faults that are drawn: the last ones.
const FIRINGS_MAX: usize = 12;

/// The picture, in pixels.
const LEFT: f64 = 84.0;
const STEP: f64 = 18.0;
const LETTER: f64 = 7.6;
const TOP: f64 = 40.0;
const ROW: f64 = 30.0;

/// The picture.
pub(crate) struct Picture {
    /// The contradiction, in a sentence.
    pub said: String,
    /// All of it as text.
    pub text: String,
    pub width: f64,
    pub height: f64,
    pub rows: Vec<(String, f64)>,
    pub bands: Vec<Band>,
    pub operations: Vec<Bar>,
    /// The illegal point, where the witness tells it.
    pub illegal: Option<(f64, f64)>,
    /// Operations of the witness that are not drawn.
    pub left_out: usize,
}

/// A fault.
pub(crate) struct Band {
    pub name: String,
    pub from: f64,
    pub to: f64,
    pub said: String,
}

/// An operation.
pub(crate) struct Bar {
    pub from: f64,
    pub width: f64,
    pub y: f64,
    pub what: String,
    pub said: String,
    pub answered: bool,
}

/// What stands at a place of the time axis. What begins goes before what ends at the same time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Point {
    Strike(usize),
    Call(usize),
    Return(usize),
    Heal(usize),
}

/// A firing of a fault: its name, and when it struck and healed.
type Firing<'a> = (&'a str, Time, Time);

/// The picture of each expectation that has a witness.
pub(crate) fn pictures(run: &Run, findings: &Findings) -> Vec<Option<Picture>> {
    let witnesses = findings.expectations.iter().map(|finding| finding.witness.as_ref());
    witnesses.map(|witness| witness.map(|witness| Picture::new(witness, run))).collect()
}

impl Picture {
    fn new(witness: &Witness, run: &Run) -> Picture {
        let left_out = witness.operations.len().saturating_sub(DRAWN_MAX);
        let shown = &witness.operations[left_out..];
        let firings = firings(run, shown);
        let places = Places::new(shown, &firings);
        let rows = rows(shown);
        let height = TOP + ROW * (rows.names.len() as f64) + 8.0;
        let y = |index: usize| TOP + ROW * rows.of[index] as f64;
        let bar = |(index, operation): (usize, &WitnessOperation)| {
            let (from, to) = places.operations[index];
            let end = operation.return_ns.map(|at| Time::from_nanos(at).to_string());
            Bar {
                from,
                width: to - from,
                y: y(index),
                what: operation.what.clone(),
                said: format!(
                    "operation {}: client {} {}, {} to {}",
                    operation.number,
                    operation.client,
                    operation.what,
                    Time::from_nanos(operation.invoke_ns),
                    end.as_deref().unwrap_or("never answered"),
                ),
                answered: end.is_some(),
            }
        };
        let last = (0..shown.len()).filter(|index| shown[*index].return_ns.is_some());
        let last = last.max_by_key(|index| shown[*index].return_ns);
        let told = witness.minimal && witness.property == "linearizable";
        let key = witness.key.as_deref().map_or(String::new(), |key| format!(" at key {key}"));
        Picture {
            said: format!("Not {}{key}: {}.", witness.property, witness.contradiction),
            text: witness.to_string(),
            width: places.width,
            height,
            illegal: last.filter(|_| told).map(|index| (places.operations[index].1, y(index))),
            rows: rows
                .names
                .into_iter()
                .enumerate()
                .map(|(row, name)| (name, TOP + ROW * row as f64))
                .collect(),
            bands: firings.iter().zip(&places.firings).map(band).collect(),
            operations: shown.iter().enumerate().map(bar).collect(),
            left_out,
        }
    }
}

fn band((&(name, strikes, heals), &(from, to)): (&Firing<'_>, &(f64, f64))) -> Band {
    Band { name: name.to_owned(), from, to, said: format!("{name}: {strikes} to {heals}") }
}

/// The firings of faults while the operations ran; if there are none, the last one before.
fn firings<'a>(run: &'a Run, operations: &[WitnessOperation]) -> Vec<Firing<'a>> {
    let first = operations.iter().map(|it| it.invoke_ns).min().unwrap_or(0);
    let last = operations.iter().map(|it| it.return_ns.unwrap_or(it.invoke_ns)).max().unwrap_or(0);
    let (first, last) = (Time::from_nanos(first), Time::from_nanos(last));
    let each = run.faults.iter();
    let spans =
        each.flat_map(|fault| fault.spans.iter().map(|(from, to)| (&*fault.name, *from, *to)));
    let (mut during, before): (Vec<_>, Vec<_>) =
        spans.filter(|(_, from, _)| *from <= last).partition(|(_, _, to)| *to >= first);
    if during.is_empty() {
        return before.into_iter().max_by_key(|(_, _, to)| *to).into_iter().collect();
    }
    during.sort_by_key(|(_, from, _)| *from);
    during.split_off(during.len().saturating_sub(FIRINGS_MAX))
}

/// The places of operations and firings on the axis.
struct Places {
    operations: Vec<(f64, f64)>,
    firings: Vec<(f64, f64)>,
    width: f64,
}

impl Places {
    fn new(operations: &[WitnessOperation], firings: &[Firing<'_>]) -> Places {
        let mut points = Vec::new();
        for (index, operation) in operations.iter().enumerate() {
            points.push((operation.invoke_ns, Point::Call(index)));
            points.push((operation.return_ns.unwrap_or(u64::MAX), Point::Return(index)));
        }
        for (index, (_, strikes, heals)) in firings.iter().enumerate() {
            points.push((strikes.as_nanos(), Point::Strike(index)));
            points.push((heals.as_nanos(), Point::Heal(index)));
        }
        points.sort_unstable();
        let mut places = Places {
            operations: vec![(0.0, 0.0); operations.len()],
            firings: vec![(0.0, 0.0); firings.len()],
            width: LEFT,
        };
        for (_, point) in points {
            places.put(point, operations, firings);
            places.width += STEP;
        }
        places
    }

    /// Puts the next point at the end, or as much further as its name needs.
    fn put(&mut self, point: Point, operations: &[WitnessOperation], firings: &[Firing<'_>]) {
        let room = |from: f64, name: &str| from + name.chars().count() as f64 * LETTER + 14.0;
        match point {
            Point::Strike(index) => self.firings[index].0 = self.width,
            Point::Call(index) => self.operations[index].0 = self.width,
            Point::Return(index) => {
                let from = self.operations[index].0;
                self.width = self.width.max(room(from, &operations[index].what));
                self.operations[index].1 = self.width;
            }
            Point::Heal(index) => {
                self.width = self.width.max(room(self.firings[index].0, firings[index].0));
                self.firings[index].1 = self.width;
            }
        }
    }
}

/// The row of each operation: one for each client, or more where its operations overlap.
struct RowsOf {
    names: Vec<String>,
    of: Vec<usize>,
}

fn rows(operations: &[WitnessOperation]) -> RowsOf {
    let mut rows: Vec<(u32, u64)> = Vec::new();
    let mut of = Vec::new();
    for operation in operations {
        let (client, from) = (operation.client, operation.invoke_ns);
        let free = rows.iter().position(|(owner, until)| *owner == client && *until < from);
        let row = free.unwrap_or_else(|| {
            rows.push((client, 0));
            rows.len() - 1
        });
        rows[row].1 = operation.return_ns.unwrap_or(u64::MAX);
        of.push(row);
    }
    RowsOf { names: rows.iter().map(|(client, _)| format!("client {client}")).collect(), of }
}

#[cfg(test)]
mod tests {
    use netsplit_history::FaultRecord;

    use super::*;

    fn operation(client: u32, invoke_ns: u64, return_ns: Option<u64>) -> WitnessOperation {
        WitnessOperation { number: 1, client, what: "put(1)".to_owned(), invoke_ns, return_ns }
    }

    fn witness(operations: Vec<WitnessOperation>) -> Witness {
        Witness {
            property: "linearizable".to_owned(),
            model: "register".to_owned(),
            key: Some("k1".to_owned()),
            operations,
            minimal: true,
            contradiction: "it is".to_owned(),
        }
    }

    #[test]
    fn the_order_of_calls_returns_and_faults_is_kept() {
        let fault = FaultRecord {
            name: "cut".to_owned(),
            spans: vec![(Time::from_nanos(15), Time::from_nanos(35))],
            ..FaultRecord::default()
        };
        let run = Run { faults: vec![fault], ..Run::default() };
        let all =
            vec![operation(1, 10, Some(20)), operation(2, 18, None), operation(1, 30, Some(40))];
        let picture = Picture::new(&witness(all), &run);
        let [a, b, c] = &picture.operations[..] else { panic!("three operations") };
        let band = &picture.bands[0];
        let order =
            [a.from, band.from, b.from, a.from + a.width, c.from, band.to, c.from + c.width];
        assert!(order.is_sorted_by(|a, b| a < b), "{order:?}");
        assert_eq!(picture.illegal, Some((c.from + c.width, a.y)));
        assert_eq!(a.y, c.y);
        assert!(!b.answered);
    }

    #[test]
    fn a_picture_has_few_operations_and_the_fault_before_them() {
        let operation = |at: u32| operation(at, 1000 + u64::from(at), Some(5000 + u64::from(at)));
        let all: Vec<_> = (0..1000).map(operation).collect();
        let span = |from, to| (Time::from_nanos(from), Time::from_nanos(to));
        let fault = FaultRecord { spans: vec![span(1, 2), span(3, 4)], ..FaultRecord::default() };
        let run = Run { faults: vec![fault], ..Run::default() };
        let picture = Picture::new(&witness(all), &run);
        assert_eq!((picture.operations.len(), picture.left_out), (DRAWN_MAX, 1000 - DRAWN_MAX));
        assert_eq!(picture.bands.len(), 1);
    }
}
