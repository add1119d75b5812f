//! Slow hosts: pauses, slowness, clocks and disks.

mod support;

use netsplit_history::Time;
use netsplit_scenario::{Dist, NodeFault, SyncFault};
use netsplit_sim::Host;
use support::{MS, Ping, Pong, fault, millis, ms, node, nodes, observed, quiet, recorded, run};

fn crash(from: u64, to: u64) -> netsplit_scenario::Fault {
    fault(from, to, NodeFault::Crash.of(node("n1")))
}

#[test]
fn a_paused_node_answers_late_and_in_order_not_never() {
    let mut scenario = quiet(2);
    scenario.faults = vec![fault(100, 400, NodeFault::Pause.of(node("n1")))];
    let lab = nodes(|host: Host| async move {
        let first = host.nodes("nodes")[0];
        if host.id() == first {
            return host.serve(|_, Ping(number)| async move { Pong(number) }).await;
        }
        for number in 0..8 {
            host.sleep(millis(50)).await;
            let (asker, asked) = (host.clone(), host.monotonic());
            host.spawn(async move {
                let answer = asker.call(first, &Ping(number), millis(900)).await;
                assert_eq!(answer, Ok(Pong(number)));
                asker.observe("took", asker.monotonic().saturating_sub(asked));
                asker.observe("number", millis(number));
            });
        }
    });
    let run = run(&lab, &scenario, 1);
    assert_eq!(run.crashes, []);
    // Requests at 50, 100, ... 400 ms; the fault at 100 ms fires before the request at 100 ms.
    let took: Vec<_> = observed(&run, "took").iter().map(|nanos| nanos / MS).collect();
    assert_eq!(took, [0, 300, 250, 200, 150, 100, 50, 0]);
    let order: Vec<_> = observed(&run, "number").iter().map(|nanos| nanos / MS).collect();
    assert_eq!(order, [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_node_that_crashes_while_it_is_paused_starts_anew_after_both() {
    let mut scenario = quiet(1);
    scenario.faults = vec![fault(100, 500, NodeFault::Pause.of(node("n1"))), crash(200, 300)];
    let lab = nodes(|host: Host| async move {
        loop {
            host.record("awake", ());
            host.sleep(millis(150)).await;
        }
    });
    let awake: Vec<_> =
        recorded(&run(&lab, &scenario, 1), "awake").into_iter().map(|(at, _)| at).collect();
    assert_eq!(awake, [ms(0), ms(500), ms(650), ms(800), ms(950)]);
}

#[test]
fn a_slow_node_works_longer_and_a_pause_prolongs_what_is_in_progress() {
    let mut scenario = quiet(2);
    scenario.faults = vec![
        fault(100, 1000, NodeFault::Slow { factor: 3.0 }.of(node("n1"))),
        fault(50, 150, NodeFault::Pause.of(node("n2"))),
    ];
    let lab = nodes(|host: Host| async move {
        host.work(millis(110)).await;
        host.record("worked", ());
    });
    let worked = recorded(&run(&lab, &scenario, 1), "worked");
    assert_eq!(worked, [(ms(130), "n1".to_owned()), (ms(210), "n2".to_owned())]);
}

#[test]
fn a_skew_moves_the_wall_clock_and_a_drift_the_timers() {
    let mut scenario = quiet(3);
    let clock = |name: &str, skew_ns, drift| NodeFault::Clock { skew_ns, drift }.of(node(name));
    scenario.faults = vec![
        fault(100, 500, clock("n2", -(30 * MS as i64), 0.0)),
        fault(100, 500, clock("n3", 0, 0.5)),
    ];
    let lab = nodes(|host: Host| async move {
        let start = host.now();
        host.sleep(millis(400)).await;
        host.record("woke", ());
        host.observe("wall", host.now().saturating_sub(start));
        host.sleep(millis(200)).await;
        host.record("woke", ());
    });
    let run = run(&lab, &scenario, 1);
    let woke = recorded(&run, "woke");
    let at = |time, name: &str| (time, name.to_owned());
    // n3's clock shows 400 ms at 300 ms, and 600 ms when 433.3 ms have passed.
    let early = Time::from_nanos(433_333_334);
    let expected = [
        at(ms(300), "n3"),
        at(ms(400), "n1"),
        at(ms(400), "n2"),
        at(early, "n3"),
        at(ms(600), "n1"),
        at(ms(600), "n2"),
    ];
    assert_eq!(woke, expected);
    assert_eq!(observed(&run, "wall"), [400 * MS, 400 * MS, 370 * MS]);
}

#[test]
fn a_disk_is_slow_then_fails_then_works_again() {
    let mut scenario = quiet(1);
    let disk = |sync, fail| NodeFault::Disk { sync, fail }.of(node("n1"));
    scenario.nodes[0].disk_sync = Dist::Constant(MS);
    scenario.faults = vec![
        fault(100, 200, disk(Some(SyncFault::Takes(Dist::Constant(20 * MS))), false)),
        fault(200, 300, disk(None, true)),
        // The device does not run on the node's clock.
        fault(155, 165, NodeFault::Clock { skew_ns: 0, drift: -0.5 }.of(node("n1"))),
    ];
    let lab = nodes(|host: Host| async move {
        let disk = host.disk();
        for at in [50, 150, 220, 350] {
            host.sleep(millis(at).saturating_sub(host.monotonic())).await;
            let written = disk.write("file", b"x");
            let began = host.true_time();
            let synced = disk.sync("file").await;
            assert_eq!(written.is_ok(), synced.is_ok());
            host.observe(
                if synced.is_ok() { "ok" } else { "failed" },
                host.true_time().since(began),
            );
        }
        assert_eq!(disk.files().expect("it can be read"), ["file"]);
        for name in ["", ".", "..", "a/b", "a\0b", &"n".repeat(201)] {
            assert!(disk.write(name, b"x").is_err(), "{name:?}");
        }
        let longest = "n".repeat(200);
        disk.write(&longest, b"x").expect("a name may have 200 bytes");
        disk.remove(&longest).expect("the disk works");
        assert_eq!(disk.read(&longest).expect("it can be read"), None);
        assert_eq!(disk.files().expect("it can be read"), ["file"]);
        assert!(disk.sync("no such file").await.is_err());
        host.count("checked", 1);
    });
    let run = run(&lab, &scenario, 1);
    assert_eq!(run.crashes, []);
    assert_eq!(observed(&run, "ok"), [MS, 20 * MS, MS]);
    assert_eq!(observed(&run, "failed"), [MS]);
    assert!(run.series.contains_key("checked"));
}

/// Three syncs at 100 ms on a disk that takes 10 ms for each, with faults of its disk; the fourth
/// at 800 ms. Returns how long each took.
fn syncs_under(faults: &[(u64, u64, SyncFault)]) -> Vec<u64> {
    let mut scenario = quiet(1);
    scenario.nodes[0].disk_sync = Dist::Constant(10 * MS);
    let disk = |sync: &SyncFault| NodeFault::Disk { sync: Some(sync.clone()), fail: false };
    scenario.faults = faults
        .iter()
        .map(|(from, to, sync)| fault(*from, *to, disk(sync).of(node("n1"))))
        .collect();
    let lab = nodes(|host: Host| async move {
        host.disk().write("file", b"x").expect("the disk works");
        for at in [100, 100, 100, 800] {
            let syncer = host.clone();
            host.spawn(async move {
                syncer.sleep(millis(at)).await;
                syncer.disk().sync("file").await.expect("the disk works");
                syncer.observe("took", syncer.true_time().since(ms(at)));
            });
        }
    });
    let run = run(&lab, &scenario, 1);
    assert_eq!(run.crashes, []);
    observed(&run, "took")
}

fn takes(ms: u64) -> SyncFault {
    SyncFault::Takes(Dist::Constant(ms * MS))
}

#[test]
fn a_sync_continues_at_the_healthy_rate_when_its_disk_heals() {
    assert_eq!(syncs_under(&[]), [10, 20, 30, 10].map(|ms| ms * MS));
    // 200 ms are a fifth of a slow sync; four fifths of a healthy one are left.
    assert_eq!(syncs_under(&[(50, 300, takes(1000))]), [208, 218, 228, 10].map(|ms| ms * MS));
    // Half the first sync is done when the fault strikes; a quarter of it is left at the heal.
    let both = syncs_under(&[(105, 125, takes(80))]);
    assert_eq!(both, [5 * MS + 20 * MS + 2_500_000, 37_500_000, 47_500_000, 10 * MS]);
    // The latest strike wins, and the earlier one is in force again after it.
    let nested = syncs_under(&[(50, 400, takes(400)), (200, 300, takes(100_000))]);
    assert_eq!(nested, [304_990_000, 314_990_000, 324_990_000, 10 * MS]);
}

#[test]
fn a_hanging_disk_makes_no_progress_until_it_heals() {
    let hung = syncs_under(&[(105, 605, SyncFault::Hangs)]);
    assert_eq!(hung, [510, 520, 530, 10].map(|ms| ms * MS));
    let never_healed = syncs_under(&[(115, 5000, SyncFault::Hangs)]);
    assert_eq!(never_healed, [10 * MS]);
}

#[test]
fn an_abandoned_sync_still_occupies_a_disk_that_heals_and_a_crash_empties_it() {
    let mut scenario = quiet(1);
    scenario.nodes[0].disk_sync = Dist::Constant(10 * MS);
    let hang = NodeFault::Disk { sync: Some(SyncFault::Hangs), fail: false }.of(node("n1"));
    scenario.faults = vec![fault(50, 300, hang), crash(400, 500)];
    let lab = nodes(|host: Host| async move {
        let disk = host.disk();
        disk.write("file", b"x").expect("the disk works");
        if host.monotonic() < millis(400) {
            host.sleep(millis(100)).await;
            assert!(host.timeout(millis(50), disk.sync("file")).await.is_err());
            disk.sync("file").await.expect("the disk works");
            host.observe("ended", host.monotonic());
            host.sleep(millis(395).saturating_sub(host.monotonic())).await;
        }
        disk.sync("file").await.expect("the disk works");
        host.observe("ended", host.monotonic());
    });
    let run = run(&lab, &scenario, 1);
    assert_eq!(run.crashes, []);
    assert_eq!(observed(&run, "ended"), [320 * MS, 510 * MS]);
}

#[test]
fn tasks_woken_during_a_pause_resume_in_the_order_of_their_wakes() {
    let mut scenario = quiet(1);
    scenario.faults = vec![fault(100, 400, NodeFault::Pause.of(node("n1")))];
    let lab = nodes(|host: Host| async move {
        for at in [350, 150, 450, 250] {
            let sleeper = host.clone();
            host.spawn(async move {
                sleeper.sleep(millis(at)).await;
                sleeper.observe("woke", millis(at));
            });
        }
    });
    let run = run(&lab, &scenario, 1);
    assert_eq!(observed(&run, "woke"), [150, 250, 350, 450].map(|at| at * MS));
    let times: Vec<_> = run.observed["woke"].iter().map(|sample| sample.at).collect();
    assert_eq!(times, [ms(400), ms(400), ms(400), ms(450)]);
}
