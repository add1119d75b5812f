//! Text from files, names and error messages, made to show itself and do nothing else.
//!
//! A terminal or a CI log obeys some characters rather than showing them: control characters,
//! overrides of the writing direction, separators of lines. Others are invisible, or invalid in
//! XML. They are shown as escapes, such as `\u{1b}`.

use std::borrow::Cow;

/// Whether a character is obeyed or invisible where it should be shown.
pub fn is_hidden(c: char) -> bool {
    let code = u32::from(c);
    let noncharacter = code & 0xfffe == 0xfffe || matches!(code, 0xfdd0..=0xfdef);
    let direction = matches!(code, 0x061c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069);
    let separator = matches!(code, 0x2028 | 0x2029);
    let invisible =
        matches!(code, 0x200b | 0x2060..=0x2064 | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f);
    c.is_control() || noncharacter || direction || separator || invisible
}

/// One line of text, with hidden characters as escapes.
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, is_hidden)
}

/// Text of several lines, with hidden characters as escapes, other than ends of lines.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| is_hidden(c) && c != '\n')
}

fn escaped(text: &str, hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hidden) {
        return text.into();
    }
    let escape = |c| if hidden(c) { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escape).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_shown() {
        for (text, shown) in [
            (
                "plain, ünïcode, 漢字, e\u{301}, 👩\u{200d}👩",
                "plain, ünïcode, 漢字, e\u{301}, 👩\u{200d}👩",
            ),
            ("\u{1b}[31mred\u{9b}2J\u{7}", "\\u{1b}[31mred\\u{9b}2J\\u{7}"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            (
                "a\u{202e}b\u{2066}\u{feff}\u{fffe}\u{10ffff}",
                "a\\u{202e}b\\u{2066}\\u{feff}\\u{fffe}\\u{10ffff}",
            ),
        ] {
            assert_eq!(visible(text), shown);
        }
        assert_eq!(visible_lines("a\n\u{1b}b\n"), "a\n\\u{1b}b\n");
    }
}
