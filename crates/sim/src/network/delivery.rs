//! Delivery: an arriving message is handed to its receiver's socket.

use std::task::Waker;

use turmoil_net::{Packet, Transport, UdpDatagram};

use super::wire::REPLY_PORT;
use super::{Envelope, Flight};
use crate::NodeId;
use crate::engine::event_loop::Sim;
use crate::engine::events::FlightKey;
use crate::machine::id::address;

impl Sim {
    /// A message arrives: turmoil-net finds its socket and wakes the task that waits there.
    pub fn deliver(&self, key: FlightKey) {
        let arrived = {
            let world = &mut *self.world.borrow_mut();
            let arrived = world.network.arrive(&mut world.core, &mut world.machines, key);
            if let Some(Flight { envelope, payload, .. }) = &arrived {
                world.machines.queue(envelope.to, envelope.port, payload.len());
            }
            arrived
        };
        let Some(Flight { envelope: Envelope { from, to, port, .. }, payload, .. }) = arrived
        else {
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
            let Some(socket) = &world.machines[host].replies else {
                return;
            };
            let scratch = &mut *self.scratch.borrow_mut();
            let Ok((length, _)) = socket.try_recv_from(scratch) else {
                return;
            };
            world.network.answer(&scratch[..length])
        };
        waker.into_iter().for_each(Waker::wake);
    }
}
