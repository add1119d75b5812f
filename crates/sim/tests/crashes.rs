//! Crash and restart: state that is lost, state that is kept, and other hosts that go on.

mod support;

use netsplit_history::{Status, TraceKind};
use netsplit_scenario::{Dist, NodeFault};
use netsplit_sim::{Host, Task};
use support::{
    Asker, MS, Ping, Pong, TestLab, fault, millis, ms, node, nodes, observed, quiet, recorded, run,
};

fn crash(from: u64, to: u64) -> netsplit_scenario::Fault {
    fault(from, to, NodeFault::Crash.of(node("n1")))
}

#[test]
fn a_crash_loses_memory_and_unsynced_writes_and_keeps_synced_ones() {
    let mut scenario = quiet(1);
    scenario.nodes[0].disk_sync = Dist::Constant(5 * MS);
    scenario.faults = vec![crash(100, 200)];
    let lab = nodes(|host: Host| async move {
        let disk = host.disk();
        let found = |file| disk.read(file).expect("the disk works");
        if host.monotonic() > millis(150) {
            assert_eq!(found("synced"), Some(b"before".to_vec()));
            assert_eq!(found("never"), None);
            assert_eq!(found("too-late"), None);
            return host.count("checked", 1);
        }
        let write = |file, bytes| disk.write(file, bytes).expect("the disk works");
        write("synced", b"before");
        disk.sync("synced").await.expect("the disk works");
        assert_eq!(host.monotonic(), millis(5));
        disk.append("synced", b" and after").expect("the disk works");
        write("never", b"lost");
        host.sleep(millis(93)).await;
        write("too-late", b"lost");
        let _ = disk.sync("too-late").await;
        unreachable!("the node crashes before the sync is over");
    });
    let run = run(&lab, &scenario, 1);
    assert_eq!(run.crashes, []);
    assert_eq!(run.series["checked"].points.len(), 1);
}

#[test]
fn a_restarted_node_serves_again_and_remembers_nothing() {
    let mut scenario = support::scenario(1);
    scenario.faults = vec![crash(3000, 5000)];
    let counting = |host: Host| -> Task {
        Box::pin(async move {
            let served = std::cell::Cell::new(0);
            host.serve(|_, Ping(_)| {
                served.set(served.get() + 1);
                let served = served.get();
                async move { Pong(served) }
            })
            .await;
        })
    };
    let run = run(&TestLab { node: counting, client: Asker::client }, &scenario, 1);
    let ok = |from, to| {
        let window =
            run.operations.iter().filter(move |op| op.intended >= ms(from) && op.intended < ms(to));
        let total = window.clone().count();
        (window.filter(|op| op.status == Status::Ok).count(), total)
    };
    assert_eq!(ok(0, 3000).0, ok(0, 3000).1);
    assert_eq!(ok(3000, 4999).0, 0);
    assert_eq!(ok(5000, 10_000).0, ok(5000, 10_000).1);
    let first = run.operations.iter().find(|op| op.intended >= ms(5000)).expect("load goes on");
    assert_eq!(first.output.as_u64(), Some(1), "the count began anew");
    assert!(run.faults[0].affected_nodes.contains("n1"));
}

#[test]
fn messages_in_flight_to_a_crashed_life_are_dropped_and_counted() {
    let mut scenario = quiet(2);
    scenario.network.default.latency = Some(Dist::Constant(50 * MS));
    scenario.faults = vec![crash(100, 120)];
    let lab = nodes(|host: Host| async move {
        let first = host.nodes("nodes")[0];
        if host.id() == first {
            let mut inbox = host.inbox::<Ping>();
            loop {
                let (_, Ping(number)) = inbox.recv().await;
                host.observe("got", millis(number));
            }
        }
        for at in [49, 90, 110, 130] {
            host.sleep(millis(at).saturating_sub(host.monotonic())).await;
            host.send(first, &Ping(at)).expect("it is short");
        }
    });
    let run = run(&lab, &scenario, 1);
    // A message sent while it was down arrives at the new life; one in flight at the crash does not.
    assert_eq!(observed(&run, "got"), [49 * MS, 110 * MS, 130 * MS]);
    assert_eq!(run.network.dropped, 1);
    let whys = run.trace.iter().filter_map(|event| match event.kind {
        TraceKind::Drop { why, .. } => Some(why),
        _ => None,
    });
    assert_eq!(whys.collect::<Vec<_>>(), ["receiver restarted"]);
}

#[test]
fn of_overlapping_crashes_the_last_to_heal_restarts() {
    let mut scenario = quiet(1);
    scenario.faults = vec![crash(100, 300), crash(200, 400), crash(250, 260)];
    let lab = nodes(|host: Host| async move { host.record("started", ()) });
    let started = recorded(&run(&lab, &scenario, 1), "started");
    assert_eq!(started, [(ms(0), "n1".to_owned()), (ms(400), "n1".to_owned())]);
}

#[test]
fn a_crashed_client_host_sends_no_requests_and_others_go_on() {
    let mut scenario = support::scenario(1);
    scenario.loads[0].hosts = 4;
    scenario.faults = vec![fault(3000, 6000, NodeFault::Crash.of(node("c2")))];
    let run = run(&TestLab { node: support::pong_server, client: Asker::client }, &scenario, 1);
    let failed = run.operations.iter().filter(|op| op.status != Status::Ok).count();
    assert!(failed <= 5, "{failed} requests failed: sessions of other hosts take over");
    assert_eq!(run.crashes, []);
}

#[test]
fn handles_of_an_earlier_life_are_inert() {
    /// Acts when its node's memory is lost.
    struct LastWords(Host);
    impl Drop for LastWords {
        fn drop(&mut self) {
            let host = &self.0;
            host.send(host.nodes("nodes")[1], &Ping(1)).expect("it is short");
            host.count("said", 1);
            host.record("said", ());
            host.set_role("ghost");
            host.spawn(async { unreachable!("nobody runs this") });
            assert!(host.disk().write("file", b"x").is_err());
            assert_eq!(host.start_node("nodes"), None);
            drop((host.sleep(millis(1)), host.work(millis(1)), host.inbox::<Ping>()));
            drop(host.call(host.id(), &Ping(1), millis(1)));
        }
    }
    let mut scenario = quiet(2);
    scenario.faults = vec![crash(100, 200)];
    let lab = nodes(|host: Host| async move {
        let _words = LastWords(host.clone());
        let _inbox = host.inbox::<Pong>();
        std::future::pending::<()>().await;
    });
    let run = run(&lab, &scenario, 1);
    assert_eq!((run.network.sent, run.events.len(), run.series.len()), (0, 0, 0));
    assert_eq!(run.crashes, []);
}
