//! Colour, or none.

/// Paints text for a terminal, or leaves it as it is. Pad before painting: escape codes count
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

    /// What matters less.
    pub fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    /// What is as it should be.
    pub fn good(self, text: &str) -> String {
        self.with("32", text)
    }

    /// What is not.
    pub fn bad(self, text: &str) -> String {
        self.with("1;31", text)
    }

    /// What nobody knows.
    pub fn open(self, text: &str) -> String {
        self.with("33", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
