//! Layout of text in columns. Every character counts as one column wide; those that have none, or
//! would be obeyed rather than shown, are laid out as escapes.

use std::collections::BTreeSet;

use netsplit_scenario::visible;

/// The width of `text` in columns.
pub fn width(text: &str) -> usize {
    text.chars().count()
}

/// `text` in at most `most` columns, truncated with `…` if it is longer.
pub fn clip(text: &str, most: usize) -> String {
    let text = visible(text);
    if width(&text) <= most {
        return text.into_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    kept + "…"
}

/// `text` in lines of at most `most` columns, broken at spaces, or inside a word that is longer
/// than a line. Line breaks and control characters become spaces.
pub fn wrap(text: &str, most: usize) -> Vec<String> {
    let most = most.max(1);
    let mut lines = vec![String::new()];
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let letters: Vec<char> = visible(word).chars().collect();
        for piece in letters.chunks(most) {
            let line = lines.last_mut().expect("there is always a line");
            let space = usize::from(!line.is_empty());
            if width(line) + space + piece.len() > most {
                lines.push(String::new());
            } else if space == 1 {
                line.push(' ');
            }
            let line = lines.last_mut().expect("there is always a line");
            line.extend(piece);
        }
    }
    lines
}

/// A whole number with thousands separators: `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Rows of cells below a header: the first column left-aligned, the others right-aligned, two
/// spaces apart. If a row is wider than `most`, the first column is clipped, and where that does not
/// suffice or makes two names alike, each row becomes its name and a list of its cells.
pub fn table(rows: &[Vec<String>], most: usize) -> Vec<String> {
    const GAP: usize = 2;
    const NAME_MIN: usize = 6;
    let clean = |row: &Vec<String>| row.iter().map(|cell| visible(cell).into_owned()).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(clean).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| width(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (1..columns).map(|column| widest(column) + GAP).collect();
    let room = most.saturating_sub(widths.iter().sum());
    let first = widest(0).min(room);
    let names: BTreeSet<&str> =
        rows.iter().filter_map(|row| row.first()).map(String::as_str).collect();
    let clipped: BTreeSet<String> = names.iter().map(|name| clip(name, first)).collect();
    if first < widest(0).min(NAME_MIN) || clipped.len() < names.len() {
        return lists(&rows, most);
    }
    let line = |row: &Vec<String>| {
        let mut cells = row.iter();
        let name = clip(cells.next().map_or("", String::as_str), first);
        let mut line = format!("{name:first$}");
        for (cell, &width) in cells.zip(&widths) {
            line += &" ".repeat(width.saturating_sub(self::width(cell)));
            line += cell;
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// The rows of a table that is too wide: a name, and below it each cell with its column's name.
fn lists(rows: &[Vec<String>], most: usize) -> Vec<String> {
    const INDENT: usize = 2;
    let Some((header, rows)) = rows.split_first() else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for row in rows {
        let mut cells = header.iter().zip(row);
        lines.extend(cells.next().map(|(_, name)| clip(name, most)));
        let cells = cells.filter(|(_, cell)| !cell.trim().is_empty());
        let cells: Vec<_> =
            cells.map(|(of, cell)| format!("{} {}", of.trim(), cell.trim())).collect();
        let listed = wrap_facts(&cells, most.saturating_sub(INDENT));
        lines.extend(listed.iter().map(|line| format!("{:INDENT$}{line}", "")));
    }
    lines
}

/// Facts three columns apart, wrapped between facts where possible.
pub fn wrap_facts(facts: &[String], most: usize) -> Vec<String> {
    const GAP: &str = "   ";
    let mut lines: Vec<String> = Vec::new();
    for fact in facts {
        match lines.last_mut() {
            Some(line) if width(line) + GAP.len() + width(fact) <= most => {
                line.push_str(GAP);
                line.push_str(fact);
            }
            _ => lines.extend(wrap(fact, most)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_breaks_at_spaces_and_inside_giants() {
        assert_eq!(wrap("a bb ccc", 4), ["a bb", "ccc"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a\nb\u{1b}[31m", 80), ["a b [31m"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn clipping_shows_that_something_is_missing() {
        assert_eq!(clip("abcdef", 6), "abcdef");
        assert_eq!(clip("abcdefg", 6), "abcde…");
    }

    #[test]
    fn a_table_that_is_too_wide_clips_its_first_column() {
        let rows = [vec!["a-long-name".into(), "1".into()], vec!["b".into(), "22".into()]];
        assert_eq!(table(&rows, 20), ["a-long-name   1", "b            22"]);
        assert_eq!(table(&rows, 10), ["a-lon…   1", "b       22"]);
        let rows =
            [["scenario", "passed", "p99"], ["a-long-name", "7/10", "3ms"], ["b", "", "1ms"]];
        let rows = rows.map(|row| row.map(String::from).to_vec());
        let lists = ["a-long-name", "  passed 7/10", "  p99 3ms", "b", "  p99 1ms"];
        assert_eq!(table(&rows, 17), lists);
        let alike = [["name", "p99"], ["a-long-name", "1ms"], ["a-long-nose", "2ms"]];
        let alike = alike.map(|row| row.map(String::from).to_vec());
        assert_eq!(table(&alike, 14), ["a-long-name", "  p99 1ms", "a-long-nose", "  p99 2ms"]);
    }

    #[test]
    fn thousands_are_set_apart() {
        let written = [0, 999, 1000, 1_234_567].map(thousands);
        assert_eq!(written, ["0", "999", "1,000", "1,234,567"]);
    }
}
