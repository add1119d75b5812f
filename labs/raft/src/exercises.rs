//! The exercises of this lab, and the wrapper that compares a learner's handlers with the
//! reference's.

mod handlers;
mod outcome;

use std::time::Duration;

use netsplit_scenario::{Exercises, exercise_files};
use netsplit_sim::comparison::{differ, is_comparing};

use crate::election::Election;
use crate::event::Effects;
use crate::log::Server;
use crate::rpc::{RequestVote, Vote};
use crate::seats;
use crate::state::State;
use outcome::{Outcome, name};

/// The exercises, in the order in which they are taken.
pub(crate) const EXERCISES: Exercises = Exercises {
    lab: "netsplit_lab_raft::RaftLab",
    steps: exercise_files!(
        "election" => "election.rs",
        "log-replication" => "replication.rs",
        "commitment" => "commitment.rs",
        "persistence" => "storage.rs",
        "snapshots" => "snapshot.rs",
        "linearizable-reads" => "reads.rs",
    ),
};

/// A filling that a learner wrote, with the reference beside it in a run that compares.
///
/// Both get the same state and inputs. A handler may send messages in any order, and persist a vote
/// more than once: neither counts as a difference.
pub struct Compared<T: ?Sized + 'static>(pub &'static T);

/// Calls a learner's handler, and in a run that compares the reference's on a copy of the state.
/// `call` names the call, given the state before it, and `tell` an answer.
fn compared<A: PartialEq>(
    (state, out): (&mut State, &mut Effects),
    call: impl FnOnce(&State) -> String,
    tell: impl Fn(&A) -> String,
    yours: impl FnOnce(&mut State, &mut Effects) -> A,
    reference: impl FnOnce(&mut State, &mut Effects) -> A,
) -> A {
    if !is_comparing() {
        return yours(state, out);
    }
    // Earlier handlers of the same event have had effects already.
    let (before, mut effects) = (state.clone(), out.clone());
    let answer = yours(state, out);
    let mut copy = before.clone();
    let expected = reference(&mut copy, &mut effects);
    let unlike = if answer == expected {
        let yours = Outcome::new(&before, state, out);
        yours.unlike(&Outcome::new(&before, &copy, &effects))
    } else {
        Some((tell(&answer), tell(&expected)))
    };
    if let Some((yours, reference)) = unlike {
        differ(call(&before), yours, reference);
    }
    answer
}

impl Election for Compared<dyn Election> {
    fn timeout(&self, range: (Duration, Duration), draw: u64) -> Duration {
        let timeout = self.0.timeout(range, draw);
        if is_comparing() && !(range.0..range.1).contains(&timeout) && range.0 < range.1 {
            let call = format!("the election timeout from {range:?}, the upper end excluded");
            differ(call, format!("took {timeout:?}"), "stayed within the range".into());
        }
        timeout
    }

    fn on_tick(&self, state: &mut State, out: &mut Effects) {
        compared(
            (state, out),
            |state| {
                let due = if state.now < state.election_due { "before" } else { "at" };
                format!("a tick in term {} {due} its election timeout", state.current_term.0)
            },
            |()| String::new(),
            |state, out| self.0.on_tick(state, out),
            |state, out| seats::ELECTION.fillings[0].make.on_tick(state, out),
        );
    }

    fn stand(&self, state: &mut State, transfer: bool, out: &mut Effects) {
        compared(
            (state, out),
            |state| format!("standing for election after term {}", state.current_term.0),
            |()| String::new(),
            |state, out| self.0.stand(state, transfer, out),
            |state, out| seats::ELECTION.fillings[0].make.stand(state, transfer, out),
        );
    }

    fn on_request_vote(
        &self,
        state: &mut State,
        candidate: Server,
        ask: RequestVote,
        out: &mut Effects,
    ) -> bool {
        compared(
            (state, out),
            |state| asked(state, candidate, &ask),
            |granted| if *granted { "granted it" } else { "refused it" }.into(),
            |state, out| self.0.on_request_vote(state, candidate, ask, out),
            |state, out| {
                seats::ELECTION.fillings[0].make.on_request_vote(state, candidate, ask, out)
            },
        )
    }

    fn on_vote(&self, state: &mut State, from: Server, vote: Vote, out: &mut Effects) {
        compared(
            (state, out),
            |state| {
                let answer = if vote.granted { "a granted" } else { "a refused" };
                let kind = if vote.pre { "pre-vote" } else { "vote" };
                let (from, term, votes) = (name(from), state.current_term.0, state.votes.len());
                let role = state.role;
                format!("{answer} {kind} by {from} in term {term}, as {role:?} with {votes} votes")
            },
            |()| String::new(),
            |state, out| self.0.on_vote(state, from, vote, out),
            |state, out| seats::ELECTION.fillings[0].make.on_vote(state, from, vote, out),
        );
    }
}

/// A request for a vote, as a difference names it.
fn asked(state: &State, candidate: Server, ask: &RequestVote) -> String {
    let kind = if ask.pre { "pre-vote" } else { "vote" };
    let voted = match state.voted_for {
        None => "it has not voted in this term".to_owned(),
        Some(chosen) => format!("it has voted for {}", name(chosen)),
    };
    format!(
        "a request for a {kind} in term {} by {}, whose log ends at entry {} of term {} ({voted}; \
         its own log ends at entry {} of term {})",
        state.current_term.0,
        name(candidate),
        ask.last_log_index.0,
        ask.last_log_term.0,
        state.log.last_index().0,
        state.log.last_term().0,
    )
}
