//! The echo lab: a server answers each message with its content.

use netsplit_sim::prelude::*;
use schemars::JsonSchema;

/// A client's message.
#[derive(Debug, Serialize, Deserialize)]
struct Tell(u64);

/// The server's answer.
#[derive(Debug, Serialize, Deserialize)]
struct Told(u64);

messages! { KINDS:
    Tell "tell" => Told "told";
}

/// The seat `answer`: from what a server was told to what it answers. The first filling is the
/// reference; each other one is a variant by its name (`--variant off-by-one`).
pub static ANSWER: Seat<fn(u64) -> u64> = Seat {
    name: "answer",
    summary: "What a server answers",
    fillings: &[
        filling("same", "The content, as it came", |content| content),
        mutant("off-by-one", "One more than what came", "wrong_answers", "calm", |content| {
            content + 1
        }),
    ],
};

/// The parameters: a scenario's `[params]`. Doc comments are what editors show.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Params {
    /// How long a server works on an answer. Default: 0s.
    pub work: Span,
}

static SPEC: LabSpec = LabSpec {
    groups: &[GroupSpec::new("nodes", "n", 1, "Servers")],
    operations: &[OperationSpec::new("tell", 1.0, "Tell a server something")],
    messages: KINDS,
    metrics: &[Named::new("wrong_answers", "Answers that were not what the server was told")],
    seats: &[&ANSWER],
    reference: "Answers with what it was told",
    params: ParamsSpec::of::<Params>(),
    ..LabSpec::new("echo", "A server that answers with what it was told")
};

/// The lab.
pub struct Echo;

impl Lab for Echo {
    fn spec(&self) -> &'static LabSpec {
        &SPEC
    }

    fn lesson(&self) -> &'static str {
        include_str!("../README.md")
    }

    fn scenarios(&self) -> &'static [ScenarioFile] {
        scenario_files!("../scenarios": "calm", "loss")
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        Ok(Rc::new(Cluster {
            answer: *setup.pick(&ANSWER),
            work: *setup.params::<Params>().work,
            timeout: setup.client_timeout(),
        }))
    }
}

/// What one run is made of. It outlives crashes: what a crash must take belongs in the future
/// that `node` returns.
struct Cluster {
    answer: fn(u64) -> u64,
    work: Duration,
    timeout: Duration,
}

impl System for Cluster {
    fn node(&self, host: Host) -> Task {
        let (answer, work) = (self.answer, self.work);
        Box::pin(async move {
            let server = host.clone();
            host.serve(move |_, Tell(content)| {
                let server = server.clone();
                async move {
                    server.work(work).await;
                    Told(answer(content))
                }
            })
            .await;
        })
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        Rc::new(EchoClient { host, timeout: self.timeout })
    }
}

/// A client session.
struct EchoClient {
    host: Host,
    timeout: Duration,
}

impl Client for EchoClient {
    fn perform(&self, request: Request) -> Performing {
        let (host, content) = (self.host.clone(), request.unique_value());
        let servers = host.nodes("nodes");
        let server = servers[content as usize % servers.len()];
        let call = host.call(server, &Tell(content), self.timeout);
        Box::pin(async move {
            let Ok(Told(answer)) = call.await else {
                return Reply::timed_out("no answer");
            };
            host.count("wrong_answers", u64::from(answer != content));
            Reply::ok(answer)
        })
    }
}
