//! A lab that cheats: it remembers how often it was run.

use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use netsplit_scenario::{GroupSpec, LabSpec, OperationSpec, ParamsSpec, Refusal};
use netsplit_sim::{
    Client, Host, Lab, Message, Performing, Reply, Request, Rpc, Setup, System, Task,
};
use serde::{Deserialize, Serialize};

use super::*;
use crate::command::run::with_seed;

#[derive(Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Params {
    /// The request from which on it cheats.
    from: u64,
    /// What differs: `nothing`, `content` or `time`.
    leaks: String,
}

impl Default for Params {
    fn default() -> Params {
        Params { from: 0, leaks: "nothing".into() }
    }
}

static SPEC: LabSpec = LabSpec {
    name: "cheat",
    summary: "Remembers how often it was run",
    groups: &[GroupSpec { name: "nodes", prefix: "n", count: 1, workers: None, summary: "Answer" }],
    operations: &[OperationSpec { name: "ask", weight: 1.0, summary: "Ask" }],
    messages: &["question", "answer"],
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
    params: ParamsSpec::of::<Params>(),
};

#[derive(Serialize, Deserialize)]
struct Question(u64);

#[derive(Serialize, Deserialize)]
struct Answer(u64);

impl Message for Question {
    fn kind(&self) -> &'static str {
        "question"
    }
}

impl Message for Answer {
    fn kind(&self) -> &'static str {
        "answer"
    }
}

impl Rpc for Question {
    type Response = Answer;
}

struct Cheat(AtomicU64);

struct Running {
    run: u64,
    params: Params,
}

impl Lab for Cheat {
    fn spec(&self) -> &'static LabSpec {
        &SPEC
    }

    fn lesson(&self) -> &'static str {
        ""
    }

    fn build(&self, setup: &Setup) -> Result<Rc<dyn System>, Refusal> {
        Ok(Rc::new(Running {
            run: self.0.fetch_add(1, Ordering::Relaxed),
            params: setup.params::<Params>().clone(),
        }))
    }
}

impl System for Running {
    fn node(&self, host: Host) -> Task {
        let (run, params) = (self.run, self.params.clone());
        Box::pin(async move {
            let server = host.clone();
            host.serve(move |_, Question(number)| {
                let (host, params) = (server.clone(), params.clone());
                async move {
                    let cheats = number >= params.from;
                    if cheats && params.leaks == "time" {
                        host.sleep(Duration::from_micros(run)).await;
                    }
                    Answer(if cheats && params.leaks == "content" { run } else { 0 })
                }
            })
            .await;
        })
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        Rc::new(Asker(host))
    }
}

struct Asker(Host);

impl Client for Asker {
    fn perform(&self, request: Request) -> Performing {
        let host = self.0.clone();
        Box::pin(async move {
            let server = host.nodes("nodes")[0];
            match host.call(server, &Question(request.id), Duration::from_millis(500)).await {
                Ok(Answer(_)) => Reply::ok(0),
                Err(error) => Reply::timed_out(error.to_string()),
            }
        })
    }
}

/// What two runs of the cheat find.
fn found(leaks: &str, from: u64) -> Option<Divergence> {
    let text = format!(
        "title = 'A cheat'\nlab = 'cheat'\nduration = '2s'\n[[load]]\nrate = '50/s'\n\
         [params]\nfrom = {from}\nleaks = '{leaks}'\n"
    );
    let lab: &'static Cheat = Box::leak(Box::new(Cheat(AtomicU64::new(0))));
    let experiment = Experiment::parse(lab, &text, &[]).unwrap_or_else(|error| panic!("{error}"));
    run(&experiment, &with_seed(1), true).unwrap().1
}

#[test]
fn a_lab_that_does_not_cheat_runs_twice_the_same_way() {
    assert_eq!(found("nothing", 0), None);
}

#[test]
fn a_delay_is_found_where_it_shows_first() {
    let divergence = found("time", 20).expect("the runs differ");
    assert_eq!(divergence.node, "n1", "{divergence:?}");
    let told = format!("{} n1 -> c1  answer", divergence.at);
    assert!(divergence.first.starts_with(&told), "{divergence:?}");
    assert_ne!(divergence.first, divergence.second);
    let earlier = found("time", 0).expect("the runs differ");
    assert!(earlier.event < divergence.event, "{earlier:?} {divergence:?}");
}

#[test]
fn a_difference_inside_a_message_is_found_and_shown() {
    let divergence = found("content", 20).expect("the runs differ");
    assert_eq!(divergence.node, "n1", "{divergence:?}");
    assert!(divergence.first.contains("n1 -> c1  answer"), "{divergence:?}");
    assert_ne!(divergence.first, divergence.second);
}
