//! A message's way through the network, from its sender to its receiver's socket.

use std::sync::Arc;
use std::task::Waker;

use bytes::Bytes;
use netsplit_history::TraceKind;
use turmoil_net::{Packet, Transport, UdpDatagram};

use crate::NodeId;
use crate::engine::event_loop::Sim;
use crate::engine::events::{Event, FlightKey};
use crate::engine::tracer::{number, tag};
use crate::engine::world::{CallKey, World};
use crate::machine::state::address;
use crate::network::links::{Fate, Parcel};
use crate::network::wire::{REPLY_PORT, call_of};

/// A copy of a message under way.
pub(crate) struct Flight {
    route: Route,
    payload: Bytes,
    /// The receiver's life at the time of sending.
    incarnation: u32,
}

/// What a message is, apart from its content.
#[derive(Clone, Copy)]
struct Route {
    from: NodeId,
    to: NodeId,
    port: u16,
    kind: u8,
    /// Its number in the run.
    id: u64,
}

impl World {
    /// Sends a message on its way, or loses it.
    pub fn transmit(&mut self, from: NodeId, to: NodeId, port: u16, kind: u8, wire: Vec<u8>) {
        assert!(to.index() < self.hosts.len(), "a message to {to:?}, which does not exist");
        self.run.network.sent += 1;
        let route = Route { from, to, port, kind, id: self.run.network.sent };
        let numbers = [number(from), number(to), u64::from(port), route.id];
        self.tracer.note(self.now, tag::SEND, &numbers, &wire);
        let (id, bytes) = (route.id, wire.len());
        let sends = |message, to| TraceKind::Send { to, message, bytes, id };
        self.keep_message(from, kind, sends, to);
        let names = (&*self.hosts[from.index()].name, &*self.hosts[to.index()].name);
        let parcel = Parcel { from, to, names, kind, bytes };
        let faults = &mut self.faults;
        let touched = |fault: usize| faults[fault].touch_link(names);
        match self.links.fate(self.now, &parcel, touched) {
            Fate::Cut => self.lose(route, "cut"),
            Fate::Lost => self.lose(route, "lost"),
            Fate::Arrives { at, copy } => {
                let payload = Bytes::from(wire);
                let incarnation = self.hosts[to.index()].incarnation;
                let flight = |payload| Flight { route, payload, incarnation };
                if let Some(at) = copy {
                    self.run.network.duplicated += 1;
                    let key = self.flights.insert(flight(payload.clone()));
                    self.events.push(at, Event::Deliver(key));
                }
                let key = self.flights.insert(flight(payload));
                self.events.push(at, Event::Deliver(key));
            }
        }
    }

    /// Counts and traces a message that will not arrive.
    fn lose(&mut self, Route { from, to, kind, id, .. }: Route, why: &'static str) {
        self.run.network.dropped += 1;
        self.tracer.note(self.now, tag::DROP, &[id], why.as_bytes());
        let drops = |message, to| TraceKind::Drop { to, message, id, why };
        self.keep_message(from, kind, drops, to);
    }

    /// Keeps a message's event, at `node` and about `other`.
    fn keep_message(
        &mut self,
        node: NodeId,
        kind: u8,
        event: impl FnOnce(Arc<str>, Arc<str>) -> TraceKind,
        other: NodeId,
    ) {
        let (hosts, message) = (&self.hosts, &self.kind_names[kind as usize]);
        self.tracer.keep(self.now, &hosts[node.index()].name, || {
            event(message.clone(), hosts[other.index()].name.clone())
        });
    }

    /// A copy of a message arrives; `None` when nobody is there to receive it.
    fn arrive(&mut self, key: FlightKey) -> Option<Flight> {
        let flight = self.flights.remove(key)?;
        let Route { from, to, port, kind, id } = flight.route;
        let host = &self.hosts[to.index()];
        let missed = if !host.up {
            Some("receiver down")
        } else if host.incarnation != flight.incarnation {
            Some("receiver restarted")
        } else if port != REPLY_PORT && !host.ports.contains(&port) {
            Some("no listener")
        } else {
            None
        };
        if let Some(why) = missed {
            self.lose(flight.route, why);
            return None;
        }
        self.run.network.delivered += 1;
        self.tracer.note(self.now, tag::DELIVER, &[number(to), id], &[]);
        let arrives = |message, from| TraceKind::Deliver { from, message, id };
        self.keep_message(to, kind, arrives, from);
        Some(flight)
    }

    /// Hands an answer over to the call that waits for it; late and doubled ones are dropped.
    fn answer(&mut self, wire: &[u8]) -> Option<Waker> {
        let slot = self.calls.get_mut(CallKey::from_number(call_of(wire)))?;
        slot.answer = Some(wire.to_vec());
        slot.waker.take()
    }
}

impl Sim {
    /// A message arrives: turmoil-net finds its socket and wakes who waits there.
    pub fn deliver(&self, key: FlightKey) {
        let arrived = self.world.borrow_mut().arrive(key);
        let Some(Flight { route: Route { from, to, port, .. }, payload, .. }) = arrived else {
            return;
        };
        let datagram = UdpDatagram { src_port: REPLY_PORT, dst_port: port, payload };
        let packet = Packet {
            src: address(from),
            dst: address(to),
            ttl: 64,
            payload: Transport::Udp(datagram),
        };
        if let Some(net) = &*self.net.borrow() {
            net.deliver(packet);
        }
        if port == REPLY_PORT {
            self.receive_answer(to);
        }
    }

    /// Takes an answer that has just arrived out of its socket.
    fn receive_answer(&self, host: NodeId) {
        self.make_current(host);
        let waker = {
            let world = &mut *self.world.borrow_mut();
            let Some(socket) = &world.hosts[host.index()].replies else {
                return;
            };
            let scratch = &mut *self.scratch.borrow_mut();
            let Ok((length, _)) = socket.try_recv_from(scratch) else {
                return;
            };
            world.answer(&scratch[..length])
        };
        waker.into_iter().for_each(Waker::wake);
    }
}
