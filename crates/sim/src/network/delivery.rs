//! Delivery: an arriving message is handed to its receiver's socket, an answer to its call.

use std::task::Waker;

use turmoil_net::{Packet, Transport, UdpDatagram};

use super::wire::REPLY_PORT;
use super::{Envelope, Flight};
use crate::engine::event_loop::Sim;
use crate::engine::events::FlightKey;
use crate::machine::id::address;

impl Sim {
    /// A message arrives. turmoil-net finds its socket and wakes the task that waits there; an
    /// answer names the call that waits for it.
    pub fn deliver(&self, key: FlightKey) {
        let arrived = {
            let world = &mut *self.world.borrow_mut();
            world.network.arrive(&mut world.core, &mut world.machines, key)
        };
        let Some(Flight { envelope: Envelope { from, to, port, .. }, payload, .. }) = arrived
        else {
            return;
        };
        if port == REPLY_PORT {
            let waker = self.world.borrow_mut().network.answer(payload);
            return waker.into_iter().for_each(Waker::wake);
        }
        self.world.borrow_mut().machines.queue(to, port, payload.len());
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
    }
}
