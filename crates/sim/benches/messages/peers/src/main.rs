//! The call workload on madsim's endpoints: `netsplit-peers SERVERS CLIENTS RATE SECONDS`.
//!
//! Each client asks RATE times a second, each request in a task of its own that waits for its answer
//! under its own tag; one way takes 2 to 20 ms. Prints how many messages were received, and the
//! nanoseconds of real time that it took.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use madsim::net::Endpoint;
use madsim::runtime::{Handle, Runtime};
use madsim::{Config, task, time};

/// The tag under which servers wait for requests; answers have the number of theirs.
const REQUEST: u64 = 0;

fn main() {
    let mut sizes = std::env::args().skip(1).map(|size| size.parse().expect("a number"));
    let mut size = || sizes.next().expect("SERVERS CLIENTS RATE SECONDS");
    let (servers, clients): (u32, u32) = (size(), size());
    let (rate, seconds) = (size(), size());
    let mut config = Config::default();
    config.net.packet_loss_rate = 0.0;
    config.net.send_latency = Duration::from_millis(2)..Duration::from_millis(20);
    let received = Arc::new(AtomicU64::new(0));
    // Outside of a simulation, madsim's clock is that of the system.
    let start = std::time::Instant::now();
    let runtime = Runtime::with_seed_and_config(1, config);
    runtime.block_on(simulate(servers, clients, rate, seconds, received.clone()));
    println!("{} {}", received.load(Ordering::Relaxed), start.elapsed().as_nanos());
}

async fn simulate(servers: u32, clients: u32, rate: u32, seconds: u32, received: Arc<AtomicU64>) {
    let handle = Handle::current();
    let pause = Duration::from_secs(1) / rate;
    let addresses: Arc<[SocketAddr]> = (0..servers).map(|server| address(1, server)).collect();
    for &at in &*addresses {
        let received = received.clone();
        handle.create_node().ip(at.ip()).build().spawn(serve(at, received));
    }
    for client in 0..clients {
        let (at, servers, received) = (address(2, client), addresses.clone(), received.clone());
        let begins = pause / clients * client;
        handle.create_node().ip(at.ip()).build().spawn(async move {
            time::sleep(begins).await;
            ask(at, servers, pause, received).await;
        });
    }
    time::sleep(Duration::from_secs(seconds.into())).await;
}

/// The address of host `number` of a group.
fn address(group: u8, number: u32) -> SocketAddr {
    let [high, low] = u16::try_from(number + 1).expect("few hosts").to_be_bytes();
    SocketAddr::from(([10, group, high, low], 100))
}

async fn serve(at: SocketAddr, received: Arc<AtomicU64>) {
    let endpoint = Endpoint::bind(at).await.expect("the port is free");
    let mut buffer = [0; 64];
    loop {
        let (length, from) = endpoint.recv_from(REQUEST, &mut buffer).await.expect("it is bound");
        received.fetch_add(1, Ordering::Relaxed);
        let number = u64::from_le_bytes(buffer[..length].try_into().expect("eight bytes"));
        endpoint.send_to(from, number, &buffer[..length]).await.expect("the network is whole");
    }
}

async fn ask(
    at: SocketAddr,
    servers: Arc<[SocketAddr]>,
    pause: Duration,
    received: Arc<AtomicU64>,
) {
    let endpoint = Arc::new(Endpoint::bind(at).await.expect("the port is free"));
    for number in 1.. {
        let server = servers[number as usize % servers.len()];
        task::spawn(call(endpoint.clone(), server, number, received.clone()));
        time::sleep(pause).await;
    }
}

async fn call(endpoint: Arc<Endpoint>, server: SocketAddr, number: u64, received: Arc<AtomicU64>) {
    let request = number.to_le_bytes();
    endpoint.send_to(server, REQUEST, &request).await.expect("the network is whole");
    let mut buffer = [0; 64];
    endpoint.recv_from(number, &mut buffer).await.expect("it is bound");
    received.fetch_add(1, Ordering::Relaxed);
}
