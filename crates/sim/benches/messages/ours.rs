//! The workloads on this engine.

use std::rc::Rc;
use std::time::Duration;

use netsplit_scenario::{Dist, NodeGroup, Scenario};
use netsplit_sim::{Client, Host, Lab, Options, Task, simulate};

use crate::support::{Asker, MS, Ping, Pong, TestLab, open_load, pong_server, scenario};
use crate::{Round, Size, timed};

/// Datagrams between nodes, of which some are clients.
pub fn raw(size: Size) -> Round {
    let mut scenario = sized(size);
    let clients =
        NodeGroup { name: "askers".into(), prefix: "a".into(), ..scenario.nodes[0].clone() };
    scenario.nodes.push(NodeGroup { count: size.clients, ..clients });
    let node = move |host: Host| {
        if &*host.group() == "nodes" { raw_server(host) } else { raw_client(host, size) }
    };
    round(&TestLab { node, client: Asker::client }, &scenario)
}

/// Requests of a load, each one call.
pub fn call(size: Size) -> Round {
    let mut scenario = sized(size);
    let mut load = open_load(f64::from(size.clients * size.rate));
    load.hosts = size.clients;
    scenario.loads = vec![load];
    let client = |host: Host| -> Rc<dyn Client> { Asker::client(host) };
    round(&TestLab { node: pong_server, client }, &scenario)
}

fn sized(size: Size) -> Scenario {
    let mut scenario = scenario(size.servers);
    scenario.duration = Duration::from_secs(size.seconds.into());
    scenario.network.default.latency = Some(Dist::Uniform { min: 2 * MS, max: 20 * MS });
    scenario.loads.clear();
    scenario
}

fn raw_server(host: Host) -> Task {
    Box::pin(async move {
        let mut inbox = host.inbox::<Ping>();
        loop {
            let (from, Ping(number)) = inbox.recv().await;
            host.send(from, &Pong(number)).expect("it is short");
        }
    })
}

fn raw_client(host: Host, size: Size) -> Task {
    Box::pin(async move {
        let mut answers = host.inbox::<Pong>();
        let asker = host.clone();
        host.spawn(async move {
            let servers = asker.nodes("nodes");
            let mut clients = (0..).zip(asker.nodes("askers"));
            let (number, _) = clients.find(|(_, id)| *id == asker.id()).expect("it is one");
            asker.sleep(size.begins(number)).await;
            for number in 0.. {
                let server = servers[number as usize % servers.len()];
                asker.send(server, &Ping(number)).expect("it is short");
                asker.sleep(size.pause()).await;
            }
        });
        loop {
            answers.recv().await;
        }
    })
}

fn round(lab: &dyn Lab, scenario: &Scenario) -> Round {
    let (run, took) = timed(|| {
        simulate(lab, scenario, &Options::default(), &mut |_| ()).expect("the lab can be built")
    });
    assert!(run.problems.is_empty() && run.crashes.is_empty(), "{:?}", run.crashes);
    Round { messages: run.network.delivered, took }
}
