//! Layout of text in columns. Every character counts as one column wide.

/// The width of `text` in columns.
pub fn width(text: &str) -> usize {
    text.chars().count()
}

/// `text` in at most `most` columns, truncated with `…` if it is longer.
pub fn clip(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
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
        let letters: Vec<char> = word.chars().collect();
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

/// Rows of cells: the first column left-aligned, the others right-aligned, two spaces apart. If a
/// row is wider than `most`, the first column is clipped.
pub fn table(rows: &[Vec<String>], most: usize) -> Vec<String> {
    const GAP: usize = 2;
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| width(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (1..columns).map(|column| widest(column) + GAP).collect();
    let first = widest(0).min(most.saturating_sub(widths.iter().sum()));
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
    }

    #[test]
    fn thousands_are_set_apart() {
        let written = [0, 999, 1000, 1_234_567].map(thousands);
        assert_eq!(written, ["0", "999", "1,000", "1,234,567"]);
    }
}
