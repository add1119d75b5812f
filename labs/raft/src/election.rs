//! Elections (section 5.2), who may win them (5.4.1), and how not to disturb a leader
//! (thesis 4.2.3 and 9.6).
//!
//! A server that has not heard from a leader for a random time first asks whether it could win
//! (pre-vote), then stands. Voters grant one vote per term, first come, first served, and only
//! to a log that is at least as up to date as their own: a majority holds every committed
//! entry, so no winner lacks one.
//!
//! A voter that has heard from a leader within the shortest timeout answers no requests for
//! votes, so a server that comes back from a partition does not bring a working leader down. The
//! core sees to that before it calls the seat.
//!
//! Left out: a candidate does not repeat a lost request; it waits for its next timeout.

use std::time::Duration;

use crate::event::{Effects, Role};
use crate::log::Server;
use crate::rpc::{Body, RequestVote, Vote};
use crate::state::State;

/// The seat `election`: when to stand for election, and for which candidate to vote.
///
/// Handlers see messages of the current term only: the core answers those of past terms itself,
/// and makes the server a follower before it handles one of a later term. A server that
/// [became leader](State::become_leader) in a handler sends heartbeats after it.
pub trait Election: Sync {
    /// The time to wait for a leader before standing for election (section 5.2). Called whenever
    /// the [timer is reset](State::reset_election_timer), with the configured `range` (the upper
    /// end excluded) and a `draw` that is uniform over all numbers of 64 bits.
    fn timeout(&self, range: (Duration, Duration), draw: u64) -> Duration;

    /// Time has passed for a server that does not lead. Once `election_due` is reached, it must
    /// reset the timer (it is called again at once otherwise), forget the leader and, if it is a
    /// member, ask for pre-votes ([`Config::prevote`](crate::state::Config)) or
    /// [stand](Election::stand).
    fn on_tick(&self, state: &mut State, out: &mut Effects);

    /// Starts an election: a new term, the [role](State::take_role) of a candidate, a vote for
    /// itself that is [persisted](State::persist_vote), a [`RequestVote`] to each other member. `transfer` is copied to the requests. In a cluster of one, it wins.
    fn stand(&self, state: &mut State, transfer: bool, out: &mut Effects);

    /// A candidate of the current term asks for a vote; with `ask.pre`, for a promise to vote in
    /// the next term, which changes nothing. Returns whether it is granted; the core sends the
    /// answer. A granted vote must be persisted, and resets the election timer.
    fn on_request_vote(
        &self,
        state: &mut State,
        candidate: Server,
        ask: RequestVote,
        out: &mut Effects,
    ) -> bool;

    /// An answer to a request for a vote of the current term. It may be late, so the server may
    /// have another role by now, and it may be a duplicate. With votes of a majority, a
    /// pre-candidate [stands](Election::stand) and a candidate
    /// [becomes leader](State::become_leader).
    fn on_vote(&self, state: &mut State, from: Server, vote: Vote, out: &mut Effects);
}

/// The reference: random timeouts, pre-vote, one vote per term, for logs that are up to date.
pub struct Randomised;

impl Election for Randomised {
    fn timeout(&self, (from, to): (Duration, Duration), draw: u64) -> Duration {
        // Random, so that mostly one server stands first, and wins before the others wake.
        let range = to.saturating_sub(from).as_nanos();
        from + Duration::from_nanos(((range * u128::from(draw)) >> 64) as u64)
    }

    fn on_tick(&self, state: &mut State, out: &mut Effects) {
        if state.now < state.election_due {
            return;
        }
        // A split vote is tried again after another random time.
        state.reset_election_timer();
        state.leader = None;
        if !state.members.contains(&state.me) {
            return;
        }
        if state.config.prevote {
            // The term does not change, so a server that cannot win deposes no leader by trying.
            state.take_role(Role::PreCandidate, out);
            ask_for_votes(state, true, false, out);
            count_votes(state, out);
        } else {
            self.stand(state, false, out);
        }
    }

    fn stand(&self, state: &mut State, transfer: bool, out: &mut Effects) {
        state.current_term.0 += 1;
        state.voted_for = Some(state.me);
        state.take_role(Role::Candidate, out);
        // Requests promise nothing, so they need not wait for the disk. Answers are counted only
        // after its own vote is on it: the shell takes no messages while it writes.
        ask_for_votes(state, false, transfer, out);
        state.persist_vote(out);
        count_votes(state, out);
    }

    fn on_request_vote(
        &self,
        state: &mut State,
        candidate: Server,
        ask: RequestVote,
        out: &mut Effects,
    ) -> bool {
        // A pre-vote is about the next term, in which it has not voted yet.
        let granted = (ask.pre || has_vote_for(state, candidate)) && is_up_to_date(state, &ask);
        if granted && !ask.pre {
            vote_for(state, candidate, out);
        }
        granted
    }

    fn on_vote(&self, state: &mut State, from: Server, vote: Vote, out: &mut Effects) {
        // A late pre-vote says nothing about the election, in which its sender may vote otherwise.
        let asked = if vote.pre { Role::PreCandidate } else { Role::Candidate };
        if state.role == asked && vote.granted {
            // A set, since a duplicated message must not count twice.
            state.votes.insert(from);
            count_votes(state, out);
        }
    }
}

/// Whether it may still vote for `candidate` in this term; again for the same one, since the
/// first answer may have been dropped.
pub(crate) fn has_vote_for(state: &State, candidate: Server) -> bool {
    state.voted_for.is_none_or(|chosen| chosen == candidate)
}

/// Whether the candidate's log is at least as up to date as its own. The last term decides before
/// the length: a longer log may end in entries that no majority ever had (section 5.4.1).
pub(crate) fn is_up_to_date(state: &State, ask: &RequestVote) -> bool {
    let theirs = (ask.last_log_term, ask.last_log_index);
    theirs >= (state.log.last_term(), state.log.last_index())
}

/// Votes for `candidate`, and gives it the time to win.
pub(crate) fn vote_for(state: &mut State, candidate: Server, out: &mut Effects) {
    state.voted_for = Some(candidate);
    state.persist_vote(out);
    state.reset_election_timer();
}

fn ask_for_votes(state: &mut State, pre: bool, transfer: bool, out: &mut Effects) {
    state.votes = [state.me].into();
    let (last_log_index, last_log_term) = (state.log.last_index(), state.log.last_term());
    let ask = RequestVote { pre, transfer, last_log_index, last_log_term };
    for to in state.others() {
        state.send(to, Body::RequestVote(ask), out);
    }
}

fn count_votes(state: &mut State, out: &mut Effects) {
    // The members may have changed since it asked, and only members' votes count.
    let votes = state.votes.intersection(&state.members).count();
    match state.role {
        _ if votes < state.majority() => {}
        Role::PreCandidate => Randomised.stand(state, false, out),
        // Any two majorities share a voter, which votes once: no other candidate can win this term.
        Role::Candidate => state.become_leader(out),
        Role::Follower | Role::Leader => {}
    }
}
