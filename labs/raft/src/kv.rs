//! The state machine: a map, and a session for each client (section 8, thesis 6.3).
//!
//! A client that gets no answer must retry, although its first attempt may have been applied.
//! Each write carries its client's session and a number; the state machine remembers the last
//! number of each session, and applies none twice. That memory is part of the state, so a new
//! leader has it, and a server restored from a snapshot.
//!
//! Left out: sessions never expire, so their table only grows.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key(pub u64);

/// A value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Datum {
    /// Nothing was written.
    #[default]
    Absent,
    /// The value that was put.
    One(u64),
    /// A list: the value that was put, and those that were appended.
    Many(Vec<u64>),
}

/// A client operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// Reads a key.
    Get(Key),
    /// Replaces the value of a key.
    Put(Key, u64),
    /// Appends an element to the list under a key.
    Append(Key, u64),
}

/// The identity of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The client's session.
    pub session: u64,
    /// The operation's number in the session, from 1. All attempts of one operation share it.
    pub number: u64,
}

/// A command in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The operation.
    pub operation: Operation,
    /// Its identity; without one, a retry is applied again.
    pub attempt: Option<Attempt>,
}

/// The store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kv {
    map: BTreeMap<Key, Datum>,
    /// The last operation of each session that was applied.
    sessions: BTreeMap<u64, u64>,
}

impl Kv {
    /// Applies a command. Returns the value for a read, nothing for a write.
    pub fn apply(&mut self, command: &[u8]) -> Datum {
        let command: Command =
            postcard::from_bytes(command).expect("the log holds what clients proposed");
        if let Some(Attempt { session, number }) = command.attempt {
            let last = self.sessions.entry(session).or_default();
            if *last >= number {
                return Datum::Absent;
            }
            *last = number;
        }
        match command.operation {
            Operation::Get(key) => return self.get(key),
            Operation::Put(key, value) => drop(self.map.insert(key, Datum::One(value))),
            Operation::Append(key, element) => self.append(key, element),
        }
        Datum::Absent
    }

    fn append(&mut self, key: Key, element: u64) {
        let datum = self.map.entry(key).or_default();
        let mut list = match std::mem::take(datum) {
            Datum::Absent => Vec::new(),
            Datum::One(first) => vec![first],
            Datum::Many(list) => list,
        };
        list.push(element);
        *datum = Datum::Many(list);
    }

    /// The value of a key.
    pub fn get(&self, key: Key) -> Datum {
        self.map.get(&key).cloned().unwrap_or_default()
    }

    /// The state as bytes.
    pub fn snapshot(&self) -> Rc<[u8]> {
        postcard::to_stdvec(self).expect("maps of numbers can be written").into()
    }

    /// The state from bytes, which are empty at the beginning of a log.
    pub fn restore(state: &[u8]) -> Kv {
        if state.is_empty() {
            return Kv::default();
        }
        postcard::from_bytes(state).expect("snapshots were written by `snapshot`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(value: u64, session: u64, number: u64) -> Vec<u8> {
        let attempt = Some(Attempt { session, number });
        let operation = Operation::Put(Key(1), value);
        postcard::to_stdvec(&Command { operation, attempt }).expect("it can be written")
    }

    #[test]
    fn a_repeated_write_is_applied_once() {
        let mut kv = Kv::default();
        kv.apply(&put(10, 1, 1));
        kv.apply(&put(20, 2, 1));
        kv.apply(&put(10, 1, 1));
        assert_eq!(kv.get(Key(1)), Datum::One(20));
        kv.apply(&put(11, 1, 2));
        assert_eq!(kv.get(Key(1)), Datum::One(11));
    }

    #[test]
    fn a_snapshot_remembers_sessions() {
        let mut kv = Kv::default();
        kv.apply(&put(10, 1, 1));
        let mut other = Kv::restore(&kv.snapshot());
        assert_eq!(other, kv);
        kv.apply(&put(20, 2, 1));
        other.apply(&put(20, 2, 1));
        other.apply(&put(10, 1, 1));
        assert_eq!(other, kv);
    }

    #[test]
    fn appends_make_a_list_of_what_was_put() {
        let mut kv = Kv::default();
        let append = |element| {
            let operation = Operation::Append(Key(1), element);
            postcard::to_stdvec(&Command { operation, attempt: None }).expect("it can be written")
        };
        kv.apply(&put(10, 1, 1));
        kv.apply(&append(11));
        kv.apply(&append(12));
        assert_eq!(kv.get(Key(1)), Datum::Many(vec![10, 11, 12]));
    }
}
