//! What must hold of every breaker at every event.
//!
//! Users of a well-known library report breakers that are stuck half-open, and half-open breakers
//! that let too many calls through (resilience4j's issues 903, 935 and 1432). "Stuck" becomes
//! two sentences that a single event can break: a half-open breaker that turns somebody away
//! waits for a probe that is under way, and nobody finds it half-open later than it said. Since
//! every call ends, by its time-out at the latest, a breaker that keeps both is not stuck.

use std::collections::BTreeMap;
use std::sync::Arc;

use netsplit_history::{Invariant, InvariantState, LabEvent};
use serde_json::Value;

pub(crate) static ALL: &[Invariant] = &[
    Invariant {
        name: "half-open-limit",
        summary: "A half-open breaker lets no more calls through than it may",
        new: || judge(half_open_limit),
    },
    Invariant {
        name: "leaves-half-open",
        summary: "A half-open breaker that turns calls away waits for a probe, and not for ever",
        new: || judge(leaves_half_open),
    },
    Invariant {
        name: "probes-decide",
        summary: "A half-open breaker decides by its own probes, all of them",
        new: || judge(probes_decide),
    },
    Invariant {
        name: "legal-transitions",
        summary: "Closed opens, open half-opens, half-open closes or opens, and nothing else",
        new: || judge(legal_transitions),
    },
];

fn half_open_limit(breaker: &Seen, event: &LabEvent) -> Result<(), String> {
    let Seen { out, ended, permitted, .. } = breaker;
    if &*event.name == "probe" && out + ended >= *permitted {
        let text = format!("{out} probes are out and {ended} ended; it permits {permitted} in all");
        return Err(text);
    }
    Ok(())
}

fn leaves_half_open(breaker: &Seen, event: &LabEvent) -> Result<(), String> {
    let asked = matches!(&*event.name, "probe" | "turned-away");
    if asked && number(event, "now_ns") >= breaker.until_ns {
        return Err("it is half-open still, and should have opened again".to_owned());
    }
    if &*event.name == "turned-away" && breaker.out == 0 {
        return Err(format!(
            "it is half-open and turns calls away, but of {} probes {} have ended and none is out",
            breaker.permitted, breaker.ended
        ));
    }
    Ok(())
}

fn probes_decide(breaker: &Seen, event: &LabEvent) -> Result<(), String> {
    let Seen { state, ended, permitted, .. } = breaker;
    let time_is_up = number(event, "now_ns") >= breaker.until_ns;
    let decided = match &*event.name {
        "closed" => true,
        "opened" => !time_is_up,
        _ => false,
    };
    if decided && *state == "half-open" && ended < permitted {
        return Err(format!("it {} after {ended} of {permitted} probes", event.name));
    }
    Ok(())
}

fn legal_transitions(breaker: &Seen, event: &LabEvent) -> Result<(), String> {
    match (breaker.state, &*event.name) {
        ("closed" | "half-open", "opened")
        | ("open", "half-opened")
        | ("half-open", "closed")
        | (_, "probe" | "probe-ended" | "turned-away") => Ok(()),
        (state, change) => Err(format!("it was {state}, and {change}")),
    }
}

/// A breaker as its events tell of it.
struct Seen {
    state: &'static str,
    round: u64,
    /// Probes of this half-open round that it permits, that are out, and that have ended.
    permitted: u64,
    out: u64,
    ended: u64,
    /// When the round is over at the latest.
    until_ns: u64,
}

type Rule = fn(&Seen, &LabEvent) -> Result<(), String>;

/// Shows a rule every event, with its breaker as it was before.
struct Judge {
    rule: Rule,
    /// By node and name.
    breakers: BTreeMap<(Arc<str>, String), Seen>,
}

fn judge(rule: Rule) -> Box<dyn InvariantState> {
    let breakers = BTreeMap::new();
    Box::new(Judge { rule, breakers })
}

impl InvariantState for Judge {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        if &*event.name == "started" {
            // A front end's breakers die with it.
            self.breakers.retain(|(node, _), _| *node != event.node);
            return Ok(());
        }
        let name = event.detail["breaker"].as_str().unwrap_or_default();
        let key = (event.node.clone(), name.to_owned());
        let breaker = self.breakers.entry(key).or_insert(Seen::NEW);
        (self.rule)(breaker, event).map_err(|why| format!("the breaker of {name}: {why}"))?;
        breaker.see(event);
        Ok(())
    }

    fn concerns(&self, name: &str) -> bool {
        !matches!(name, "ejected" | "returned")
    }
}

impl Seen {
    const NEW: Seen =
        Seen { state: "closed", round: 0, permitted: 0, out: 0, ended: 0, until_ns: u64::MAX };

    fn see(&mut self, event: &LabEvent) {
        let round = number(event, "round");
        match &*event.name {
            "closed" => self.state = "closed",
            "opened" => self.state = "open",
            "half-opened" => {
                *self = Seen {
                    state: "half-open",
                    round,
                    permitted: number(event, "probes"),
                    until_ns: number(event, "until_ns"),
                    ..Seen::NEW
                }
            }
            "probe" => self.out += 1,
            // A probe of an earlier round may end in a later one, and is not awaited there.
            "probe-ended" if round == self.round => {
                self.out -= 1;
                self.ended += u64::from(event.detail["how"] != "cancelled");
            }
            _ => {}
        }
    }
}

fn number(event: &LabEvent, name: &str) -> u64 {
    event.detail.get(name).and_then(Value::as_u64).unwrap_or(0)
}
