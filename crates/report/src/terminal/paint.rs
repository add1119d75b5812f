//! Optional colour.

/// Colours text for a terminal, or leaves it unchanged. Pad before painting: escape codes count
/// as characters.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    /// Whether to use colour at all.
    pub colour: bool,
}

impl Paint {
    /// A heading.
    pub fn heading(self, text: &str) -> String {
        self.with("1", text)
    }

    /// Less important text.
    pub fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    /// A pass.
    pub fn good(self, text: &str) -> String {
        self.with("32", text)
    }

    /// A failure.
    pub fn bad(self, text: &str) -> String {
        self.with("1;31", text)
    }

    /// Something undecided.
    pub fn open(self, text: &str) -> String {
        self.with("33", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
