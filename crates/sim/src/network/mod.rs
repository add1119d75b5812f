//! The network: messages in flight, calls that wait for answers, and the links between hosts.
//!
//! [`links`] decides the fate of a message, [`Network`] traces and schedules it, and [`delivery`]
//! hands it to the receiver's socket. A partition drops messages sent while it is active;
//! messages already in flight are delivered.

pub(crate) mod bandwidth;
pub(crate) mod delivery;
pub(crate) mod link_effects;
pub(crate) mod links;
pub(crate) mod readable;
pub(crate) mod wire;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::task::Waker;

use netsplit_history::{Cause, Time, Touch, Touched, TraceKind};
use netsplit_scenario::{LinkRule, Selector};
use slotmap::{Key, KeyData, SlotMap, new_key_type};

use self::bandwidth::Moved;
use self::link_effects::{LinkSet, ScopedEffect, effects_of};
use self::links::{Fate, Links, Parcel};
use self::wire::{REPLY_PORT, call_of};
use crate::engine::core::{Begun, Core};
use crate::engine::events::{Event, FaultId, Firing, FlightKey};
use crate::engine::tracer::{number, tag};
use crate::fault::touches::is_noticeable;
use crate::machine::Machines;
use crate::machine::id::NodeId;

new_key_type! {
    /// A call that waits for its answer.
    pub(crate) struct CallKey;
}

impl CallKey {
    /// The number that stands for the call on the wire.
    pub fn number(self) -> u64 {
        self.data().as_ffi()
    }

    fn from_number(number: u64) -> CallKey {
        KeyData::from_ffi(number).into()
    }
}

/// A call that waits for its answer.
#[derive(Default)]
pub(crate) struct PendingCall {
    pub waker: Option<Waker>,
    pub answer: Option<Vec<u8>>,
}

/// A message without its content.
#[derive(Clone, Copy)]
pub(crate) struct Envelope {
    pub from: NodeId,
    pub to: NodeId,
    pub port: u16,
    pub kind: u8,
}

/// A message on the wire.
pub(crate) struct Datagram {
    pub wire: Vec<u8>,
    /// Its content as text, if the trace is recorded.
    pub content: Option<String>,
}

/// A copy of a message in flight.
pub(crate) struct Flight {
    envelope: Envelope,
    /// The message's number in the run; copies share it.
    id: u64,
    wire: Vec<u8>,
    begun: Begun,
    /// When it leaves its link's queue, and when it arrives; both move while it is queued.
    left: Time,
    at: Time,
}

/// A message that has arrived.
enum Arrival {
    /// An answer, with the task that waits for it.
    Answer(Option<Waker>),
    /// A message that waits at its port.
    Message(Envelope),
}

/// All links, messages in flight and pending calls.
pub(crate) struct Network {
    /// The message kinds that the lab declares, by their number.
    kinds: Vec<&'static str>,
    kind_names: Vec<Arc<str>>,
    /// The scenario's link rules.
    rules: Vec<LinkRule>,
    links: Links,
    flights: SlotMap<FlightKey, Flight>,
    /// Bytes of the content of messages in flight.
    content: usize,
    calls: SlotMap<CallKey, PendingCall>,
}

impl Network {
    pub fn new(seed: u64, kinds: &[&'static str], spec: &netsplit_scenario::Network) -> Network {
        Network {
            kinds: kinds.to_vec(),
            kind_names: kinds.iter().map(|kind| Arc::from(*kind)).collect(),
            rules: spec.links.clone(),
            links: Links::new(seed, kinds, &spec.default),
            flights: SlotMap::with_key(),
            content: 0,
            calls: SlotMap::with_key(),
        }
    }

    /// The number of a message kind.
    ///
    /// # Panics
    /// When the lab does not declare it.
    pub fn kind(&self, name: &'static str) -> u8 {
        let same = |known: &&str| std::ptr::eq(*known, name) || *known == name;
        self.kinds.iter().position(same).unwrap_or_else(|| {
            panic!("message kind `{name}` is missing in the lab's `LabSpec::messages`")
        }) as u8
    }

    /// Puts the scenario's link rules in force, with the hosts that `select` finds now.
    pub fn apply_rules<E>(
        &mut self,
        mut select: impl FnMut(&Selector) -> Result<BTreeSet<NodeId>, E>,
    ) -> Result<(), E> {
        let mut effects = Vec::new();
        for rule in &self.rules {
            let links = LinkSet::resolve(&rule.ends, &mut select)?;
            effects.extend(effects_of(&rule.settings).into_iter().map(|effect| ScopedEffect {
                source: None,
                links: links.clone(),
                message: rule.message,
                effect,
            }));
        }
        self.links.set_rules(effects);
        Ok(())
    }

    /// Puts a fault's effect in force; returns what it changed of the messages in flight.
    pub fn inject(&mut self, core: &mut Core, effect: ScopedEffect) -> Touched {
        let moved = self.links.inject(effect, core.now);
        self.reschedule(core, moved)
    }

    /// Ends the effects of a firing.
    pub fn heal(&mut self, core: &mut Core, firing: Firing) {
        let moved = self.links.heal(firing, core.now);
        self.reschedule(core, moved);
    }

    /// Messages that were queued for their link leave earlier or later, and so arrive.
    fn reschedule(&mut self, core: &mut Core, moved: Vec<Moved>) -> Touched {
        let mut touched = Touched::default();
        for Moved { copy, from, to } in moved {
            if let Some(flight) = self.flights.get_mut(copy) {
                let latency = flight.at.since(flight.left);
                (flight.left, flight.at) = (to, to + latency);
                core.schedule(flight.at, Event::Deliver(copy));
                let delayed = is_noticeable(to.since(from), latency);
                let hastened = is_noticeable(from.since(to), latency);
                touched[Touch::MessagesDelayed] += u64::from(delayed);
                touched[Touch::MessagesHastened] += u64::from(hastened);
            }
        }
        touched
    }

    /// Sends a message: it is dropped, or scheduled to arrive. `touched` is called with each fault
    /// that changed its fate, and how.
    pub fn transmit(
        &mut self,
        core: &mut Core,
        machines: &Machines,
        envelope: Envelope,
        Datagram { wire, content }: Datagram,
        touched: impl FnMut(FaultId, Touch),
    ) {
        let Envelope { from, to, port, kind } = envelope;
        assert!(machines.contains(to), "cannot send a message to {to:?}: there is no such host");
        core.run.network.sent += 1;
        let (id, bytes) = (core.run.network.sent, wire.len());
        core.note(tag::SEND, &[number(from), number(to), u64::from(port), id], &wire);
        let content = content.map(|content| core.share(content));
        let sends = |message, to| {
            let content = content.unwrap_or_default();
            TraceKind::Send { to, message, bytes, id, content }
        };
        self.keep(core, machines, (from, to), kind, sends);
        let parcel = Parcel { from, to, machines, kind, bytes };
        match self.links.fate(core.now, &parcel, touched) {
            Fate::Partitioned => self.drop_message(core, machines, envelope, id, "cut"),
            Fate::Lost => self.drop_message(core, machines, envelope, id, "lost"),
            Fate::Arrives { left, latency, copy } => {
                let begun = core.begun();
                core.run.network.duplicated += u64::from(copy.is_some());
                let mut launch = |latency, wire| {
                    let at = left + latency;
                    self.content += bytes;
                    let flight = Flight { envelope, id, wire, begun, left, at };
                    let key = self.flights.insert(flight);
                    core.schedule(at, Event::Deliver(key));
                    key
                };
                let copies = [
                    copy.map(|latency| launch(latency, wire.clone())),
                    Some(launch(latency, wire)),
                ];
                self.links.carry(from, to, copies.into_iter().flatten());
            }
        }
    }

    /// Counts and traces a dropped message.
    #[cold]
    fn drop_message(
        &self,
        core: &mut Core,
        machines: &Machines,
        envelope: Envelope,
        id: u64,
        why: &'static str,
    ) {
        core.run.network.dropped += 1;
        core.note(tag::DROP, &[id], why.as_bytes());
        let drops = |message, to| TraceKind::Drop { to, message, id, why };
        self.keep(core, machines, (envelope.from, envelope.to), envelope.kind, drops);
    }

    /// Adds an event to the recorded trace: of a message, at one host and about another.
    fn keep(
        &self,
        core: &mut Core,
        machines: &Machines,
        (node, other): (NodeId, NodeId),
        kind: u8,
        event: impl FnOnce(Arc<str>, Arc<str>) -> TraceKind,
    ) {
        let message = &self.kind_names[kind as usize];
        core.keep(&machines[node].name, || event(message.clone(), machines[other].name.clone()));
    }

    /// A copy of a message arrives: an answer is handed to its call, another message waits at its
    /// port. `None` when its receiver cannot take it, or when it arrives at another time.
    fn arrive(
        &mut self,
        core: &mut Core,
        machines: &mut Machines,
        key: FlightKey,
    ) -> Option<Arrival> {
        self.flights.get(key).filter(|flight| flight.at == core.now)?;
        let flight = self.flights.remove(key)?;
        self.content -= flight.wire.len();
        let (Envelope { from, to, port, kind }, id) = (flight.envelope, flight.id);
        let receiver = &mut machines[to];
        let missed = if !receiver.up {
            Some(("receiver down", !receiver.panicked))
        } else if id <= receiver.sent_before_crash {
            Some(("receiver restarted", true))
        } else if !receiver.listens(port) {
            Some(("no listener", false))
        } else {
            None
        };
        if let Some((why, by_fault)) = missed {
            receiver.touched[Touch::MessagesDropped] += u64::from(by_fault);
            self.drop_message(core, machines, flight.envelope, id, why);
            return None;
        }
        core.run.network.delivered += 1;
        let receiver = &machines[to];
        core.note(tag::DELIVER, &[number(to), id], &[]);
        let arrives = |message, from| TraceKind::Deliver { from, message, id };
        core.wake(&receiver.name, Cause::Message(id), flight.begun, flight.left);
        self.keep(core, machines, (to, from), kind, arrives);
        if port == REPLY_PORT {
            return Some(Arrival::Answer(self.answer(flight.wire)));
        }
        machines.queue(to, port, from, flight.wire);
        Some(Arrival::Message(flight.envelope))
    }

    /// Bytes of messages in flight and of calls that wait.
    pub fn flight_bytes(&self) -> usize {
        let slots = self.flights.len() * 2 * size_of::<Flight>();
        slots + self.content + self.calls.len() * size_of::<PendingCall>()
    }

    /// Bytes of links.
    pub fn link_bytes(&self) -> usize {
        self.links.bytes()
    }

    /// Messages in flight.
    pub fn in_flight(&self) -> u64 {
        self.flights.len() as u64
    }

    /// Registers a call; its answer arrives under the returned key.
    pub fn open_call(&mut self) -> CallKey {
        self.calls.insert(PendingCall::default())
    }

    /// The pending call of a future that waits for its answer.
    pub fn call(&mut self, key: CallKey) -> Option<&mut PendingCall> {
        self.calls.get_mut(key)
    }

    pub fn close_call(&mut self, key: CallKey) -> Option<PendingCall> {
        self.calls.remove(key)
    }

    /// Hands an answer to its call, and returns the task to wake; late and duplicate answers are
    /// dropped.
    fn answer(&mut self, wire: Vec<u8>) -> Option<Waker> {
        let call = self.calls.get_mut(CallKey::from_number(call_of(&wire)))?;
        call.answer = Some(wire);
        call.waker.take()
    }

    /// Takes all wakers out: a waker may own what it wakes.
    pub fn take_wakers(&mut self) -> impl Iterator<Item = Waker> {
        self.calls.values_mut().filter_map(|call| call.waker.take())
    }
}
