//! Invariants of logs (Figure 3).

use std::collections::BTreeMap;

use netsplit_history::LabEvent;

use super::Property;
use super::ledger::{Digest, Ledger, entries, number};

/// Leader Append-Only (section 5.3).
#[derive(Debug, Default)]
pub struct LeaderAppendOnly;

impl Property for LeaderAppendOnly {
    fn observe(&mut self, ledger: &Ledger, event: &LabEvent) -> Result<(), String> {
        let Some(kept) = ledger.0.get(&event.node) else {
            return Ok(());
        };
        let after = number(&event.detail[0]);
        match kept.leads {
            Some(term) if &*event.name == "appended" && after < kept.last() => Err(format!(
                "{} leads term {term} and replaces its own entries from {} to {}",
                event.node,
                after + 1,
                kept.last()
            )),
            _ => Ok(()),
        }
    }
}

/// Log Matching (section 5.3). Each entry, by its index and term, must have the same content
/// and follow the same entry in every log; by induction all before it is the same too.
#[derive(Debug, Default)]
pub struct LogMatching(BTreeMap<(u64, u64), (u64, u64)>);

impl Property for LogMatching {
    fn observe(&mut self, ledger: &Ledger, event: &LabEvent) -> Result<(), String> {
        if &*event.name != "appended" {
            return Ok(());
        }
        let after = number(&event.detail[0]);
        let kept = ledger.0.get(&event.node);
        let mut before = kept.map_or(Some(0), |kept| kept.term_at(after));
        for (index, (term, content)) in (after + 1..).zip(entries(&event.detail[1])) {
            if let Some(follows) = before {
                let known = *self.0.entry((index, term)).or_insert((content, follows));
                if known != (content, follows) {
                    return Err(format!(
                        "entry {index} of term {term} on {} holds {content:08x} and follows term \
                         {follows}; elsewhere it holds {:08x} and follows term {}",
                        event.node, known.0, known.1
                    ));
                }
            }
            before = Some(term);
        }
        Ok(())
    }
}

/// Leader Completeness (section 5.4). An entry counts as committed once a leader has applied
/// it, in that leader's term.
#[derive(Debug, Default)]
pub struct LeaderCompleteness {
    /// By index: the entry's term, and the term in which it was committed.
    committed: BTreeMap<u64, (u64, u64)>,
}

impl Property for LeaderCompleteness {
    fn observe(&mut self, ledger: &Ledger, event: &LabEvent) -> Result<(), String> {
        match &*event.name {
            "became-leader" => self.on_leader(ledger, event),
            "applied" => self.on_applied(ledger, event),
            _ => Ok(()),
        }
    }
}

impl LeaderCompleteness {
    fn on_leader(&self, ledger: &Ledger, event: &LabEvent) -> Result<(), String> {
        let term = number(&event.detail["term"]);
        let Some(kept) = ledger.0.get(&event.node) else {
            return Ok(());
        };
        for (index, (of, in_term)) in self.committed.range(kept.index..) {
            if *in_term < term && kept.term_at(*index) != Some(*of) {
                return Err(format!(
                    "{} leads term {term} without entry {index} of term {of}, which was \
                     committed in term {in_term}",
                    event.node
                ));
            }
        }
        Ok(())
    }

    fn on_applied(&mut self, ledger: &Ledger, event: &LabEvent) -> Result<(), String> {
        let leads = ledger.0.get(&event.node).and_then(|kept| kept.leads);
        let (in_term, first) = (number(&event.detail[0]), number(&event.detail[1]));
        if leads != Some(in_term) {
            return Ok(());
        }
        for (index, (term, _)) in (first..).zip(entries(&event.detail[2])) {
            self.committed.entry(index).or_insert((term, in_term));
            for (other, kept) in &ledger.0 {
                let later = kept.leads.filter(|leads| *leads > in_term);
                if let Some(later) = later
                    && index >= kept.index
                    && kept.term_at(index) != Some(term)
                {
                    return Err(format!(
                        "{} commits entry {index} of term {term} in term {in_term}, but {other} \
                         leads term {later} without it",
                        event.node
                    ));
                }
            }
        }
        Ok(())
    }
}

/// State Machine Safety (section 5.4.3).
#[derive(Debug, Default)]
pub struct StateMachineSafety(BTreeMap<u64, Digest>);

impl Property for StateMachineSafety {
    fn observe(&mut self, _: &Ledger, event: &LabEvent) -> Result<(), String> {
        if &*event.name != "applied" {
            return Ok(());
        }
        let first = number(&event.detail[1]);
        for (index, entry) in (first..).zip(entries(&event.detail[2])) {
            let known = *self.0.entry(index).or_insert(entry);
            if known != entry {
                return Err(format!(
                    "{} applies entry {index} of term {} ({:08x}); another server applied one of \
                     term {} ({:08x})",
                    event.node, entry.0, entry.1, known.0, known.1
                ));
            }
        }
        Ok(())
    }
}
