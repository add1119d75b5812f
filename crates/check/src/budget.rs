//! What a search may spend, in steps and bytes rather than seconds.
//!
//! A [`Budget`] makes "I do not know" deterministic: the same history and budget end the
//! same way on every machine. A [`Meter`] hands it out to the searches of one history.
//!
//! Bytes are computed from what the search stores, not asked of the allocator, so real
//! memory may be half as much again.

/// What a checker may spend on one history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Actions tried and entries compared, over all keys.
    pub steps: u64,
    /// Bytes that the memo of one search may hold.
    pub memory_bytes: usize,
}

impl Default for Budget {
    /// Some seconds and a quarter of a gigabyte at worst.
    fn default() -> Self {
        Budget { steps: 20_000_000, memory_bytes: 256 << 20 }
    }
}

/// A search ended because its budget did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spent {
    Steps,
    Memory,
}

impl Spent {
    /// A sentence for the report.
    pub(crate) fn explain(self, budget: &Budget, key: Option<&str>) -> String {
        let place = key.map_or_else(String::new, |key| format!(" at key {key}"));
        match self {
            Spent::Steps => format!("out of budget{place}: {} steps", budget.steps),
            Spent::Memory => {
                format!("out of budget{place}: {} MiB of memo", budget.memory_bytes >> 20)
            }
        }
    }
}

/// What is left for one search.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    steps_left: u64,
    bytes_left: usize,
}

impl Meter {
    pub(crate) fn new(steps: u64, memory_bytes: usize) -> Meter {
        Meter { steps_left: steps, bytes_left: memory_bytes }
    }

    pub(crate) fn steps_left(&self) -> u64 {
        self.steps_left
    }

    pub(crate) fn step(&mut self, count: u64) -> Result<(), Spent> {
        self.steps_left = self.steps_left.checked_sub(count).ok_or(Spent::Steps)?;
        Ok(())
    }

    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), Spent> {
        self.bytes_left = self.bytes_left.checked_sub(bytes).ok_or(Spent::Memory)?;
        Ok(())
    }
}
