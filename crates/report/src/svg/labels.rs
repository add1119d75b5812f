//! Labels above the panels, in rows so that they do not overlap.

use netsplit_history::Time;

/// Approximate width of a character, in pixels.
const CHARACTER: u32 = 7;
/// Pixels between two names in a row.
const GAP: u32 = 12;
/// Longer names are clipped.
const LONGEST: usize = 40;
/// The most rows; further names are omitted.
const MOST_ROWS: u32 = 6;

/// A placed label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The text.
    pub text: String,
    /// Pixels from the left edge of the panels.
    pub x: u32,
    /// The row, from the top.
    pub row: u32,
}

/// Places each name where its first span starts, in the topmost row with room for it.
pub fn place(named: &[(&str, Time)], end: Time, width: u32) -> Vec<Label> {
    let named = named.iter();
    let mut starts: Vec<_> = named.map(|(name, at)| (*at, one_line(name, LONGEST))).collect();
    starts.sort();
    let mut taken: Vec<u32> = Vec::new();
    let mut labels = Vec::new();
    for (start, text) in starts {
        let length = CHARACTER * text.chars().count() as u32;
        let part = start.as_secs_f64() / end.as_secs_f64().max(f64::MIN_POSITIVE);
        let x = (part * f64::from(width)) as u32;
        let x = x.min(width.saturating_sub(length));
        let free = taken.iter().position(|&until| until <= x);
        let row = free.unwrap_or(taken.len());
        if row as u32 == MOST_ROWS {
            continue;
        }
        if row == taken.len() {
            taken.push(0);
        }
        taken[row] = x + length + GAP;
        let row = row as u32;
        labels.push(Label { text, x, row });
    }
    labels
}

/// `text` without control characters, clipped to `most` characters.
pub fn one_line(text: &str, most: usize) -> String {
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut line: String = clean.clone().take(most).collect();
    if clean.count() > most {
        line.pop();
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;

    #[test]
    fn names_that_would_overlap_stand_in_rows() {
        let named = [("first", at(10.0)), ("second", at(11.0)), ("third", at(60.0))];
        let placed = place(&named, at(100.0), 1000);
        let shown: Vec<_> = placed.iter().map(|l| (l.text.as_str(), l.x, l.row)).collect();
        assert_eq!(shown, [("first", 100, 0), ("second", 110, 1), ("third", 600, 0)]);
    }

    #[test]
    fn names_stay_inside_the_picture() {
        let name = "x".repeat(200);
        let placed = place(&[(&name, at(99.0))], at(100.0), 1000);
        assert_eq!(placed[0].x, 1000 - 40 * CHARACTER);
    }

    #[test]
    fn names_that_find_no_room_are_left_off() {
        let placed = place(&[("same", at(1.0)); 20], at(100.0), 1000);
        assert_eq!(placed.len(), MOST_ROWS as usize);
    }
}
