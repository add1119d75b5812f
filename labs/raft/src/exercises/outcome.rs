//! The outcome of a handler, as far as later calls and other servers can tell it.

use std::collections::BTreeSet;

use crate::event::{Effect, Effects, Record, Role};
use crate::log::{Log, Server};
use crate::state::State;

/// The outcome of a handler.
pub(super) struct Outcome {
    /// Facts about the state: in words, each complete with "It".
    facts: Vec<String>,
    /// Messages and other effects, in words; their order and repetitions do not count.
    effects: BTreeSet<String>,
}

impl Outcome {
    /// The outcome of a handler that was called in the state `before`.
    pub fn new(before: &State, after: &State, effects: &Effects) -> Outcome {
        let stands = matches!(after.role, Role::PreCandidate | Role::Candidate);
        let votes = stands.then(|| after.votes.iter().copied().map(name).collect::<Vec<_>>());
        let reset = after.timer_resets > before.timer_resets;
        let facts = vec![
            format!("became or stayed {:?} in term {}", after.role, after.current_term.0),
            match after.voted_for {
                Some(server) => format!("has its vote with {}", name(server)),
                None => "has given no vote".into(),
            },
            match after.leader {
                Some(leader) => format!("takes {} for the leader", name(leader)),
                None => "knows no leader".into(),
            },
            votes.map_or_else(String::new, |votes| format!("counts the votes of {votes:?}")),
            if reset { "reset the election timer" } else { "left the election timer alone" }.into(),
            format!("had {} at the end", told(&after.log)),
            format!("had committed up to entry {}", after.commit_index.0),
        ];
        Outcome { facts, effects: kept(effects) }
    }

    /// The first fact that is not the same, in both versions.
    pub fn unlike(&self, reference: &Outcome) -> Option<(String, String)> {
        let mut facts = self.facts.iter().zip(&reference.facts);
        if let Some((yours, theirs)) = facts.find(|(yours, theirs)| yours != theirs) {
            return Some((yours.clone(), theirs.clone()));
        }
        if let Some(more) = self.effects.difference(&reference.effects).next() {
            return Some((more.clone(), "did not".into()));
        }
        let missing = reference.effects.difference(&self.effects).next()?;
        Some(("did not do what the reference did".into(), missing.clone()))
    }
}

/// The effects that count. Of votes within one handler the last holds; entries may be persisted in
/// any number of records, up to the end of the last.
fn kept(effects: &Effects) -> BTreeSet<String> {
    let is_vote = |effect: &&Effect| matches!(effect, Effect::Persist(Record::Vote(..)));
    let are_entries = |effect: &&Effect| matches!(effect, Effect::Persist(Record::Entries(..)));
    let is_role = |effect: &&Effect| matches!(effect, Effect::Became(..));
    let last = [effects.iter().rfind(is_vote), effects.iter().rfind(are_entries)];
    let others = effects.iter().filter(|it| !is_vote(it) && !are_entries(it) && !is_role(it));
    others.chain(last.into_iter().flatten()).map(in_words).collect()
}

fn in_words(effect: &Effect) -> String {
    match effect {
        Effect::Send(to, message) => format!("sent {} {:?}", name(*to), message.body),
        Effect::Persist(Record::Vote(term, vote)) => {
            let vote =
                vote.map_or_else(|| "no vote".into(), |vote| format!("a vote for {}", name(vote)));
            format!("persisted term {} and {vote}", term.0)
        }
        Effect::Persist(Record::Entries(after, entries)) => {
            format!("persisted its log up to entry {}", after.0 + entries.len() as u64)
        }
        Effect::Persist(Record::Snapshot(snapshot)) => {
            format!("persisted a snapshot up to entry {}", snapshot.index.0)
        }
        Effect::Apply(index, _) => format!("applied entry {}", index.0),
        other => format!("asked for {other:?}"),
    }
}

fn told(log: &Log) -> String {
    let terms: Vec<_> = log.entries().iter().rev().take(5).map(|entry| entry.term.0).collect();
    format!("a log up to entry {} (last terms, the latest first: {terms:?})", log.last_index().0)
}

/// The host of a server.
pub(super) fn name(server: Server) -> String {
    format!("n{}", server.0 + 1)
}
