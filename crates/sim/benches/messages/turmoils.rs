//! The raw workload on turmoil's own scheduler.

use std::cell::Cell;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use turmoil::net::UdpSocket;

use crate::{Round, Size, timed};

const PORT: u16 = 100;

/// Datagrams between turmoil's hosts. Its latency is exponential between its bounds.
pub fn raw(size: Size) -> Round {
    let delivered = Rc::new(Cell::new(0));
    let ((), took) = timed(|| simulate(size, &delivered));
    Round { messages: delivered.get(), took }
}

fn simulate(size: Size, delivered: &Rc<Cell<u64>>) {
    let mut sim = turmoil::Builder::new()
        .simulation_duration(Duration::from_secs(u64::from(size.seconds) + 1))
        .min_message_latency(Duration::from_millis(2))
        .max_message_latency(Duration::from_millis(20))
        .udp_capacity(100_000)
        .rng_seed(1)
        .build();
    for server in 0..size.servers {
        let delivered = delivered.clone();
        sim.host(format!("server{server}"), move || echo(delivered.clone()));
    }
    for client in 0..size.clients {
        sim.client(format!("client{client}"), ask(size, client, delivered.clone()));
    }
    sim.run().expect("turmoil runs to its end");
}

async fn echo(delivered: Rc<Cell<u64>>) -> turmoil::Result {
    let socket = UdpSocket::bind(("0.0.0.0", PORT)).await?;
    let mut buffer = [0; 64];
    loop {
        let (length, from) = socket.recv_from(&mut buffer).await?;
        delivered.set(delivered.get() + 1);
        socket.send_to(&buffer[..length], from).await?;
    }
}

async fn ask(size: Size, client: u32, delivered: Rc<Cell<u64>>) -> turmoil::Result {
    let socket = UdpSocket::bind(("0.0.0.0", PORT)).await?;
    let servers: Vec<IpAddr> =
        (0..size.servers).map(|server| turmoil::lookup(format!("server{server}"))).collect();
    tokio::time::sleep(size.begins(client)).await;
    let mut ticks = tokio::time::interval(size.pause());
    let mut buffer = [0; 64];
    for number in 0..u64::from(size.seconds * size.rate) {
        let asking = async {
            ticks.tick().await;
            let server = servers[number as usize % servers.len()];
            socket.send_to(&number.to_le_bytes(), (server, PORT)).await
        };
        tokio::pin!(asking);
        loop {
            tokio::select! {
                biased;
                sent = &mut asking => { sent?; break }
                received = socket.recv_from(&mut buffer) => {
                    received?;
                    delivered.set(delivered.get() + 1);
                }
            }
        }
    }
    Ok(())
}
