//! A small lab for the engine's own tests: servers that echo, and clients that ask them.

#![allow(dead_code, reason = "each test file uses its part")]

use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{Run, Time};
use netsplit_scenario::{
    Arrivals, CheckedParams, Dist, Expectations, Fault, FaultKind, GroupSpec, Keys, LabSpec,
    Limits, LinkSettings, Load, Network, NodeGroup, OperationSpec, ParamsSpec, Refusal, Repeat,
    Scenario, Selector, Trigger,
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
        host.serve(|_, Ping(number)| async move { Pong(number) }).await;
    })
}

/// Asks the nodes in turn.
pub struct Asker(pub Host);

impl Asker {
    /// A client session, for [`TestLab`].
    pub fn client(host: Host) -> Rc<dyn Client> {
        Rc::new(Asker(host))
    }
}

impl Client for Asker {
    fn perform(&self, request: Request) -> Performing {
        let host = self.0.clone();
        Box::pin(async move {
            let nodes = host.nodes("nodes");
            let server = nodes[request.id as usize % nodes.len()];
            match host.call(server, &Ping(request.id), Duration::from_millis(500)).await {
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
        lab: &SPEC,
        variant: "reference".into(),
        fillings: Vec::new(),
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
            default: LinkSettings { latency: Some(Dist::Constant(0)), ..Default::default() },
            links: Vec::new(),
        },
        loads: vec![open_load(100.0)],
        params: CheckedParams::new(()),
        faults: Vec::new(),
        actions: Vec::new(),
        questions: Vec::new(),
        verdict: Expectations::default(),
        limits: Limits::default(),
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
        arrivals: Arrivals::Open { steps: vec![(Time::ZERO, rate)], constant: false },
        from: Time::ZERO,
        until: None,
        timeout: Duration::from_secs(1),
        mix: vec![("get".into(), 1.0)],
        keys: Keys { count: 100, zipf: None },
    }
}

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
    operations: &[OperationSpec { name: "get", weight: 1.0, summary: "Asks" }],
    messages: &["ping", "pong", "data"],
    roles: &[],
    events: &[],
    shown: &[],
    strips: &[],
    metrics: &[],
    measures: &[],
    numbered: &[],
    observed: &[],
    invariants: &[],
    actions: &[],
    seats: &[],
    reference: "The only one",
    bundles: &[],
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

    fn build(&self, _: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        Ok(Rc::new(TestSystem { node: self.node.clone(), client: self.client.clone() }))
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
    let options = Options { seed, record_trace: true, ..Options::default() };
    let run = simulate(lab, scenario, &options, &mut |_| ()).expect("the lab can be built");
    check_counts(&run);
    run
}

/// A scenario of one second without load.
pub fn quiet(nodes: u32) -> Scenario {
    Scenario { loads: Vec::new(), duration: Duration::from_secs(1), ..scenario(nodes) }
}

/// A lab of nodes that all run `node`, with clients that ping them.
pub fn nodes<F, Fut>(node: F) -> impl Lab
where
    F: Fn(Host) -> Fut + Clone + Sync + 'static,
    Fut: Future<Output = ()> + 'static,
{
    TestLab { node: move |host: Host| -> Task { Box::pin(node(host)) }, client: Asker::client }
}

/// A fault from `at` to `until`, both in milliseconds.
pub fn fault(at: u64, until: u64, kind: FaultKind) -> Fault {
    Fault {
        name: format!("{}-{at}", kind.name()),
        trigger: Trigger::At(ms(at)),
        hold: Some(Dist::Constant((until - at) * MS)),
        repeat: Repeat::Never,
        kind,
        may_miss: false,
    }
}

/// So many milliseconds after the start.
pub const fn ms(ms: u64) -> Time {
    Time::from_nanos(ms * MS)
}

/// So many milliseconds.
pub const fn millis(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// The node called `name`.
pub fn node(name: &str) -> Selector {
    Selector::Name(name.into())
}

/// The durations that were observed as `name`, in nanoseconds and in order of time.
pub fn observed(run: &Run, name: &str) -> Vec<u64> {
    let samples = run.observed.get(name).map_or(&[][..], Vec::as_slice);
    samples.iter().map(|sample| sample.value.as_nanos() as u64).collect()
}

/// When an event called `name` was recorded, and where.
pub fn recorded(run: &Run, name: &str) -> Vec<(Time, String)> {
    let events = run.events.iter().filter(|event| &*event.name == name);
    events.map(|event| (event.at, event.node.to_string())).collect()
}

/// Runs a lab with a seed, without keeping the trace.
pub fn run_untraced(lab: &dyn Lab, scenario: &Scenario, seed: u64) -> Run {
    let options = Options { seed, ..Options::default() };
    let run = simulate(lab, scenario, &options, &mut |_| ()).expect("the lab can be built");
    check_counts(&run);
    run
}

/// What must hold in every run.
pub fn check_counts(run: &Run) {
    assert!(run.littles_law.holds(), "{:?}", run.littles_law);
    let counts = run.network;
    assert_eq!(
        counts.sent + counts.duplicated,
        counts.delivered + counts.dropped + counts.in_flight,
        "every copy has one end: {counts:?}"
    );
    assert_eq!(netsplit_sim::live_simulations(), 0, "a simulation leaks");
}
