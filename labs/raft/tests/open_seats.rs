//! Seats are open: every part of Raft, written in another crate from public items.
//!
//! These are as plain as they can be, and slower than the reference: one entry per message, no
//! hints, no leases.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use netsplit_check::Verdict;
use netsplit_harness::testing::load;
use netsplit_lab_raft::commitment::Commitment;
use netsplit_lab_raft::election::{Election, Randomised};
use netsplit_lab_raft::event::{Effect, Effects, Event, Record, Role, Saved, Ticket};
use netsplit_lab_raft::log::{Entry, Index, Members, Payload, Server, Snapshot, Term};
use netsplit_lab_raft::raft::{Core, Raft};
use netsplit_lab_raft::reads::Reads;
use netsplit_lab_raft::replication::Replication;
use netsplit_lab_raft::rpc::{AppendEntries, Appended, Body, Matched, RequestVote, Vote};
use netsplit_lab_raft::snapshot::Snapshots;
use netsplit_lab_raft::state::{Config, State, WaitingRead};
use netsplit_lab_raft::storage::{DiskStep, Persistence, encode};
use netsplit_lab_raft::{RaftLab, seats};
use netsplit_sim::Lab;

struct Mine;

impl Election for Mine {
    fn timeout(&self, range: (Duration, Duration), draw: u64) -> Duration {
        let nanos = range.1.saturating_sub(range.0).as_nanos() as u64;
        range.0 + Duration::from_nanos(draw % nanos.max(1))
    }

    fn on_tick(&self, state: &mut State, out: &mut Effects) {
        if state.now >= state.election_due {
            state.reset_election_timer();
            state.leader = None;
            if state.members.contains(&state.me) {
                self.stand(state, false, out);
            }
        }
    }

    fn stand(&self, state: &mut State, transfer: bool, out: &mut Effects) {
        state.current_term = Term(state.current_term.0 + 1);
        state.voted_for = Some(state.me);
        state.votes = [state.me].into();
        state.take_role(Role::Candidate, out);
        state.persist_vote(out);
        let (last_log_index, last_log_term) = (state.log.last_index(), state.log.last_term());
        let ask = RequestVote { pre: false, transfer, last_log_index, last_log_term };
        for to in state.others() {
            state.send(to, Body::RequestVote(ask), out);
        }
    }

    fn on_request_vote(
        &self,
        state: &mut State,
        candidate: Server,
        ask: RequestVote,
        out: &mut Effects,
    ) -> bool {
        let free = state.voted_for.is_none() || state.voted_for == Some(candidate);
        let (theirs, ours) = (ask.last_log_term, state.log.last_term());
        let longer = ask.last_log_index >= state.log.last_index();
        let granted = free && (theirs > ours || theirs == ours && longer);
        if granted {
            state.voted_for = Some(candidate);
            state.persist_vote(out);
            state.reset_election_timer();
        }
        granted
    }

    fn on_vote(&self, state: &mut State, from: Server, vote: Vote, out: &mut Effects) {
        if vote.granted && state.role == Role::Candidate {
            state.votes.insert(from);
            if state.votes.len() >= state.majority() {
                state.become_leader(out);
            }
        }
    }
}

impl Mine {
    fn send(state: &State, to: Server, count: usize, out: &mut Effects) {
        let start = state.log.snapshot.index;
        let prev = state.lead.progress[&to].next_index.previous();
        let body = if count > 0 && prev < start {
            Body::InstallSnapshot { snapshot: state.log.snapshot.clone(), sent_at: state.now }
        } else {
            let prev_log_index = prev.max(start);
            Body::AppendEntries(AppendEntries {
                prev_log_index,
                prev_log_term: state.log.term_at(prev_log_index).expect("it is in the log"),
                entries: state.log.from(prev_log_index.next(), count),
                leader_commit: state.commit_index,
                sent_at: state.now,
            })
        };
        state.send(to, body, out);
    }
}

impl Replication for Mine {
    fn on_elected(&self, state: &mut State, out: &mut Effects) {
        self.propose(state, Payload::Noop, out);
    }

    fn heartbeat(&self, state: &mut State, out: &mut Effects) {
        // What was dropped is sent again with the next heartbeat.
        for to in state.followers() {
            Mine::send(state, to, 1, out);
        }
    }

    fn propose(&self, state: &mut State, payload: Payload, out: &mut Effects) {
        let entry = Entry { term: state.current_term, payload };
        let last = state.log.last_index();
        state.write(last, vec![entry], out);
        for to in state.followers() {
            if state.lead.progress[&to].next_index == state.log.last_index() {
                Mine::send(state, to, 1, out);
            }
        }
    }

    fn on_append_entries(
        &self,
        state: &mut State,
        append: AppendEntries,
        out: &mut Effects,
    ) -> Matched {
        let mut at = append.prev_log_index;
        if !state.log.has(at, append.prev_log_term) {
            return Err((at.previous(), append.prev_log_term));
        }
        for entry in append.entries {
            if !state.log.has(at.next(), entry.term) {
                state.write(at, vec![entry], out);
            }
            at = at.next();
        }
        Ok(at)
    }

    fn on_appended(&self, state: &mut State, from: Server, answer: Appended, out: &mut Effects) {
        let progress = state.lead.progress.get_mut(&from).expect("it is tracked");
        match answer.matched {
            Ok(index) if index <= progress.match_index => return,
            Ok(index) => {
                progress.match_index = index;
                progress.next_index = index.next();
            }
            Err((index, _)) => progress.next_index = index.next(),
        }
        if progress.next_index <= state.log.last_index() {
            Mine::send(state, from, 1, out);
        }
    }
}

impl Commitment for Mine {
    fn on_progress(&self, state: &mut State, out: &mut Effects) {
        let mut index = state.log.last_index();
        while index > state.commit_index && state.log.term_at(index) == Some(state.current_term) {
            let has_it = |member: &&Server| state.progress_of(**member).match_index >= index;
            if state.members.iter().filter(has_it).count() >= state.majority() {
                return self.on_leader_commit(state, index, index, out);
            }
            index = index.previous();
        }
    }

    fn on_leader_commit(
        &self,
        state: &mut State,
        leader_commit: Index,
        matched: Index,
        out: &mut Effects,
    ) {
        while state.commit_index < leader_commit.min(matched) {
            state.commit_index = state.commit_index.next();
            let entry = state.log.get(state.commit_index).expect("it is in the log").clone();
            out.push(Effect::Apply(state.commit_index, entry));
        }
    }
}

impl Snapshots for Mine {
    fn is_due(&self, state: &State) -> bool {
        state.commit_index.0 > state.log.snapshot.index.0 + 100
    }

    fn on_compact(&self, state: &mut State, machine: Rc<[u8]>, out: &mut Effects) {
        let index = state.commit_index;
        let term = state.log.term_at(index).expect("it is in the log");
        let members = state.log.members_at(index).clone();
        let snapshot = Snapshot { index, term, members, state: machine };
        state.log.compact(snapshot.clone());
        out.push(Effect::Persist(Record::Snapshot(snapshot)));
    }

    fn on_install(&self, state: &mut State, snapshot: Snapshot, out: &mut Effects) {
        if snapshot.index > state.commit_index {
            state.log.compact(snapshot.clone());
            state.members = state.log.members_at(state.log.last_index()).clone();
            state.commit_index = snapshot.index;
            out.push(Effect::Persist(Record::Snapshot(snapshot.clone())));
            out.push(Effect::Restore(snapshot));
        }
    }
}

impl Reads for Mine {
    fn through_log(&self) -> bool {
        false
    }

    fn quiet_after_restart(&self) -> bool {
        false
    }

    fn on_read(&self, state: &mut State, ticket: Ticket) -> bool {
        state.lead.reads.push(WaitingRead { ticket, confirm_from: Some(state.now) });
        true
    }

    fn on_progress(&self, state: &mut State, out: &mut Effects) {
        let confirmed_at = state.confirmed_at();
        while state.commit_index >= state.lead.term_start
            && state.lead.reads.first().is_some_and(|read| read.confirm_from <= confirmed_at)
        {
            out.push(Effect::Serve(state.lead.reads.remove(0).ticket));
        }
    }
}

impl Persistence for Mine {
    fn save(&self, _: &[Record], state: &State) -> Vec<DiskStep> {
        // Everything, every time.
        vec![DiskStep::Replace(encode(&state.records())), DiskStep::Sync]
    }

    fn recover(&self, journal: &[u8], initial: Snapshot) -> io::Result<Saved> {
        seats::PERSISTENCE.fillings[0].make.recover(journal, initial)
    }
}

/// A core that leaves all to the reference, but takes no transfers.
struct Stubborn(Raft);

impl Core for Stubborn {
    fn step(&mut self, now: Duration, event: Event) -> Effects {
        if matches!(event, Event::Transfer(_)) { Effects::new() } else { self.0.step(now, event) }
    }

    fn due(&self) -> Duration {
        self.0.due()
    }

    fn state(&self) -> &State {
        self.0.state()
    }
}

/// The lab with a filling of each seat that was written here.
fn opened() -> &'static dyn Lab {
    RaftLab
        .with(seats::ELECTION.filling("my-election", "No pre-vote", &Mine))
        .with(seats::REPLICATION.filling("my-replication", "An entry per message", &Mine))
        .with(seats::COMMITMENT.filling("my-commitment", "Looks at each entry", &Mine))
        .with(seats::SNAPSHOTS.filling("my-snapshots", "Often", &Mine))
        .with(seats::READS.filling("my-reads", "One after another", &Mine))
        .with(seats::PERSISTENCE.filling("my-persistence", "The whole state", &Mine))
        .with(seats::CORE.filling("my-core", "Stays the leader", |state, seats, seed| {
            Box::new(Stubborn(Raft::new(state, seats, seed)))
        }))
}

#[test]
fn fillings_from_another_crate_pass_the_scenarios_of_their_seats() {
    let all = "my-election,my-replication,my-commitment,my-snapshots,my-reads,my-persistence";
    for (name, variant) in [
        ("leader-crash", "my-election"),
        ("reboots", "my-election"),
        ("minority-partition", "my-replication"),
        ("figure-8", "my-commitment"),
        ("snapshots", "my-snapshots"),
        ("leader-isolated", "my-reads"),
        ("power-loss", "my-persistence"),
        ("calm", "my-core"),
        ("majority-partition", all),
        ("power-loss", all),
    ] {
        let set = format!("variant={variant}");
        let (_, findings) = load(opened(), name, &[&set]).run(1).expect("it can be built");
        assert_eq!(findings.verdict, Verdict::Pass, "{name} --variant {variant}: {findings:#?}");
    }
}

#[test]
fn a_core_may_ignore_what_the_reference_does() {
    let (_, findings) = load(opened(), "transfer", &["variant=my-core"]).run(1).expect("it builds");
    assert_eq!(findings.verdict, Verdict::Fail);
}

/// The same inputs, and the first answer that differs.
#[test]
fn a_handler_can_be_compared_with_the_reference() {
    let config = Config {
        election_timeout: (Duration::from_millis(150), Duration::from_millis(300)),
        heartbeat: Duration::from_millis(50),
        batch: 64,
        prevote: true,
        check_quorum: true,
        fast_backtracking: true,
        transfer: true,
        snapshot_every: None,
        drift_bound: 0.1,
    };
    let members: Members = (0..3).map(Server).collect();
    let saved = Saved::new(Snapshot { members, ..Snapshot::default() });
    let voter = State::new(Server(0), config.into(), saved, Duration::ZERO);
    let ask = RequestVote {
        pre: false,
        transfer: false,
        last_log_index: Index(0),
        last_log_term: Term(0),
    };
    let votes = |election: &dyn Election| {
        let (mut voter, mut out) = (voter.clone(), Effects::new());
        let granted =
            [1, 2, 1].map(|from| election.on_request_vote(&mut voter, Server(from), ask, &mut out));
        (granted, voter, out)
    };
    let (granted, voter, out) = votes(&Randomised);
    assert_eq!(granted, [true, false, true]);
    assert_eq!(voter.voted_for, Some(Server(1)));
    let vote = Effect::Persist(Record::Vote(Term(0), Some(Server(1))));
    assert_eq!(out, [vote.clone(), vote]);
    assert_eq!(votes(&Mine), (granted, voter, out));
    let wrong = seats::ELECTION.fillings.iter().find(|filling| filling.name == "vote-twice");
    assert_eq!(votes(wrong.expect("it is shipped").make).0, [true, true, true]);
}
