//! An election that persists before it sends, and counts votes where they come in.

use std::time::Duration;

use netsplit_lab_raft::election::Election;
use netsplit_lab_raft::event::{Effects, Role};
use netsplit_lab_raft::exercises::Compared;
use netsplit_lab_raft::log::{Server, Term};
use netsplit_lab_raft::rpc::{Body, RequestVote, Vote};
use netsplit_lab_raft::seats;
use netsplit_lab_raft::state::State;
use netsplit_sim::prelude::OpenFilling;

/// The handlers.
pub struct MyElection;

impl MyElection {
    fn ask(state: &mut State, pre: bool, transfer: bool, out: &mut Effects) {
        state.votes = [state.me].into();
        let last_log_index = state.log.last_index();
        let ask =
            RequestVote { pre, transfer, last_log_index, last_log_term: state.log.last_term() };
        let mut others = state.others();
        others.reverse();
        others.into_iter().for_each(|to| state.send(to, Body::RequestVote(ask), out));
    }

    fn has_won(state: &State) -> bool {
        state.votes.iter().filter(|voter| state.members.contains(voter)).count() >= state.majority()
    }
}

impl Election for MyElection {
    fn timeout(&self, range: (Duration, Duration), draw: u64) -> Duration {
        let nanos = range.1.saturating_sub(range.0).as_nanos() as u64;
        range.0 + Duration::from_nanos(draw % nanos.max(1))
    }

    fn on_tick(&self, state: &mut State, out: &mut Effects) {
        if state.now < state.election_due {
            return;
        }
        state.reset_election_timer();
        state.leader = None;
        if !state.members.contains(&state.me) {
            return;
        }
        if !state.config.prevote {
            return self.stand(state, false, out);
        }
        state.take_role(Role::PreCandidate, out);
        MyElection::ask(state, true, false, out);
        if MyElection::has_won(state) {
            self.stand(state, false, out);
        }
    }

    fn stand(&self, state: &mut State, transfer: bool, out: &mut Effects) {
        state.current_term = Term(state.current_term.0 + 1);
        state.voted_for = Some(state.me);
        state.persist_vote(out);
        state.take_role(Role::Candidate, out);
        MyElection::ask(state, false, transfer, out);
        if MyElection::has_won(state) {
            state.become_leader(out);
        }
    }

    fn on_request_vote(
        &self,
        state: &mut State,
        candidate: Server,
        ask: RequestVote,
        out: &mut Effects,
    ) -> bool {
        let (theirs, ours) = (ask.last_log_term, state.log.last_term());
        let longer = ask.last_log_index >= state.log.last_index();
        let up_to_date = theirs > ours || theirs == ours && longer;
        if ask.pre {
            return up_to_date;
        }
        let free = state.voted_for.is_none() || state.voted_for == Some(candidate);
        if free && up_to_date {
            state.reset_election_timer();
            state.voted_for = Some(candidate);
            state.persist_vote(out);
        }
        free && up_to_date
    }

    fn on_vote(&self, state: &mut State, from: Server, vote: Vote, out: &mut Effects) {
        match (state.role, vote) {
            (Role::PreCandidate, Vote { pre: true, granted: true }) => {
                state.votes.insert(from);
                if MyElection::has_won(state) {
                    self.stand(state, false, out);
                }
            }
            (Role::Candidate, Vote { pre: false, granted: true }) => {
                state.votes.insert(from);
                if MyElection::has_won(state) {
                    state.become_leader(out);
                }
            }
            _ => {}
        }
    }
}

/// The filling.
pub fn filling() -> OpenFilling {
    seats::ELECTION.filling("my-election", "My election", &Compared::<dyn Election>(&MyElection))
}
