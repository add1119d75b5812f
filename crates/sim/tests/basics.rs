//! Basics of the engine: messages, calls, roles and actions; each answer belongs to its request.

mod support;

use netsplit_history::Status;
use netsplit_sim::{CallError, Host, MAX_MESSAGE, Message};
use serde::{Deserialize, Serialize};
use support::{Asker, Ping, Pong, TestLab, millis, node, nodes, observed, pong_server, quiet, run};

#[test]
fn requests_are_answered_with_what_they_asked_for() {
    let lab = TestLab { node: pong_server, client: Asker::client };
    let run = run(&lab, &support::scenario(3), 1);
    assert!(run.operations.len() > 800, "{}", run.operations.len());
    for (number, op) in (1..).zip(&run.operations) {
        assert_eq!((op.status, op.output.as_u64()), (Status::Ok, Some(number)));
    }
    assert_eq!(run.network.sent, 2 * run.operations.len() as u64);
}

/// A message of any size.
#[derive(Serialize, Deserialize)]
struct Data(Vec<u8>);

impl Message for Data {
    fn kind(&self) -> &'static str {
        "data"
    }
}

#[test]
fn a_message_of_the_greatest_size_arrives_whole_and_a_greater_one_is_refused() {
    let lab = nodes(|host: Host| async move {
        let other = host.nodes("nodes")[1];
        if host.id() == other {
            let (_, Data(bytes)) = host.inbox::<Data>().recv().await;
            assert!(bytes.iter().all(|byte| *byte == 7));
            host.gauge("received", bytes.len() as f64);
            return;
        }
        host.sleep(millis(1)).await;
        let whole = MAX_MESSAGE - 13;
        assert_eq!(host.send(other, &Data(vec![7; whole + 1])), Err(CallError::TooLarge));
        assert_eq!(host.send(other, &Data(vec![7; whole])), Ok(()));
    });
    let run = run(&lab, &quiet(2), 1);
    assert_eq!(run.crashes, []);
    assert_eq!(run.series["received"].points[0].value, (MAX_MESSAGE - 13) as f64);
}

#[test]
fn a_message_to_oneself_arrives_at_once_whatever_the_links_do() {
    let mut scenario = quiet(1);
    scenario.network.default.latency = Some(netsplit_scenario::Dist::Constant(support::MS));
    scenario.network.default.loss = Some(1.0);
    let lab = nodes(|host: Host| async move {
        let mut inbox = host.inbox::<Ping>();
        host.send(host.id(), &Ping(1)).expect("it is short");
        assert_eq!(inbox.recv().await, (host.id(), Ping(1)));
        host.observe("took", host.monotonic());
    });
    assert_eq!(observed(&run(&lab, &scenario, 1), "took"), [0]);
}

#[test]
fn a_call_times_out_when_no_answer_comes_and_not_before() {
    let lab = nodes(|host: Host| async move {
        let call = host.call(host.nodes("nodes")[1], &Ping(1), millis(70));
        assert_eq!(call.await, Err(CallError::Timeout));
        host.observe("took", host.monotonic());
    });
    let run = run(&lab, &quiet(2), 1);
    assert_eq!(observed(&run, "took"), [70 * support::MS; 2]);
    assert_eq!(run.network.dropped, 2, "nobody listens");
}

#[test]
fn a_late_or_duplicate_answer_reaches_no_other_call() {
    let mut scenario = quiet(2);
    let link = &mut scenario.network.default;
    link.duplicate = Some(1.0);
    link.latency = Some(netsplit_scenario::Dist::Uniform { min: 0, max: 40 * support::MS });
    let lab = nodes(|host: Host| async move {
        if &*host.name() == "n2" {
            return host.serve(|_, Ping(number)| async move { Pong(number) }).await;
        }
        for number in 0..20 {
            let call = host.call(host.nodes("nodes")[1], &Ping(number), millis(30));
            if let Ok(answer) = call.await {
                assert_eq!(answer, Pong(number));
                host.count("answers", 1);
            }
        }
    });
    let run = run(&lab, &scenario, 1);
    assert_eq!(run.crashes, []);
    let answers = run.series["answers"].points.len();
    assert!(0 < answers && answers < 20, "{answers}");
}

#[test]
fn nodes_join_at_run_time_and_obey_the_rules_of_their_group() {
    let mut scenario = quiet(1);
    scenario.network.links.push(netsplit_scenario::LinkRule {
        ends: netsplit_scenario::Ends::Of(node("nodes")),
        message: None,
        settings: netsplit_scenario::LinkSettings {
            latency: Some(netsplit_scenario::Dist::Constant(50 * support::MS)),
            ..Default::default()
        },
    });
    let lab = nodes(|host: Host| async move {
        let first = host.nodes("nodes")[0];
        if host.id() != first {
            host.send(first, &Ping(2)).expect("it is short");
            return;
        }
        let mut inbox = host.inbox::<Ping>();
        let second = host.start_node("nodes").expect("there is room");
        assert_eq!(&*host.name_of(second), "n2");
        assert_eq!(inbox.recv().await, (second, Ping(2)));
        host.observe("took", host.monotonic());
        assert_eq!(host.start_node("no such group"), None);
        while host.start_node("nodes").is_some() {}
        host.count("full", 1);
    });
    let run = run(&lab, &scenario, 1);
    assert_eq!(run.crashes, []);
    assert_eq!(observed(&run, "took"), [50 * support::MS]);
    assert_eq!(run.series["full"].points.len(), 1);
}
