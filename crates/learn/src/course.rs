//! Texts of a course's material.

/// The first page; `SOLUTIONS` stands where [`SOLUTIONS_ROW`] may.
pub const COURSE_README: &str = include_str!("../templates/course.md");

/// The row of [`COURSE_README`] about solutions.
pub const SOLUTIONS_ROW: &str =
    "| `solutions/LAB/STEP.rs` | the reference's file of each step; not for students |\n";

/// A page without its links to files, of which only the texts stay: `[seats](src/seats.rs)` becomes
/// `seats`, and a picture its description. Links to the web stay.
pub fn without_relative_links(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some(middle) = rest.find("](") {
        let (before, after) = rest.split_at(middle);
        let after = &after["](".len()..];
        let (Some(open), Some(close)) = (before.rfind('['), after.find(')')) else { break };
        let (label, target) = (&before[open + 1..], &after[..close]);
        text += &before[..open];
        if target.contains("://") || label.contains('\n') {
            text += &rest[open..=middle + "](".len() + close];
        } else if text.ends_with('!') {
            text.pop();
            text += &format!("(Picture: {label})");
        } else {
            text += label;
        }
        rest = &after[close + 1..];
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_files_become_their_texts() {
        let page = "a [b](c.md), [d](e/f.rs) [g](https://h.i) [j] x](y) (z)";
        assert_eq!(without_relative_links(page), "a b, d [g](https://h.i) j] x (z)");
        assert_eq!(without_relative_links("no ](link"), "no ](link");
        assert_eq!(without_relative_links("![A page](a.png)\nb"), "(Picture: A page)\nb");
    }
}
