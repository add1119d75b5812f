//! The exercises of this lab, and the wrapper that compares a learner's handlers with the
//! reference's.

use std::collections::{BTreeMap, BTreeSet};

use netsplit_scenario::{Exercises, exercise_files};
use netsplit_sim::comparison::{compare, differ, is_comparing};

use crate::clock::HybridClock;
use crate::hints::{Handoff, Hint, Hints, UntilStored};
use crate::quorum::{Quorum, Sizes, StandIn, Strict, Tally};
use crate::read_repair::{MergedAnswer, Reading, Repair, WriteBack};
use crate::ring::Replica;
use crate::siblings::{Siblings, Versioned};
use crate::versions::{ByVector, NewWrite, Version, Versions};

/// The exercises, in the order in which they are taken.
pub(crate) const EXERCISES: Exercises = Exercises {
    lab: "netsplit_lab_quorum_kv::QuorumKv",
    steps: exercise_files!(
        "quorum-counting" => "quorum.rs",
        "versions" => "versions.rs",
        "read-repair" => "read_repair.rs",
        "hinted-handoff" => "hints.rs",
    ),
};

/// A filling that a learner wrote, with the reference beside it in a run that compares.
///
/// Both get the same state and inputs. The order of nodes and of hints is no difference.
pub struct Compared<T: ?Sized + 'static>(pub &'static T);

impl Quorum for Compared<dyn Quorum> {
    fn begin(&self, configured: usize, others: &[Replica]) -> Tally {
        let tally = self.0.begin(configured, others);
        if is_comparing() {
            let call = || format!("the begin of a request that needs {configured} answers");
            let expected = Strict.begin(configured, others);
            compare(&tally, &expected, call, |tally| format!("began with {tally:?}"));
        }
        tally
    }

    fn on_answer(&self, tally: &mut Tally, from: Replica) -> bool {
        let before = is_comparing().then(|| tally.clone());
        let complete = self.0.on_answer(tally, from);
        if let Some(before) = before {
            let mut expected = before.clone();
            let answer = (Strict.on_answer(&mut expected, from), &expected);
            let call = || format!("an answer of {} with {before:?}", node(from));
            compare(&(complete, &*tally), &answer, call, |(complete, tally)| {
                let complete = if *complete { "complete" } else { "not yet complete" };
                format!("called it {complete}, with {tally:?}")
            });
        }
        complete
    }

    fn on_silence(&self, tally: &mut Tally, silent: &[Replica]) -> Vec<StandIn> {
        let stand_ins = self.0.on_silence(tally, silent);
        if is_comparing() {
            let call = || format!("the silence of {silent:?}");
            let expected = Strict.on_silence(&mut tally.clone(), silent);
            compare(&stand_ins, &expected, call, |pairs| format!("asked {pairs:?}"));
        }
        stand_ins
    }

    fn must_hold(&self, sizes: Sizes) -> usize {
        let holders = self.0.must_hold(sizes);
        if is_comparing() {
            let Sizes { n, r, w } = sizes;
            let call = || format!("the holders of an answer, with N = {n}, R = {r} and W = {w}");
            compare(&holders, &Strict.must_hold(sizes), call, |count| format!("said {count}"));
        }
        holders
    }
}

impl Versions for Compared<dyn Versions> {
    fn asks_first(&self) -> bool {
        let asks = self.0.asks_first();
        let call = || "whether a write reads first".to_owned();
        compare(&asks, &ByVector.asks_first(), call, |asks| format!("answered {asks}"));
        asks
    }

    fn version(&self, write: &NewWrite, clock: &mut HybridClock) -> Version {
        let mut same_clock = *clock;
        let version = self.0.version(write, clock);
        if is_comparing() {
            let (writer, seen) = (write.writer, &write.seen);
            let call = || {
                let (session, count) = (writer.actor.0, writer.count);
                format!("write {count} of session {session}, which had seen {}", told(seen))
            };
            let expected = ByVector.version(write, &mut same_clock);
            compare(&version, &expected, call, |version| format!("made it {version:?}"));
        }
        version
    }

    fn merge(&self, ours: &Siblings, theirs: &Siblings) -> Siblings {
        let merged = self.0.merge(ours, theirs);
        if is_comparing() {
            let call = || format!("the merge of {} with {}", told(ours), told(theirs));
            let tell = |merged: &Siblings| format!("kept {}", told(merged));
            compare(&merged, &ByVector.merge(ours, theirs), call, tell);
        }
        merged
    }

    fn covers(&self, ours: &Siblings, theirs: &Siblings) -> bool {
        let covers = self.0.covers(ours, theirs);
        if is_comparing() {
            let call = || format!("whether {} lacks nothing of {}", told(ours), told(theirs));
            let tell = |covers: &bool| format!("answered {covers}");
            compare(&covers, &ByVector.covers(ours, theirs), call, tell);
        }
        covers
    }
}

impl Repair for Compared<dyn Repair> {
    fn before_answer(&self, versions: &dyn Versions, reading: &Reading) -> WriteBack {
        let back = self.0.before_answer(versions, reading);
        if is_comparing() {
            let sets = |back: &WriteBack| (set(&back.to), back.confirmations);
            let expected = sets(&MergedAnswer.before_answer(versions, reading));
            let call = || format!("before the answer to a read: {}", read(reading));
            compare(&sets(&back), &expected, call, |(to, confirmations)| {
                format!("sent it to {to:?} and waited for {confirmations} of them")
            });
        }
        back
    }

    fn after_answer(&self, versions: &dyn Versions, reading: &Reading) -> Vec<Replica> {
        let behind = self.0.after_answer(versions, reading);
        if is_comparing() {
            let expected = set(&MergedAnswer.after_answer(versions, reading));
            let call = || format!("after the answer to a read: {}", read(reading));
            compare(&set(&behind), &expected, call, |nodes| format!("repaired {nodes:?}"));
        }
        behind
    }
}

impl Handoff for Compared<dyn Handoff> {
    fn keep(&self, versions: &dyn Versions, hints: &mut Hints, hint: &Hint) {
        let before = is_comparing().then(|| hints.clone());
        self.0.keep(versions, hints, hint);
        if let Some(mut expected) = before {
            UntilStored.keep(versions, &mut expected, hint);
            let call = || format!("the arrival of {}", hinted(hint));
            compare(&of(hints, hint), &of(&expected, hint), call, |kept| format!("kept {kept}"));
        }
    }

    fn next_batch(&self, hints: &Hints, owner: Replica, limit: usize) -> Vec<Hint> {
        let batch = self.0.next_batch(hints, owner, limit);
        if is_comparing() {
            let kept = hints.kept.get(&owner);
            let is_kept =
                |hint: &Hint| kept.and_then(|kept| kept.get(&hint.key)) == Some(&hint.write);
            let sent = batch.iter().filter(|hint| hint.owner == owner && is_kept(hint)).count();
            let expected = UntilStored.next_batch(hints, owner, limit).len();
            if (sent, batch.len()) != (expected, expected) {
                let owned = kept.map_or(0, BTreeMap::len);
                let owner = node(owner);
                let call = format!("the next {limit} of {owned} hints for {owner}");
                let yours = format!("sent {}, {sent} of them as they are kept", batch.len());
                differ(call, yours, format!("sent {expected}"));
            }
        }
        batch
    }

    fn on_stored(&self, versions: &dyn Versions, hints: &mut Hints, sent: &Hint) {
        let before = is_comparing().then(|| hints.clone());
        self.0.on_stored(versions, hints, sent);
        if let Some(before) = before {
            let mut expected = before.clone();
            UntilStored.on_stored(versions, &mut expected, sent);
            let call =
                || format!("{} was stored, while {} was kept", hinted(sent), of(&before, sent));
            let left = |hints: &Hints| (of(hints, sent), hints.kept.contains_key(&sent.owner));
            compare(&left(hints), &left(&expected), call, |(kept, owner)| {
                let owner = if *owner { "the owner among" } else { "the owner not among" };
                format!("kept {kept}, and {owner} those to ask")
            });
        }
    }
}

/// A node's name.
fn node(node: Replica) -> String {
    format!("n{}", node.0 + 1)
}

fn set(nodes: &[Replica]) -> BTreeSet<String> {
    nodes.iter().copied().map(node).collect()
}

/// Writes in words, each by the vector of its version.
fn told(siblings: &Siblings) -> String {
    let write = |write: &Versioned| {
        let counts = write.version.vector.0.iter();
        let counts: Vec<_> =
            counts.map(|(actor, count)| format!("session {}: {count}", actor.0)).collect();
        format!("[{}]", counts.join(", "))
    };
    let writes: Vec<_> = siblings.iter().map(write).collect();
    if writes.is_empty() { "nothing".into() } else { writes.join(" and ") }
}

fn read(reading: &Reading) -> String {
    let answers: Vec<_> = reading
        .answers
        .iter()
        .map(|(from, known)| format!("{} knows {}", node(*from), told(known)))
        .collect();
    let (holders, must_hold) = (set(&reading.holders), reading.must_hold);
    format!("{}; {must_hold} of {holders:?} must hold it", answers.join(", "))
}

fn hinted(hint: &Hint) -> String {
    format!("a hint of {} for {}, {}", hint.key, node(hint.owner), told(&hint.write))
}

/// What is kept for the owner and the key of a hint.
fn of(hints: &Hints, hint: &Hint) -> String {
    let kept = hints.kept.get(&hint.owner).and_then(|kept| kept.get(&hint.key));
    kept.map_or_else(|| "nothing".into(), told)
}
