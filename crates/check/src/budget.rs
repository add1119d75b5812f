//! Budgets of searches, in steps and bytes rather than seconds.
//!
//! A [`Budget`] makes "unknown" deterministic: the same history and budget give the same answer
//! on every machine. A [`Meter`] charges the searches of one history against it.
//!
//! Bytes are computed from what the search stores, not measured at the allocator; actual memory
//! use may be about 50% higher.

/// The limits of a checker on one history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Actions tried and entries compared, over all keys.
    pub steps: u64,
    /// Bytes that the visited set of one search may hold.
    pub memory_bytes: usize,
}

impl Default for Budget {
    /// 20 million steps and 256 MiB: a few seconds at worst.
    fn default() -> Self {
        Budget { steps: 20_000_000, memory_bytes: 256 << 20 }
    }
}

/// The limit that ended a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exhausted {
    Steps,
    Memory,
}

impl Exhausted {
    /// The sentence for the report.
    pub(crate) fn explain(self, budget: &Budget, key: Option<&str>) -> String {
        let at_key = key.map_or_else(String::new, |key| format!(" at key {key}"));
        match self {
            Exhausted::Steps => format!("out of budget{at_key}: {} steps", budget.steps),
            Exhausted::Memory => {
                format!(
                    "out of budget{at_key}: {} MiB of visited configurations",
                    budget.memory_bytes >> 20
                )
            }
        }
    }
}

/// The remaining budget of one search.
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

    pub(crate) fn step(&mut self, count: u64) -> Result<(), Exhausted> {
        self.steps_left = self.steps_left.checked_sub(count).ok_or(Exhausted::Steps)?;
        Ok(())
    }

    pub(crate) fn allocate(&mut self, bytes: usize) -> Result<(), Exhausted> {
        self.bytes_left = self.bytes_left.checked_sub(bytes).ok_or(Exhausted::Memory)?;
        Ok(())
    }
}
