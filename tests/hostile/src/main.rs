//! A `netsplit` with a lab that misbehaves: each filling of its seat is a way to take down the
//! process, the memory or the time of whoever runs it.

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

/// What the second of two servers does after half a second.
static MISCHIEF: Seat<fn(Host) -> Task> = Seat {
    name: "mischief",
    summary: "What the second server does after half a second",
    fillings: &[
        filling("none", "Nothing", |_| Box::pin(async {})),
        filling("abort", "Aborts the process", |_| Box::pin(async { std::process::abort() })),
        filling("exit", "Ends the process as if all were well", |_| {
            Box::pin(async { std::process::exit(0) })
        }),
        filling("overflow", "Overflows the stack", |_| {
            Box::pin(async {
                std::hint::black_box(deeper(0));
            })
        }),
        filling("drop-panic", "Panics while a panic drops its memory", |_| {
            Box::pin(async {
                let _bomb = Bomb;
                panic!("the first panic");
            })
        }),
        filling("allocation", "Allocates what no machine has", |_| {
            Box::pin(async {
                let size = std::hint::black_box(1 << 60);
                std::hint::black_box(Vec::<u8>::with_capacity(size));
            })
        }),
        filling("spin", "Never returns from a poll", |_| {
            Box::pin(async {
                loop {
                    std::hint::spin_loop();
                }
            })
        }),
        filling("print", "Prints to standard output", |_| {
            Box::pin(async { println!("{{\"a lab\": \"prints\"}}") })
        }),
        filling("sleep", "Sleeps for a nanosecond, for ever", |host| {
            Box::pin(async move {
                loop {
                    host.sleep(Duration::from_nanos(1)).await;
                }
            })
        }),
        filling("flood", "Sends messages without end, at one instant", |host| {
            Box::pin(async move {
                let other = host.nodes("nodes")[0];
                loop {
                    host.send(other, &Tell(0)).expect("it is short");
                }
            })
        }),
        filling("spawn", "Spawns tasks without end", |host| {
            Box::pin(async move {
                loop {
                    host.spawn(std::future::pending());
                }
            })
        }),
        filling("record", "Records events without end", |host| {
            Box::pin(async move {
                loop {
                    host.record("noted", "the same, again and again");
                }
            })
        }),
        filling("count", "Counts without end", |host| {
            Box::pin(async move {
                loop {
                    host.count("counted", 1);
                }
            })
        }),
        filling("write", "Fills its disk", |host| {
            Box::pin(async move {
                let disk = host.disk();
                for file in 0_u64.. {
                    disk.write(&file.to_string(), &vec![7; 1 << 20]).expect("a disk takes it");
                }
            })
        }),
    ],
};

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the second panic");
    }
}

/// Recurses without end.
#[expect(unconditional_recursion, reason = "that is its purpose")]
fn deeper(level: u64) -> u64 {
    let here = std::hint::black_box([level; 64]);
    here[7] + deeper(level + 1) + here[9]
}

/// The parameters: there are none.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Params {}

static SPEC: LabSpec = LabSpec {
    groups: &[GroupSpec::new("nodes", "n", 2, "Servers")],
    operations: &[OperationSpec::new("tell", 1.0, "Tell a server something")],
    messages: KINDS,
    events: &[Named::new("noted", "Something was noted")],
    metrics: &[Named::new("counted", "Something was counted")],
    seats: &[&MISCHIEF],
    reference: "Answers, and does no harm",
    params: ParamsSpec::of::<Params>(),
    ..LabSpec::new("hostile", "Two servers, of which one may misbehave")
};

/// The lab.
struct Hostile;

impl Lab for Hostile {
    fn spec(&self) -> &'static LabSpec {
        &SPEC
    }

    fn lesson(&self) -> &'static str {
        "# Hostile\n"
    }

    fn scenarios(&self) -> &'static [ScenarioFile] {
        scenario_files!("../scenarios": "calm")
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        Ok(Rc::new(Cluster { mischief: *setup.pick(&MISCHIEF) }))
    }
}

struct Cluster {
    mischief: fn(Host) -> Task,
}

impl System for Cluster {
    fn node(&self, host: Host) -> Task {
        let mischief = self.mischief;
        Box::pin(async move {
            if host.id() == host.nodes("nodes")[1] {
                let own = host.clone();
                host.spawn(async move {
                    own.sleep(Duration::from_millis(500)).await;
                    mischief(own.clone()).await;
                });
            }
            host.serve(|_, Tell(content)| async move { Told(content) }).await;
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
        let server = host.nodes("nodes")[0];
        let call = host.call(server, &Tell(request.id), Duration::from_millis(100));
        Box::pin(async move {
            match call.await {
                Ok(Told(_)) => Reply::ok(()),
                Err(_) => Reply::timed_out("no answer"),
            }
        })
    }
}

fn main() -> std::process::ExitCode {
    netsplit_cli::main(&[&Hostile])
}
