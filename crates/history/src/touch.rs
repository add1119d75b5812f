//! Counts of what a fault changed, in its own terms.

use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

/// One way in which a fault changes a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touch {
    /// A message dropped by a partition.
    MessagesCut,
    /// A message dropped at random.
    MessagesLost,
    /// A message that would have been dropped at random, and was not.
    MessagesSpared,
    /// A message that took longer.
    MessagesDelayed,
    /// A message that took less time.
    MessagesHastened,
    /// A message of which the network made a copy.
    MessagesDuplicated,
    /// A message of which it would have made one, and did not.
    MessagesNotDuplicated,
    /// A message that arrived at a host that was down, or had restarted since it was sent.
    MessagesDropped,
    /// A request whose client crashed or was down.
    RequestsLost,
    /// A task that ended in a crash.
    TasksKilled,
    /// A task that was ready to run during a pause.
    TasksPaused,
    /// A job, running or queued, that ended in a crash.
    JobsKilled,
    /// A job that occupied its worker for longer.
    JobsDelayed,
    /// A write that was lost in a crash, as it was not synced.
    WritesLost,
    /// A write or removal that a failing disk refused.
    WritesRefused,
    /// A sync that took longer.
    SyncsDelayed,
    /// A sync that took less time.
    SyncsHastened,
    /// A sync that a failing disk refused.
    SyncsRefused,
    /// A reading of a clock that was wrong.
    ClockReadings,
    /// A timer that expired early or late.
    TimersMoved,
    /// The memory of a node that had run since its start.
    MemoriesLost,
}

impl Touch {
    /// All of them, in order.
    pub const ALL: [Touch; 21] = [
        Touch::MessagesCut,
        Touch::MessagesLost,
        Touch::MessagesSpared,
        Touch::MessagesDelayed,
        Touch::MessagesHastened,
        Touch::MessagesDuplicated,
        Touch::MessagesNotDuplicated,
        Touch::MessagesDropped,
        Touch::RequestsLost,
        Touch::TasksKilled,
        Touch::TasksPaused,
        Touch::JobsKilled,
        Touch::JobsDelayed,
        Touch::WritesLost,
        Touch::WritesRefused,
        Touch::SyncsDelayed,
        Touch::SyncsHastened,
        Touch::SyncsRefused,
        Touch::ClockReadings,
        Touch::TimersMoved,
        Touch::MemoriesLost,
    ];

    /// Its thing, in the singular and the plural, and what happened to it.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        let message = |what| ("message", "messages", what);
        let job = |what| ("job", "jobs", what);
        let task = |what| ("task", "tasks", what);
        let write = |what| ("write", "writes", what);
        let sync = |what| ("sync", "syncs", what);
        match self {
            Touch::MessagesCut => message("cut"),
            Touch::MessagesLost => message("lost"),
            Touch::MessagesSpared => message("not lost"),
            Touch::MessagesDelayed => message("delayed"),
            Touch::MessagesHastened => message("hastened"),
            Touch::MessagesDuplicated => message("duplicated"),
            Touch::MessagesNotDuplicated => message("not duplicated"),
            Touch::MessagesDropped => message("dropped"),
            Touch::RequestsLost => ("request", "requests", "lost"),
            Touch::TasksKilled => task("killed"),
            Touch::TasksPaused => task("paused"),
            Touch::JobsKilled => job("killed"),
            Touch::JobsDelayed => job("delayed"),
            Touch::WritesLost => write("lost"),
            Touch::WritesRefused => write("refused"),
            Touch::SyncsDelayed => sync("delayed"),
            Touch::SyncsHastened => sync("hastened"),
            Touch::SyncsRefused => sync("refused"),
            Touch::ClockReadings => ("clock reading", "clock readings", "wrong"),
            Touch::TimersMoved => ("timer", "timers", "moved"),
            Touch::MemoriesLost => ("memory", "memories", "lost"),
        }
    }

    /// A count in words, such as `312 messages cut`; `number` formats it.
    pub fn count(self, count: u64, number: impl FnOnce(u64) -> String) -> String {
        let (one, many, what) = self.words();
        match count {
            0 => format!("no {one} was {what}"),
            1 => format!("1 {one} {what}"),
            _ => format!("{} {many} {what}", number(count)),
        }
    }
}

/// Counts of what a fault changed. Only what went differently because of it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched([u64; Touch::ALL.len()]);

impl Touched {
    /// Whether there is anything.
    pub fn is_empty(&self) -> bool {
        *self == Touched::default()
    }

    /// What is not zero, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Touch, u64)> {
        Touch::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }

    /// Adds the counts of `other`.
    pub fn add(&mut self, other: &Touched) {
        self.0.iter_mut().zip(other.0).for_each(|(count, more)| *count += more);
    }

    /// The counts of `touches` alone.
    #[must_use]
    pub fn only(&self, touches: &[Touch]) -> Touched {
        let mut some = Touched::default();
        touches.iter().for_each(|touch| some[*touch] = self[*touch]);
        some
    }
}

impl Index<Touch> for Touched {
    type Output = u64;

    fn index(&self, touch: Touch) -> &u64 {
        &self.0[touch as usize]
    }
}

impl IndexMut<Touch> for Touched {
    fn index_mut(&mut self, touch: Touch) -> &mut u64 {
        &mut self.0[touch as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_touches_are_in_their_places() {
        assert!(Touch::ALL.iter().zip(0..).all(|(touch, place)| *touch as usize == place));
    }

    #[test]
    fn counts_are_told_in_words() {
        let mut touched = Touched::default();
        assert!(touched.is_empty());
        touched[Touch::MemoriesLost] += 1;
        touched[Touch::MessagesDropped] += 312;
        let told: Vec<_> = touched.iter().map(|(t, n)| t.count(n, |n| n.to_string())).collect();
        assert_eq!(told, ["312 messages dropped", "1 memory lost"]);
        assert_eq!(Touch::ClockReadings.count(0, |n| n.to_string()), "no clock reading was wrong");
        assert_eq!(touched.only(&[Touch::MemoriesLost]).iter().count(), 1);
    }
}
