//! Messages in a readable form, for the recorded trace: JSON, as `serde_json` writes it.
//!
//! Two things have no form in JSON: a map whose keys are neither strings nor numbers, for which the
//! text says so, and floats that are not finite, which become null.

use std::io::{self, Write};

use serde::Serialize;

/// The longest text, in bytes; what is longer is cut.
const MOST: usize = 2_000;

/// The content of a message as text.
pub(crate) fn readable(message: &impl Serialize) -> String {
    let mut text = Bounded::default();
    match serde_json::to_writer(&mut text, message) {
        Ok(()) => text.into_string(),
        Err(error) => format!("(no JSON: {error})"),
    }
}

/// A writer that keeps the first [`MOST`] bytes and counts the others.
#[derive(Default)]
struct Bounded {
    kept: Vec<u8>,
    cut: usize,
}

impl Bounded {
    fn into_string(self) -> String {
        let whole = |bytes: &Vec<u8>| match std::str::from_utf8(bytes) {
            Ok(_) => bytes.len(),
            Err(error) => error.valid_up_to(),
        };
        let length = whole(&self.kept);
        let cut = self.cut + self.kept.len() - length;
        let text = String::from_utf8_lossy(&self.kept[..length]);
        if cut == 0 { text.into_owned() } else { format!("{text}... ({cut} more bytes)") }
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = (MOST - self.kept.len()).min(bytes.len());
        self.kept.extend_from_slice(&bytes[..room]);
        self.cut += bytes.len() - room;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_message_is_json() {
        #[derive(Serialize)]
        enum Ask {
            Vote { term: u64, to: &'static str },
        }
        let text = readable(&Ask::Vote { term: 3, to: "</script>" });
        assert_eq!(text, r#"{"Vote":{"term":3,"to":"</script>"}}"#);
    }

    #[test]
    fn a_long_one_is_cut_between_characters() {
        for shift in 0..4 {
            let long = format!("{}{}", "a".repeat(shift), "\u{1d11e}".repeat(1000));
            let text = readable(&long);
            let (kept, cut) = text.split_once("... (").expect("it is cut");
            let cut: usize = cut.trim_end_matches(" more bytes)").parse().expect("a number");
            assert_eq!(kept.len() + cut, long.len() + 2, "nothing is lost from the count");
        }
    }

    #[test]
    fn what_has_no_json_says_so() {
        let text = readable(&BTreeMap::from([((1, 2), 3)]));
        assert_eq!(text, "(no JSON: key must be a string)");
    }
}
