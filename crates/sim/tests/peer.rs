//! Comparison with a peer: one node program gives the same answers under turmoil itself and under
//! this engine.

mod support;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use netsplit_sim::{Host, Inbox, Message, NodeId};
use serde::{Deserialize, Serialize};
use support::{millis, nodes, quiet, run};

/// All that the program needs of a network.
trait Socket {
    type Address: Copy;
    async fn send_to(&mut self, to: Self::Address, bytes: &[u8]);
    async fn receive(&mut self) -> (Self::Address, Vec<u8>);
}

/// A store of one map. A request is a number, a tag, a key and a value; the answer is the
/// number and the key's old value.
async fn serve(mut socket: impl Socket) {
    let mut map = BTreeMap::new();
    loop {
        let (from, request) = socket.receive().await;
        let [number, tag, key, value] = request[..] else { panic!("{request:?}") };
        let old = match tag {
            b'r' => map.get(&key).copied(),
            _ => map.insert(key, value),
        };
        socket.send_to(from, &[number, old.unwrap_or(0)]).await;
    }
}

/// Asks one server after the other, and records the answers.
async fn ask<S: Socket>(mut socket: S, servers: &[S::Address], answers: &RefCell<Vec<[u8; 2]>>) {
    for number in 0..100u8 {
        let server = servers[usize::from(number) % servers.len()];
        let tag = if number % 3 == 0 { b'r' } else { b'w' };
        socket.send_to(server, &[number, tag, number % 7, number]).await;
        let (_, answer) = socket.receive().await;
        answers.borrow_mut().push([answer[0], answer[1]]);
    }
}

struct Turmoils(turmoil::net::UdpSocket);

impl Socket for Turmoils {
    type Address = IpAddr;

    async fn send_to(&mut self, to: IpAddr, bytes: &[u8]) {
        self.0.send_to(bytes, (to, 100)).await.expect("turmoil sends");
    }

    async fn receive(&mut self) -> (IpAddr, Vec<u8>) {
        let mut buffer = [0; 64];
        let (length, from) = self.0.recv_from(&mut buffer).await.expect("turmoil receives");
        (from.ip(), buffer[..length].to_vec())
    }
}

async fn turmoils() -> Turmoils {
    Turmoils(turmoil::net::UdpSocket::bind(("0.0.0.0", 100)).await.expect("the port is free"))
}

/// The answers under turmoil.
fn under_turmoil() -> Vec<[u8; 2]> {
    let answers = Rc::new(RefCell::new(Vec::new()));
    let mut sim = turmoil::Builder::new().rng_seed(1).build();
    for server in ["a", "b"] {
        sim.host(server, || async {
            serve(turmoils().await).await;
            Ok(())
        });
    }
    let taken = answers.clone();
    sim.client("asker", async move {
        let servers = ["a", "b"].map(turmoil::lookup);
        ask(turmoils().await, &servers, &taken).await;
        Ok(())
    });
    sim.run().expect("it ends");
    answers.take()
}

#[derive(Serialize, Deserialize)]
struct Datagram(Vec<u8>);

impl Message for Datagram {
    fn kind(&self) -> &'static str {
        "data"
    }
}

struct Ours(Host, Inbox<Datagram>);

impl Socket for Ours {
    type Address = NodeId;

    async fn send_to(&mut self, to: NodeId, bytes: &[u8]) {
        self.0.send(to, &Datagram(bytes.to_vec())).expect("it is short");
    }

    async fn receive(&mut self) -> (NodeId, Vec<u8>) {
        let (from, Datagram(bytes)) = self.1.recv().await;
        (from, bytes)
    }
}

/// The answers under our engine.
fn under_netsplit() -> Vec<[u8; 2]> {
    let lab = nodes(|host: Host| async move {
        let (all, socket) = (host.nodes("nodes"), Ours(host.clone(), host.inbox()));
        if host.id() != all[2] {
            return serve(socket).await;
        }
        host.sleep(millis(1)).await;
        let answers = RefCell::new(Vec::new());
        ask(socket, &all[..2], &answers).await;
        for [number, value] in answers.take() {
            host.record("answer", vec![number, value]);
        }
    });
    let mut scenario = quiet(3);
    scenario.network.default.latency = Some(netsplit_scenario::Dist::Constant(support::MS));
    let events = run(&lab, &scenario, 1).events;
    let pair = |detail: &serde_json::Value| {
        [0, 1].map(|place| detail[place].as_u64().expect("it is a number") as u8)
    };
    events.iter().map(|event| pair(&event.detail)).collect()
}

#[test]
fn one_program_gives_the_same_answers_under_turmoil_and_here() {
    let (theirs, ours) = (under_turmoil(), under_netsplit());
    assert_eq!(theirs.len(), 100);
    assert_eq!(theirs, ours);
    assert!(theirs.iter().any(|answer| answer[1] != 0));
}
