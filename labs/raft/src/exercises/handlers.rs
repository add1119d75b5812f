//! Comparison of the handlers other than the election's.

use std::io;
use std::rc::Rc;

use netsplit_sim::comparison::{compare, is_comparing};

use super::outcome::name;
use super::{Compared, compared};
use crate::commitment::{Commitment, OwnTerm};
use crate::event::{Effects, Record, Saved, Ticket};
use crate::log::{Index, Payload, Server, Snapshot};
use crate::reads::{ReadIndex, Reads};
use crate::replication::{Replication, Strict};
use crate::rpc::{AppendEntries, Appended, Matched};
use crate::snapshot::{Snapshots, WholeState};
use crate::state::State;
use crate::storage::{DiskStep, Durable, Persistence};

/// Messages with entries may be cut and repeated in any way, so only the answer of a follower counts,
/// the log, and what a leader knows of a follower.
impl Replication for Compared<dyn Replication> {
    fn on_elected(&self, state: &mut State, out: &mut Effects) {
        self.0.on_elected(state, out);
    }

    fn heartbeat(&self, state: &mut State, out: &mut Effects) {
        self.0.heartbeat(state, out);
    }

    fn propose(&self, state: &mut State, payload: Payload, out: &mut Effects) {
        let before = state.log.last_index();
        self.0.propose(state, payload, out);
        if is_comparing() {
            let call = || format!("a proposal to a leader whose log ends at entry {}", before.0);
            let (last, term) = (state.log.last_index(), state.log.last_term());
            let expected = (before.next(), state.current_term);
            compare(&(last, term), &expected, call, |(last, term)| {
                format!("had a log up to entry {} of term {}", last.0, term.0)
            });
        }
    }

    fn on_append_entries(
        &self,
        state: &mut State,
        append: AppendEntries,
        out: &mut Effects,
    ) -> Matched {
        let (yours, reference) = (append.clone(), append.clone());
        compared(
            (state, out),
            |state| {
                format!(
                    "{} entries after entry {} of term {}, in term {}, at a log up to entry {}",
                    append.entries.len(),
                    append.prev_log_index.0,
                    append.prev_log_term.0,
                    state.current_term.0,
                    state.log.last_index().0,
                )
            },
            |matched: &Matched| match matched {
                Ok(index) => format!("accepted them: the leader's up to entry {}", index.0),
                Err((index, term)) => {
                    format!("refused them: perhaps up to entry {} of term {}", index.0, term.0)
                }
            },
            |state, out| self.0.on_append_entries(state, yours, out),
            |state, out| Strict.on_append_entries(state, reference, out),
        )
    }

    fn on_appended(&self, state: &mut State, from: Server, answer: Appended, out: &mut Effects) {
        let before = is_comparing().then(|| state.clone());
        self.0.on_appended(state, from, answer, out);
        if let Some(before) = before {
            let mut copy = before.clone();
            Strict.on_appended(&mut copy, from, answer, &mut Effects::new());
            let known =
                |state: &State| state.lead.progress.get(&from).map(|known| known.match_index);
            let call = || format!("the answer {:?} of {}", answer.matched, name(from));
            compare(&known(state), &known(&copy), call, |known| {
                let known = known.map_or(0, |index| index.0);
                format!("knew that it has the entries up to {known}")
            });
        }
    }
}

impl Commitment for Compared<dyn Commitment> {
    fn on_progress(&self, state: &mut State, out: &mut Effects) {
        compared(
            (state, out),
            |state| {
                let members = state.members.iter();
                let marks: Vec<_> = members
                    .map(|member| (name(*member), state.progress_of(*member).match_index.0))
                    .collect();
                format!("progress in term {}, the members' logs {marks:?}", state.current_term.0)
            },
            |()| String::new(),
            |state, out| self.0.on_progress(state, out),
            |state, out| OwnTerm.on_progress(state, out),
        );
    }

    fn on_leader_commit(
        &self,
        state: &mut State,
        leader_commit: Index,
        matched: Index,
        out: &mut Effects,
    ) {
        compared(
            (state, out),
            |_| {
                let (commit, matched) = (leader_commit.0, matched.0);
                format!(
                    "a leader that committed up to entry {commit}, at a log like it up to {matched}"
                )
            },
            |()| String::new(),
            |state, out| self.0.on_leader_commit(state, leader_commit, matched, out),
            |state, out| OwnTerm.on_leader_commit(state, leader_commit, matched, out),
        );
    }
}

impl Snapshots for Compared<dyn Snapshots> {
    fn is_due(&self, state: &State) -> bool {
        let due = self.0.is_due(state);
        if is_comparing() {
            let entries = state.log.entries().len();
            let call = || format!("whether a log of {entries} entries is to be compacted");
            compare(&due, &WholeState.is_due(state), call, |due| format!("answered {due}"));
        }
        due
    }

    fn on_compact(&self, state: &mut State, machine: Rc<[u8]>, out: &mut Effects) {
        let copy = machine.clone();
        compared(
            (state, out),
            |state| format!("compaction up to entry {}", state.commit_index.0),
            |()| String::new(),
            |state, out| self.0.on_compact(state, machine, out),
            |state, out| WholeState.on_compact(state, copy, out),
        );
    }

    fn on_install(&self, state: &mut State, snapshot: Snapshot, out: &mut Effects) {
        let (copy, end) = (snapshot.clone(), snapshot.index.0);
        compared(
            (state, out),
            |state| {
                let committed = state.commit_index.0;
                format!("a snapshot up to entry {end}, with entries up to {committed} committed")
            },
            |()| String::new(),
            |state, out| self.0.on_install(state, snapshot, out),
            |state, out| WholeState.on_install(state, copy, out),
        );
    }
}

impl Persistence for Compared<dyn Persistence> {
    fn save(&self, records: &[Record], state: &State) -> Vec<DiskStep> {
        let steps = self.0.save(records, state);
        if is_comparing() {
            let call = || format!("saving {} records", records.len());
            let durable = |steps: &[DiskStep]| steps.last() == Some(&DiskStep::Sync);
            let expected = durable(&Durable.save(records, state));
            compare(&durable(&steps), &expected, call, |durable| {
                if *durable {
                    "waited for the disk at the end"
                } else {
                    "did not wait for the disk"
                }
                .into()
            });
        }
        steps
    }

    fn recover(&self, journal: &[u8], initial: Snapshot) -> io::Result<Saved> {
        let before = is_comparing().then(|| initial.clone());
        let saved = self.0.recover(journal, initial);
        if let Some(initial) = before {
            let call = || format!("the recovery from a journal of {} bytes", journal.len());
            let expected = Durable.recover(journal, initial);
            compare(&saved.as_ref().ok(), &expected.as_ref().ok(), call, |saved| match saved {
                None => "did not start".into(),
                Some(saved) => format!(
                    "knew term {}, the vote {:?}, and a log up to entry {}",
                    saved.current_term.0,
                    saved.voted_for.map(name),
                    saved.log.last_index().0
                ),
            });
        }
        saved
    }
}

impl Reads for Compared<dyn Reads> {
    fn through_log(&self) -> bool {
        self.0.through_log()
    }

    fn quiet_after_restart(&self) -> bool {
        self.0.quiet_after_restart()
    }

    fn on_read(&self, state: &mut State, ticket: Ticket) -> bool {
        let mut copy = is_comparing().then(|| state.clone());
        let heartbeats = self.0.on_read(state, ticket);
        if let Some(copy) = &mut copy {
            let expected = (ReadIndex.on_read(copy, ticket), copy.lead.reads.len());
            let call = || format!("a read at {:?} on the leader's clock", state.now);
            compare(
                &(heartbeats, state.lead.reads.len()),
                &expected,
                call,
                |(heartbeats, waiting)| {
                    let asked = if *heartbeats { "asked for heartbeats" } else { "asked for none" };
                    format!("{asked}, with {waiting} reads waiting")
                },
            );
        }
        heartbeats
    }

    fn on_progress(&self, state: &mut State, out: &mut Effects) {
        compared(
            (state, out),
            |state| {
                let reads = state.lead.reads.len();
                let confirmed = state.confirmed_at();
                format!(
                    "{reads} reads that wait, at a leader that is confirmed as of {confirmed:?}"
                )
            },
            |()| String::new(),
            |state, out| self.0.on_progress(state, out),
            |state, out| ReadIndex.on_progress(state, out),
        );
    }
}
