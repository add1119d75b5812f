//! Invariants of every breaker at every event.
//!
//! Users of a well-known library report breakers that are stuck half-open, and half-open breakers
//! that let too many calls through (resilience4j's issues 903, 935 and 1432). "Stuck" becomes
//! two sentences that a single event can violate: a half-open breaker that rejects a call waits
//! for a probe that is in flight, and no call finds it half-open after the end that it announced.
//! Since every call ends, by its timeout at the latest, a breaker that keeps both is not stuck.

use std::collections::BTreeMap;
use std::sync::Arc;

use netsplit_history::{Invariant, InvariantState, LabEvent};
use serde_json::Value;

pub(crate) static ALL: &[Invariant] = &[
    Invariant {
        name: "half-open-limit",
        summary: "A half-open breaker lets no more calls through than its number of probes",
        needs: &["half-opened", "probe"],
        new: || checker(half_open_limit),
    },
    Invariant {
        name: "leaves-half-open",
        summary: "A half-open breaker that rejects calls waits for a probe, and not for ever",
        needs: &["half-opened"],
        new: || checker(leaves_half_open),
    },
    Invariant {
        name: "probes-decide",
        summary: "A half-open breaker decides by its own probes, all of them",
        needs: &["half-opened"],
        new: || checker(probes_decide),
    },
    Invariant {
        name: "legal-transitions",
        summary: "Closed opens, open half-opens, half-open closes or opens, and nothing else",
        needs: &["opened"],
        new: || checker(legal_transitions),
    },
];

fn half_open_limit(breaker: &Seen, event: &LabEvent) -> Result<(), String> {
    let Seen { in_flight: out, ended, permitted, .. } = breaker;
    if &*event.name == "probe" && out + ended >= *permitted {
        let text =
            format!("{out} probes are in flight and {ended} have ended, of {permitted} permitted");
        return Err(text);
    }
    Ok(())
}

fn leaves_half_open(breaker: &Seen, event: &LabEvent) -> Result<(), String> {
    let asked = matches!(&*event.name, "probe" | "turned-away");
    if asked && number(event, "now_ns") >= breaker.until_ns {
        return Err("it is still half-open after its time, and should have opened again".to_owned());
    }
    if &*event.name == "turned-away" && breaker.in_flight == 0 {
        return Err(format!(
            "it is half-open and rejects calls, but {} of {} probes have ended and none is in flight",
            breaker.ended, breaker.permitted
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

/// A breaker, as its events show it.
struct Seen {
    state: &'static str,
    round: u64,
    /// Probes of this half-open round: permitted, in flight, and ended.
    permitted: u64,
    in_flight: u64,
    ended: u64,
    /// The end of the round at the latest.
    until_ns: u64,
}

type Check = fn(&Seen, &LabEvent) -> Result<(), String>;

/// Checks every event against its breaker as it was before.
struct Checker {
    check: Check,
    /// By front end and target.
    breakers: BTreeMap<(Arc<str>, String), Seen>,
}

fn checker(check: Check) -> Box<dyn InvariantState> {
    let breakers = BTreeMap::new();
    Box::new(Checker { check, breakers })
}

impl InvariantState for Checker {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        if &*event.name == "started" {
            // A front end's breakers die with it.
            self.breakers.retain(|(node, _), _| *node != event.node);
            return Ok(());
        }
        let name = event.detail["breaker"].as_str().unwrap_or_default();
        let key = (event.node.clone(), name.to_owned());
        let breaker = self.breakers.entry(key).or_insert(Seen::NEW);
        (self.check)(breaker, event).map_err(|why| format!("the breaker of {name}: {why}"))?;
        breaker.see(event);
        Ok(())
    }

    fn concerns(&self, name: &str) -> bool {
        !matches!(name, "ejected" | "returned")
    }
}

impl Seen {
    const NEW: Seen = Seen {
        state: "closed",
        round: 0,
        permitted: 0,
        in_flight: 0,
        ended: 0,
        until_ns: u64::MAX,
    };

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
            "probe" => self.in_flight += 1,
            // A probe of an earlier round may end in a later one, which does not wait for it.
            "probe-ended" if round == self.round => {
                self.in_flight -= 1;
                self.ended += u64::from(event.detail["how"] != "cancelled");
            }
            _ => {}
        }
    }
}

fn number(event: &LabEvent, name: &str) -> u64 {
    event.detail.get(name).and_then(Value::as_u64).unwrap_or(0)
}
