//! Links: the delays and losses that nodes measure follow the distributions of the scenario.

mod support;

use netsplit_history::{Run, Touch};
use netsplit_scenario::{
    Direction, Dist, Ends, FaultKind, LinkFault, LinkRule, LinkSettings, Partition, Scenario,
    Selector,
};
use netsplit_sim::{Host, Message};
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Exp, LogNormal, Normal, Pareto};
use support::{MS, fault, millis, ms, node, nodes, observed, quiet, run, run_untraced};

/// A message that tells when it was sent.
#[derive(Serialize, Deserialize)]
struct Sent([u8; 8], Vec<u8>);

impl Message for Sent {
    fn kind(&self) -> &'static str {
        "data"
    }
}

/// n1 sends `count` messages of `padding` more bytes to n2, `every` nanoseconds; n2 observes
/// their delays. n2 sends as many to n1 the same way.
fn measure(scenario: &Scenario, count: u64, every: u64, padding: usize) -> Run {
    let lab = nodes(move |host: Host| async move {
        let all = host.nodes("nodes");
        let other = all[usize::from(host.id() == all[0])];
        let mut inbox = host.inbox::<Sent>();
        let sender = host.clone();
        host.spawn(async move {
            sender.sleep(std::time::Duration::from_nanos(every)).await;
            for _ in 0..count {
                let now = sender.true_time().as_nanos().to_le_bytes();
                sender.send(other, &Sent(now, vec![0; padding])).expect("it is short");
                sender.sleep(std::time::Duration::from_nanos(every)).await;
            }
        });
        let name = if host.id() == all[1] { "there" } else { "back" };
        loop {
            let (_, Sent(at, _)) = inbox.recv().await;
            host.observe(
                name,
                host.true_time().since(netsplit_history::Time::from_nanos(u64::from_le_bytes(at))),
            );
        }
    });
    run_untraced(&lab, scenario, 1)
}

const N: usize = 100_000;

fn delays(latency: Dist) -> Vec<f64> {
    let mut scenario = quiet(2);
    scenario.network.default.latency = Some(latency);
    let mut delays = observed(&measure(&scenario, N as u64, 1000, 0), "there");
    assert_eq!(delays.len(), N);
    delays.sort_unstable();
    delays.into_iter().map(|nanos| nanos as f64).collect()
}

/// Kolmogorov and Smirnov's test at the level 0.001.
fn assert_follows(sorted: &[f64], cdf: impl Fn(f64) -> f64) {
    let n = sorted.len() as f64;
    let distances = sorted.iter().enumerate().map(|(i, x)| {
        let expected = cdf(*x);
        (expected - i as f64 / n).abs().max((expected - (i + 1) as f64 / n).abs())
    });
    let distance = distances.fold(0.0, f64::max);
    assert!(distance < 1.9495 / n.sqrt(), "the distance is {distance}");
}

#[test]
fn constant_delays_are_exact() {
    assert!(delays(Dist::Constant(1_234_567)).iter().all(|nanos| *nanos == 1_234_567.0));
}

#[test]
fn uniform_delays_are_uniform() {
    let sorted = delays(Dist::Uniform { min: 50_000, max: 250_000 });
    assert_follows(&sorted, |x| (x - 50_000.0) / 200_000.0);
}

#[test]
fn normal_delays_are_normal_cut_at_zero_or_folded() {
    let normal = Normal::new(10.0 * MS as f64, 8.0 * MS as f64).expect("it is one");
    let dist = |absolute| Dist::Normal { mean: 10 * MS, std_dev: 8 * MS, absolute };
    // Clamping puts a lump at zero: the values above it must follow the law.
    let cut = delays(dist(false));
    let lump = cut.iter().filter(|x| **x == 0.0).count();
    let below = normal.cdf(0.0);
    let sigma = (N as f64 * below * (1.0 - below)).sqrt();
    assert!((lump as f64 - N as f64 * below).abs() < 4.0 * sigma, "{lump}");
    assert_follows(&cut[lump..], |x| (normal.cdf(x) - below) / (1.0 - below));
    assert_follows(&delays(dist(true)), |x| normal.cdf(x) - normal.cdf(-x));
}

#[test]
fn log_normal_delays_have_their_median_and_p99() {
    let sorted = delays(Dist::LogNormal { median: MS, p99: 5 * MS, shift: 100 });
    let z_99 = Normal::standard().inverse_cdf(0.99);
    let law = LogNormal::new((MS as f64).ln(), 5f64.ln() / z_99).expect("it is one");
    assert_follows(&sorted, |x| law.cdf(x - 100.0));
}

#[test]
fn exponential_delays_are_exponential_even_when_short() {
    // A clock of microseconds would fail this by its rounding alone.
    let sorted = delays(Dist::Exponential { mean: 20_000, shift: 5_000 });
    let law = Exp::new(1.0 / 20_000.0).expect("it is one");
    assert_follows(&sorted, |x| law.cdf(x - 5_000.0));
}

#[test]
fn pareto_delays_have_their_tail() {
    let sorted = delays(Dist::Pareto { scale: 235_000, shape: 10.0, shift: 0 });
    let law = Pareto::new(235_000.0, 10.0).expect("it is one");
    assert_follows(&sorted, |x| law.cdf(x));
}

#[test]
fn mixtures_mix_by_weight() {
    let (pareto, exponential) = (
        Dist::Pareto { scale: 235_000, shape: 10.0, shift: 0 },
        Dist::Exponential { mean: 602_410, shift: 0 },
    );
    let sorted = delays(Dist::Mixture(vec![(91.22, pareto), (8.78, exponential)]));
    let pareto = Pareto::new(235_000.0, 10.0).expect("it is one");
    let exponential = Exp::new(1.0 / 602_410.0).expect("it is one");
    assert_follows(&sorted, |x| 0.9122 * pareto.cdf(x) + 0.0878 * exponential.cdf(x));
}

/// Within three standard deviations of a binomial's mean.
fn assert_share(count: usize, p: f64) {
    let (mean, sigma) = (N as f64 * p, (N as f64 * p * (1.0 - p)).sqrt());
    assert!((count as f64 - mean).abs() < 3.0 * sigma, "{count}, expected {mean} +- {sigma}");
}

#[test]
fn losses_and_copies_have_their_probabilities() {
    let mut scenario = quiet(2);
    scenario.network.default.loss = Some(0.05);
    let lossy = measure(&scenario, N as u64, 1000, 0);
    assert_share(N - observed(&lossy, "there").len(), 0.05);
    scenario.network.default = LinkSettings { duplicate: Some(0.02), ..Default::default() };
    let doubling = measure(&scenario, N as u64, 1000, 0);
    assert_share(observed(&doubling, "there").len() - N, 0.02);
}

#[test]
fn a_one_way_partition_drops_one_way_only_and_heals() {
    let isolate = |direction| Partition::Isolate { nodes: node("n1"), direction };
    let groups = Partition::Groups { groups: vec![node("n1"), node("n2")], one_way: true };
    for (cut, there, back) in [
        (isolate(Direction::Out), 500, 1000),
        (isolate(Direction::In), 1000, 500),
        (isolate(Direction::Both), 500, 500),
        (groups, 500, 1000),
    ] {
        let mut scenario = quiet(2);
        scenario.faults = vec![fault(100, 600, FaultKind::Links(LinkFault::Partition(cut)))];
        scenario.duration = millis(2000);
        let run = measure(&scenario, 1000, MS + 1, 0);
        let arrived = (observed(&run, "there").len(), observed(&run, "back").len());
        assert_eq!(arrived, (there, back));
        let cut = run.faults[0].touched[Touch::MessagesCut];
        assert_eq!(cut, 2000 - there as u64 - back as u64);
        assert_eq!(run.faults[0].spans, [(ms(100), ms(600))]);
    }
}

#[test]
fn messages_queue_for_a_narrow_link() {
    let mut scenario = quiet(2);
    scenario.network.default.bandwidth = Some(1_000_000);
    // 10 bytes of header, 8 of the time, 2 of the length: 1000 in all, sent faster than they go.
    let run = measure(&scenario, 50, 100_000, 980);
    let there = observed(&run, "there");
    for (place, nanos) in (1..).zip(&there) {
        assert_eq!(*nanos, place * MS - (place - 1) * 100_000, "message {place}");
    }
}

#[test]
fn what_queues_for_a_narrow_link_leaves_when_it_is_wide_again() {
    let narrow = FaultKind::Links(LinkFault::Bandwidth { ends: Ends::All, bytes_per_s: 1000 });
    for (healthy, millis_each) in [(None, 0), (Some(1_000_000), 1)] {
        let mut scenario = quiet(2);
        scenario.network.default = LinkSettings {
            latency: Some(Dist::Constant(7 * MS)),
            bandwidth: healthy,
            ..Default::default()
        };
        // Five messages of 1000 bytes, one each 100 ms; in the fault, each takes a second.
        scenario.faults = vec![fault(150, 450, narrow.clone())];
        let there = observed(&measure(&scenario, 5, 100 * MS, 980), "there");
        // Of the message sent at 200 ms, a quarter has left at the heal.
        let whole = millis_each * MS;
        let first = 250 * MS + whole * 3 / 4;
        let second = first - 100 * MS + whole;
        let expected = [whole, first, second, second - 100 * MS + whole, whole];
        assert_eq!(there, expected.map(|wait| wait + 7 * MS), "{millis_each} ms each");
    }
}

#[test]
fn of_overlapping_faults_the_latest_latency_holds_and_additions_add_up() {
    let latency = |ms: u64, add| {
        FaultKind::Links(LinkFault::Latency {
            ends: Ends::All,
            message: None,
            latency: Dist::Constant(ms * MS),
            add,
        })
    };
    let mut scenario = quiet(2);
    scenario.network.default.latency = Some(Dist::Constant(MS));
    scenario.network.default.duplicate = Some(1.0);
    scenario.faults = vec![
        fault(50, 450, latency(10, false)),
        fault(150, 250, latency(20, false)),
        fault(350, 550, latency(5, true)),
    ];
    let delays = observed(&measure(&scenario, 6, 100 * MS, 0), "there");
    // Sent at 100, 200, ... ms; every message and its copy are delayed alike.
    let expected = [10, 20, 10, 15, 6, 1].map(|ms| [ms * MS; 2]);
    assert_eq!(delays, expected.concat());
}

#[test]
fn rules_speak_of_ends_and_of_kinds_and_the_last_one_holds() {
    /// Indices into the messages of the lab.
    const PING: u8 = 0;
    const DATA: u8 = 2;
    let rule = |ends, message, ms: u64| LinkRule {
        ends,
        message,
        settings: LinkSettings { latency: Some(Dist::Constant(ms * MS)), ..Default::default() },
    };
    let mut scenario = quiet(2);
    scenario.network.links = vec![
        rule(Ends::All, None, 1),
        rule(Ends::OneWay(node("n1"), node("n2")), Some(DATA), 2),
        rule(Ends::All, Some(PING), 3),
        rule(Ends::Of(Selector::Name("no-such-role".into())), None, 4),
    ];
    let run = measure(&scenario, 1, MS, 0);
    assert_eq!(observed(&run, "there"), [2 * MS]);
    assert_eq!(observed(&run, "back"), [MS]);
}

#[test]
fn a_stronger_latency_does_not_shift_the_draws_of_others() {
    let delays = |faults| {
        let mut scenario = quiet(2);
        scenario.network.default.latency = Some(Dist::Exponential { mean: MS, shift: 0 });
        scenario.faults = faults;
        let lab = nodes(|host: Host| async move {
            let other = host.nodes("nodes")[1];
            if host.id() == other {
                let mut inbox = host.inbox::<Sent>();
                loop {
                    let (_, Sent(number, _)) = inbox.recv().await;
                    let sent = millis(u64::from_le_bytes(number) * 10);
                    host.observe("delay", host.monotonic().saturating_sub(sent));
                }
            }
            for number in 0..80u64 {
                host.sleep(millis(10 * number).saturating_sub(host.monotonic())).await;
                host.send(other, &Sent(number.to_le_bytes(), Vec::new())).expect("it is short");
            }
        });
        observed(&run(&lab, &scenario, 1), "delay")
    };
    let add = FaultKind::Links(LinkFault::Latency {
        ends: Ends::All,
        message: None,
        latency: Dist::Exponential { mean: MS, shift: 0 },
        add: true,
    });
    let (calm, slowed) = (delays(Vec::new()), delays(vec![fault(195, 395, add)]));
    let same = calm.iter().zip(&slowed).filter(|(a, b)| a == b).count();
    assert_eq!((calm.len(), same), (80, 60), "all but the 20 messages of the fault");
}

#[test]
fn links_draw_what_they_always_drew() {
    let mut scenario = quiet(2);
    scenario.network.default.latency = Some(Dist::Exponential { mean: MS, shift: 0 });
    let run = measure(&scenario, 3, 100 * MS, 0);
    assert_eq!(observed(&run, "there"), [733_538, 59_528, 68_684]);
}
