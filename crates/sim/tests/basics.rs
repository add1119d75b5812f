//! The engine runs, and the same seed runs alike.

mod support;

use std::rc::Rc;
use std::time::Duration;

use netsplit_history::Status;
use netsplit_sim::{Client, Host, Message, Performing, Reply, Request, Rpc, Task};
use rand::Rng;
use serde::{Deserialize, Serialize};
use support::{TestLab, run, scenario};

#[derive(Serialize, Deserialize)]
struct Ping(u64);

#[derive(Serialize, Deserialize)]
struct Pong(u64);

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

/// Works a random time for each ping, then answers.
fn server(host: Host) -> Task {
    Box::pin(async move {
        let worker = host.clone();
        host.serve(move |_, Ping(number)| {
            let host = worker.clone();
            async move {
                let micros = host.rng().next_u64() % 10_000;
                host.work(Duration::from_micros(micros)).await;
                Pong(number)
            }
        })
        .await;
    })
}

struct Asker(Host);

impl Client for Asker {
    fn perform(&self, request: Request) -> Performing {
        let host = self.0.clone();
        Box::pin(async move {
            let server = host.nodes("nodes")[0];
            match host
                .call(server, &Ping(request.id), Duration::from_millis(500))
                .await
            {
                Ok(Pong(number)) => Reply::ok(number),
                Err(error) => Reply::unknown(error.to_string()),
            }
        })
    }
}

#[test]
fn requests_are_answered_with_what_they_asked_for() {
    let lab = TestLab {
        node: server,
        client: |host| Rc::new(Asker(host)) as Rc<dyn Client>,
    };
    let run = run(&lab, &scenario(1), 1);
    assert!(run.operations.len() > 800, "{}", run.operations.len());
    assert!(run.operations.iter().all(|op| op.status == Status::Ok));
    assert_eq!(run.network.sent, 2 * run.operations.len() as u64);
}

#[test]
fn the_seed_alone_decides_the_run() {
    let lab = TestLab {
        node: server,
        client: |host| Rc::new(Asker(host)) as Rc<dyn Client>,
    };
    let (first, again) = (run(&lab, &scenario(1), 1), run(&lab, &scenario(1), 1));
    assert_eq!(first.fingerprint, again.fingerprint);
    assert_eq!(first.trace, again.trace);
    assert_ne!(first.fingerprint, run(&lab, &scenario(1), 2).fingerprint);
}
