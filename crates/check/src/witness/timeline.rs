//! A timeline of operations as text: a line per client, time to the right.
//!
//! A long list is cut short; the data of the witness has all of it.
//!
//! Columns keep the order of calls and returns, not their distances; the times are listed below.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use netsplit_history::Time;

use super::WitnessOperation;

/// The most operations that are drawn; beyond, only the list is printed.
const DRAWN_AT_MOST: usize = 24;

/// The most operations that are listed.
const LISTED_AT_MOST: usize = 48;

/// Draws `operations`, which are sorted by invocation.
pub(super) fn draw(operations: &[WitnessOperation]) -> String {
    let mut text = String::new();
    if operations.len() <= DRAWN_AT_MOST {
        for (client, line) in lines(operations) {
            let _ = writeln!(text, "  client {client:<6} {}", line.trim_end());
        }
    }
    for operation in operations.iter().take(LISTED_AT_MOST) {
        let from = Time::from_nanos(operation.invoke_ns);
        let to = operation
            .return_ns
            .map_or_else(|| "never answered".to_owned(), |at| Time::from_nanos(at).to_string());
        let (number, client) = (operation.number, operation.client);
        let _ = writeln!(
            text,
            "  operation {number}: client {client} {}, {from} to {to}",
            operation.what
        );
    }
    if operations.len() > LISTED_AT_MOST {
        let _ = writeln!(text, "  and {} more operations", operations.len() - LISTED_AT_MOST);
    }
    text
}

/// Each row of the picture: the client, and its operations.
fn lines(operations: &[WitnessOperation]) -> Vec<(u32, String)> {
    let columns = columns(operations);
    let mut rows: BTreeMap<(u32, usize), Vec<char>> = BTreeMap::new();
    for (operation, &(from, to)) in operations.iter().zip(&columns) {
        // A client with overlapping operations gets as many rows as it needs.
        let free = (0..operations.len())
            .find(|&row| rows.get(&(operation.client, row)).is_none_or(|line| line.len() < from))
            .unwrap_or_default();
        let line = rows.entry((operation.client, free)).or_default();
        line.resize(from, ' ');
        let end = if operation.return_ns.is_some() { '|' } else { '>' };
        let inside = to - from - 1;
        line.push('|');
        line.extend(format!("{:-^inside$}", operation.what).chars());
        line.push(end);
    }
    rows.into_iter().map(|((client, _), line)| (client, line.into_iter().collect())).collect()
}

/// The columns at which each operation begins and ends.
fn columns(operations: &[WitnessOperation]) -> Vec<(usize, usize)> {
    let mut events: Vec<(u64, bool, usize)> = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        events.push((operation.invoke_ns, false, index));
        events.push((operation.return_ns.unwrap_or(u64::MAX), true, index));
    }
    events.sort_unstable();
    let mut columns = vec![(0, 0); operations.len()];
    let mut column = 0;
    for (_, ends, index) in events {
        if ends {
            let label = operations[index].what.chars().count();
            column = column.max(columns[index].0 + label + 3);
            columns[index].1 = column;
        } else {
            columns[index].0 = column;
        }
        column += 2;
    }
    columns
}
