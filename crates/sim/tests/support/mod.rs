//! A small lab for the engine's own tests: servers that echo, and clients that ask them.

#![allow(dead_code, reason = "each test file uses its part")]

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{Run, Time};
use netsplit_scenario::{
    Arrivals, Dist, GroupSpec, Keys, LabSpec, LinkSettings, Load, Network, NodeGroup,
    OperationSpec, ParamsSpec, Scenario, SeatSpec, VariantSpec, Verdict,
};
use netsplit_sim::{
    Client, Host, Lab, Message, Options, Performing, Reply, Request, Rpc, Setup, System, Task,
    simulate,
};
use serde::{Deserialize, Serialize};

pub const MS: u64 = 1_000_000;

/// Asks for its number back.
#[derive(Serialize, Deserialize, Debug, PartialEq)]
pub struct Ping(pub u64);

/// The number that a ping carried.
#[derive(Serialize, Deserialize, Debug, PartialEq)]
pub struct Pong(pub u64);

impl Message for Ping {
    fn kind(&self) -> &'static str {
        "ping"
    }
}

impl Message for Pong {
    fn kind(&self) -> &'static str {
        "pong"
    }
}

impl Rpc for Ping {
    type Response = Pong;
}

/// Answers pings at once.
pub fn pong_server(host: Host) -> Task {
    Box::pin(async move {
        host.serve(|_, Ping(number)| async move { Pong(number) })
            .await
    })
}

/// Asks all nodes in turn, each once per request.
pub struct Asker {
    pub host: Host,
    pub next: Cell<usize>,
}

impl Asker {
    /// A client session, for [`TestLab`].
    pub fn client(host: Host) -> Rc<dyn Client> {
        Rc::new(Asker {
            host,
            next: Cell::new(0),
        })
    }
}

impl Client for Asker {
    fn perform(&self, request: Request) -> Performing {
        let host = self.host.clone();
        let turn = self.next.replace(self.next.get() + 1);
        Box::pin(async move {
            let nodes = host.nodes("nodes");
            let server = nodes[turn % nodes.len()];
            match host
                .call(server, &Ping(request.id), Duration::from_millis(500))
                .await
            {
                Ok(Pong(number)) => Reply::ok(number),
                Err(error) => Reply::timed_out(error.to_string()),
            }
        })
    }
}

/// A scenario with `nodes` nodes, one client host, 100 requests/s for 10 s, and no latency.
pub fn scenario(nodes: u32) -> Scenario {
    Scenario {
        title: "a test".into(),
        about: String::new(),
        lab: "test".into(),
        variant: "reference".into(),
        duration: Duration::from_secs(10),
        warmup: Duration::ZERO,
        settle: Duration::from_secs(2),
        nodes: vec![NodeGroup {
            name: "nodes".into(),
            prefix: "n".into(),
            count: nodes,
            workers: Some(1),
            regions: Vec::new(),
            disk_sync: Dist::Constant(0),
        }],
        network: Network {
            default: LinkSettings {
                latency: Some(Dist::Constant(0)),
                ..Default::default()
            },
            links: Vec::new(),
        },
        loads: vec![open_load(100.0)],
        params: toml::Table::default(),
        faults: Vec::new(),
        actions: Vec::new(),
        verdict: Verdict::default(),
        hash: String::new(),
        overrides: Vec::new(),
    }
}

/// Poisson arrivals at `rate` per second.
pub fn open_load(rate: f64) -> Load {
    Load {
        name: "clients".into(),
        prefix: "c".into(),
        hosts: 1,
        region: None,
        arrivals: Arrivals::Open {
            steps: vec![(Time::ZERO, rate)],
            constant: false,
        },
        from: Time::ZERO,
        until: None,
        timeout: Duration::from_secs(1),
        mix: vec![("get".into(), 1.0)],
        keys: Keys {
            count: 100,
            zipf: None,
        },
    }
}

const NOTHING: netsplit_scenario::Named = netsplit_scenario::Named {
    name: "nothing",
    summary: "Nothing",
};

static SPEC: LabSpec = LabSpec {
    name: "test",
    summary: "A lab for tests",
    groups: &[GroupSpec {
        name: "nodes",
        prefix: "n",
        count: 1,
        workers: Some(1),
        summary: "Servers",
    }],
    operations: &[OperationSpec {
        name: "get",
        weight: 1.0,
        summary: "Asks",
    }],
    messages: &["ping", "pong", "data"],
    roles: &[],
    events: &[],
    metrics: &[],
    observed: &[],
    invariants: &[],
    actions: &[],
    seats: &[SeatSpec {
        name: "server",
        summary: "Unused",
        fillings: &[NOTHING],
    }],
    variants: &[VariantSpec {
        name: "reference",
        summary: "The only one",
        fills: &[],
    }],
    params: ParamsSpec::of::<()>(),
};

/// A lab made of two functions.
pub struct TestLab<N, C> {
    pub node: N,
    pub client: C,
}

impl<N, C> Lab for TestLab<N, C>
where
    N: Fn(Host) -> Task + Clone + Sync + 'static,
    C: Fn(Host) -> Rc<dyn Client> + Clone + Sync + 'static,
{
    fn spec(&self) -> &'static LabSpec {
        &SPEC
    }

    fn lesson(&self) -> &'static str {
        ""
    }

    fn build(&self, _: &Setup<'_>) -> Result<Rc<dyn System>, String> {
        Ok(Rc::new(TestSystem {
            node: self.node.clone(),
            client: self.client.clone(),
        }))
    }
}

struct TestSystem<N, C> {
    node: N,
    client: C,
}

impl<N, C> System for TestSystem<N, C>
where
    N: Fn(Host) -> Task,
    C: Fn(Host) -> Rc<dyn Client>,
{
    fn node(&self, host: Host) -> Task {
        (self.node)(host)
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        (self.client)(host)
    }
}

/// Runs a lab with a seed.
pub fn run(lab: &dyn Lab, scenario: &Scenario, seed: u64) -> Run {
    let options = Options {
        seed,
        record_trace: true,
        ..Options::default()
    };
    let run = simulate(lab, scenario, &options, &mut |_| ()).expect("the lab can be built");
    assert!(run.littles_law.holds(), "{:?}", run.littles_law);
    run
}
