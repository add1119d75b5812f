//! Delivery: an arriving message is handed to its receiver's socket, an answer to its call.

use std::task::Waker;

use bytes::Bytes;
use turmoil_net::{Packet, Transport, UdpDatagram};

use super::wire::REPLY_PORT;
use super::{Arrival, Envelope};
use crate::engine::event_loop::Sim;
use crate::engine::events::FlightKey;
use crate::machine::id::address;

impl Sim {
    /// A message arrives. An answer names the call that waits for it; for any other, turmoil-net
    /// finds the socket and wakes the task that waits there. Its datagram is empty, as the bytes
    /// wait at the receiver's port: turmoil-net would copy them twice.
    pub fn deliver(&self, key: FlightKey) {
        let arrival = {
            let world = &mut *self.world.borrow_mut();
            world.network.arrive(&mut world.core, &mut world.machines, key)
        };
        let Envelope { from, to, port, .. } = match arrival {
            None => return,
            Some(Arrival::Answer(waker)) => return waker.into_iter().for_each(Waker::wake),
            Some(Arrival::Message(envelope)) => envelope,
        };
        let datagram = UdpDatagram { src_port: REPLY_PORT, dst_port: port, payload: Bytes::new() };
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
