//! Hand-made runs and scenarios.

use std::time::Duration;

use netsplit_history::{
    Content, FaultRecord, Operation, Outcome, Run, Status, Time, Touch, Touched,
};
use netsplit_scenario::{
    Arrivals, CheckedParams, Comparison, Expectation, Expectations, Keys, LabSpec, Limits,
    LinkSettings, Load, Metric, Network, Quantity, Scenario, Sentence, WindowName,
};

static LAB: LabSpec = LabSpec::new("lab", "For tests");

/// An instant, in seconds.
pub fn at(seconds: f64) -> Time {
    Time::from(Duration::from_secs_f64(seconds))
}

/// A request of 10 ms.
pub fn request(op: &str, intended: Time, status: Status) -> Operation {
    Operation {
        client: 1,
        load: "clients".into(),
        op: op.into(),
        key: None,
        input: Content::default(),
        output: Content::default(),
        intended,
        invoke: intended,
        finished: intended + Duration::from_millis(10),
        status,
        outcome: Outcome::Ok,
        error: None,
    }
}

/// Thirty measured seconds after five of warm-up, a hundred successful `get`s in each.
pub fn steady() -> Run {
    let requests = (0..3500).map(|i| request("get", at(f64::from(i) * 0.01), Status::Ok));
    Run {
        warmup: at(5.0),
        duration: at(35.0),
        end: at(36.0),
        operations: requests.collect(),
        ..Run::default()
    }
}

/// [`steady`], but every request meant to be sent in `[from, to)` seconds ends as `status`.
pub fn steady_but(from: f64, to: f64, status: Status) -> Run {
    let mut run = steady();
    let hit = |op: &&mut Operation| op.intended >= at(from) && op.intended < at(to);
    run.operations.iter_mut().filter(hit).for_each(|op| op.status = status);
    run
}

/// A crash that lost one memory, with spans in seconds.
pub fn fault(name: &str, spans: &[(f64, f64)]) -> FaultRecord {
    let mut touched = Touched::default();
    touched[Touch::MemoriesLost] = 1;
    FaultRecord {
        touched,
        aims: vec![Touch::MessagesDropped, Touch::MemoriesLost],
        name: name.into(),
        kind: "crash".into(),
        spans: spans.iter().map(|&(a, b)| (at(a), at(b))).collect(),
        affected_nodes: ["n1".to_owned()].into(),
        ..FaultRecord::default()
    }
}

/// A scenario with one load and these sentences.
pub fn scenario(sentences: impl IntoIterator<Item = Sentence>) -> Scenario {
    let expect = sentences.into_iter().enumerate();
    let expect = expect.map(|(i, sentence)| Expectation {
        text: format!("sentence {i}"),
        line: Some(i + 1),
        sentence,
    });
    Scenario {
        title: "A test".into(),
        about: String::new(),
        lab: &LAB,
        variant: "reference".into(),
        fillings: Vec::new(),
        duration: Duration::from_secs(35),
        warmup: Duration::from_secs(5),
        settle: Duration::from_secs(2),
        nodes: Vec::new(),
        network: Network { default: LinkSettings::default(), links: Vec::new() },
        loads: vec![load()],
        params: CheckedParams::new(()),
        faults: Vec::new(),
        actions: Vec::new(),
        questions: Vec::new(),
        verdict: Expectations { expect: expect.collect(), ..Expectations::default() },
        limits: Limits::default(),
        hash: "0".into(),
        overrides: Vec::new(),
    }
}

fn load() -> Load {
    Load {
        name: "clients".into(),
        prefix: "c".into(),
        hosts: 1,
        region: None,
        arrivals: Arrivals::Once { clients: 1 },
        from: Time::ZERO,
        until: None,
        timeout: Duration::from_secs(1),
        mix: vec![("get".into(), 1.0)],
        keys: Keys { count: 1, zipf: None },
    }
}

/// `metric comparison value window`.
pub fn sentence(
    metric: Metric,
    comparison: Comparison,
    value: Quantity,
    window: WindowName,
) -> Sentence {
    Sentence::Metric { metric, comparison, value, window }
}
