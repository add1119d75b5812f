//! Election (section 5.2), who may win it (5.4.1), and the pre-vote (thesis, 9.6).

use std::time::Duration;

use netsplit_lab_raft::election::Election;
use netsplit_lab_raft::event::{Effects, Role};
use netsplit_lab_raft::exercises::Compared;
use netsplit_lab_raft::log::Server;
use netsplit_lab_raft::rpc::{Body, RequestVote, Vote};
use netsplit_lab_raft::seats;
use netsplit_lab_raft::state::State;
use netsplit_sim::prelude::OpenFilling;

/// The handlers keep nothing themselves: all that a server knows is in its `State`.
pub struct MyElection;

/// The core has already applied the rule of terms: a handler sees only messages of
/// `state.current_term`, and a server that learns of a later term is a follower in it by now.
impl Election for MyElection {
    /// The time to wait for a leader before standing for election.
    ///
    /// - It is in `range`, the upper end excluded.
    /// - Equal `draw`s give equal times; a `draw` is uniform over all numbers of 64 bits.
    fn timeout(&self, range: (Duration, Duration), draw: u64) -> Duration {
        todo!("a random time in the range")
    }

    /// Time has passed for a server that does not lead. Before `state.election_due` nothing
    /// happens. From then on:
    ///
    /// - The timer is reset (`state.reset_election_timer()`) and the leader forgotten.
    /// - A server that is not in `state.members` does nothing more.
    /// - With `state.config.prevote` it takes the role of a pre-candidate, with its own vote in
    ///   `state.votes`, and asks all others whether it would win; without, it stands.
    fn on_tick(&self, state: &mut State, out: &mut Effects) {
        todo!("notice that the leader is silent")
    }

    /// Stands for election.
    ///
    /// - A new term, the role of a candidate (`state.take_role`), and its own vote, which counts in
    ///   `state.votes` and is persisted (`state.persist_vote`).
    /// - A `Body::RequestVote` to each of `state.others()`, with `pre: false`, this `transfer`, and
    ///   where its log ends (`state.log.last_index()`, `last_term()`): `state.send(to, body, out)`.
    /// - Alone in its cluster it has won.
    fn stand(&self, state: &mut State, transfer: bool, out: &mut Effects) {
        todo!("begin a term, vote for yourself, ask the others")
    }

    /// A candidate asks for this server's vote; with `ask.pre`, whether it would get it in the next
    /// term. Returns whether it is granted; the core sends the answer.
    ///
    /// - One vote per term. The same candidate may ask again: its answer may have been lost.
    /// - Only for a log that is at least as up to date as this server's.
    /// - A granted vote is persisted, and gives the candidate time: it resets the timer.
    /// - The answer to a pre-vote changes nothing, and does not depend on this term's vote.
    fn on_request_vote(
        &self,
        state: &mut State,
        candidate: Server,
        ask: RequestVote,
        out: &mut Effects,
    ) -> bool {
        todo!("grant the vote or refuse it")
    }

    /// An answer to a request for a vote in this term, or to one for a pre-vote.
    ///
    /// - It may come twice, or when this server has another role: then it does not count.
    /// - With the votes of a majority (`state.majority()`) a pre-candidate stands, and a candidate
    ///   becomes the leader (`state.become_leader(out)`).
    fn on_vote(&self, state: &mut State, from: Server, vote: Vote, out: &mut Effects) {
        todo!("count the vote")
    }
}

/// The filling `my-election`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::ELECTION.filling("my-election", "My election", &Compared::<dyn Election>(&MyElection))
}
