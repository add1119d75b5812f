//! The expected values of `truth.toml`, computed again: from a formula where there is one, and else by
//! following a Markov chain of queues, or by throwing and drawing.
//!
//! Nothing here knows the simulator or the lab's algorithms, so a number in the table is wrong only if
//! both are.

use std::collections::VecDeque;

use netsplit_harness::testing::truth_table_is_computed;
use netsplit_lab_load_balancing::LoadBalancing;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// The start of a check's `law`, and what its formula gives.
fn formulas() -> Vec<(&'static str, f64)> {
    vec![
        ("One choice, rho 0.8", 10.0 / (1.0 - 0.8)),
        ("In turn, N 10, rho 0.8", in_turn(10.0, 0.8)),
        ("In turn, N 10, rho 0.9", in_turn(10.0, 0.9)),
        ("In turn, N 100, rho 0.9", in_turn(100.0, 0.9)),
        ("Capacity 100/s, 180/s come, 250/s after 30 s: backlog", 80.0 * 30.0),
        ("Capacity 100/s, 180/s come, 250/s after 30 s: drained", 80.0 * 30.0 / 70.0),
    ]
}

/// The start of a check's `law`, and what an independent simulation gives, to within 2.5%.
fn simulated() -> Vec<(&'static str, f64)> {
    let own = |servers, rho, choices| chain(servers, rho, 1, choices, f64::INFINITY);
    let many = |balancers, choices| chain(10, 0.9, balancers, choices, f64::INFINITY);
    let board = |choices, age| chain(100, 0.9, 1, choices, age);
    let mut all = vec![
        ("Two choices, N 10, rho 0.9", own(10, 0.9, 2)),
        ("Two choices, N 10, rho 0.8", own(10, 0.8, 2)),
        ("Two choices, N 20", own(20, 0.9, 2)),
        ("Two choices, N 100", own(100, 0.9, 2)),
        ("Three choices, N 100", own(100, 0.9, 3)),
        ("Shortest queue, N 10, rho 0.8", own(10, 0.8, ALL)),
        ("Shortest queue, N 10, rho 0.9", own(10, 0.9, ALL)),
        ("Shortest queue, N 100", own(100, 0.9, ALL)),
        ("4 balancers, in turn", many(4, TURN)),
        ("4 balancers, two choices", many(4, 2)),
        ("4 balancers, least outstanding", many(4, ALL)),
        ("20 balancers, in turn", many(20, TURN)),
        ("20 balancers, two choices", many(20, 2)),
        ("20 balancers, least outstanding", many(20, ALL)),
        ("Two choices from a board of age 1", board(2, 1.0)),
        ("The best of a board of age 1", board(ALL, 1.0)),
        ("Two choices from a board of age 5", board(2, 5.0)),
        ("The best of a board of age 5", board(ALL, 5.0)),
        ("Two choices from a board of age 20", board(2, 20.0)),
        ("100 balls, one choice", fullest(100, 1)),
        ("100 balls, two choices", fullest(100, 2)),
        ("1,000 balls, one choice", fullest(1000, 1)),
        ("1,000 balls, two choices", fullest(1000, 2)),
    ];
    let (ninety, thirty, ten) = (extremes(90), extremes(30), extremes(10));
    all.extend([
        ("Random subsets of 90 of 300: the least", ninety.0),
        ("Random subsets of 90 of 300: the most", ninety.1),
        ("Random subsets of 30 of 300: the least", thirty.0),
        ("Random subsets of 30 of 300: the most", thirty.1),
        ("Random subsets of 10 of 300: the least", ten.0),
        ("Random subsets of 10 of 300: the most", ten.1),
    ]);
    all
}

#[test]
fn the_truth_table_is_what_its_formulas_and_chains_give() {
    let formulas = formulas().into_iter().map(|(start, value)| (start, value, 5e-4));
    let simulated = simulated().into_iter().map(|(start, value)| (start, value, 0.025));
    truth_table_is_computed(&LoadBalancing, &["exact"], formulas.chain(simulated));
}

/// The mean time in ms of `E_N/M/1`: a server that gets every Nth of the requests.
fn in_turn(n: f64, rho: f64) -> f64 {
    let step = |s: f64, _| (n * rho / (n * rho + 1.0 - s)).powf(n);
    10.0 / (1.0 - (0..10_000).fold(0.5, step))
}

/// Compares all servers.
const ALL: usize = usize::MAX;
/// Takes servers in turn.
const TURN: usize = 0;

fn uniform(rng: &mut impl Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

fn below(count: usize, rng: &mut impl Rng) -> usize {
    (uniform(rng) * count as f64) as usize
}

/// The mean time in ms of a request, by Little's law, from one long path of the Markov chain: `servers`
/// queues, and random balancers that compare `choices` of them. Each looks at its own requests, or at
/// a board that is renewed every `board`, if that is finite.
fn chain(servers: usize, rho: f64, balancers: usize, choices: usize, board: f64) -> f64 {
    let rng = &mut Xoshiro256PlusPlus::seed_from_u64(7);
    // Whose requests wait at each server.
    let mut queues = vec![VecDeque::new(); servers];
    let mut seen = vec![vec![0u32; servers]; balancers];
    let mut turns = vec![0; balancers];
    let (rate, end) = (servers as f64 * (1.0 + rho), 2e6 / servers as f64);
    let (mut now, mut renewed, mut here, mut area) = (0.0, 0.0, 0u32, 0.0);
    while now < end {
        let step = -(1.0 - uniform(rng)).ln() / rate;
        // The chain begins empty, and the first twentieth is not counted.
        area += if now > end / 20.0 { f64::from(here) * step } else { 0.0 };
        now += step;
        if now - renewed >= board {
            renewed = now - now % board;
            seen[0] = queues.iter().map(|queue| queue.len() as u32).collect();
        }
        if uniform(rng) * (1.0 + rho) < rho {
            let balancer = below(balancers, rng);
            let server = if choices == TURN {
                turns[balancer] = (turns[balancer] + 1) % servers;
                turns[balancer]
            } else {
                best(&seen[balancer], choices, rng)
            };
            seen[balancer][server] += u32::from(board.is_infinite());
            queues[server].push_back(balancer);
            here += 1;
        } else {
            let server = below(servers, rng);
            if let Some(balancer) = queues[server].pop_front() {
                seen[balancer][server] -= u32::from(board.is_infinite());
                here -= 1;
            }
        }
    }
    10.0 * area / (end * 0.95) / (rho * servers as f64)
}

/// The least loaded of `choices` servers drawn without repetition; of equals the first drawn.
fn best(loads: &[u32], choices: usize, rng: &mut impl Rng) -> usize {
    if choices == ALL {
        let least = loads.iter().min().expect("a server");
        let ties: Vec<_> = (0..loads.len()).filter(|one| loads[*one] == *least).collect();
        return ties[below(ties.len(), rng)];
    }
    let mut drawn: Vec<usize> = Vec::with_capacity(choices);
    while drawn.len() < choices {
        let one = below(loads.len(), rng);
        if !drawn.contains(&one) {
            drawn.push(one);
        }
    }
    drawn.into_iter().min_by_key(|one| loads[*one]).expect("a server")
}

/// The most balls in one of `count` bins, in the mean, if as many balls choose.
fn fullest(count: usize, choices: usize) -> f64 {
    let rng = &mut Xoshiro256PlusPlus::seed_from_u64(8);
    let throws = 400_000 / count;
    let most = (0..throws).map(|_| {
        let mut bins = vec![0; count];
        for _ in 0..count {
            let bin = best(&bins, choices, rng);
            bins[bin] += 1;
        }
        *bins.iter().max().expect("a bin")
    });
    f64::from(most.sum::<u32>()) / throws as f64
}

/// How often the least and the most drawn of 300 servers is drawn, for the mean, if 300 balancers draw
/// `size` each.
fn extremes(size: usize) -> (f64, f64) {
    let rng = &mut Xoshiro256PlusPlus::seed_from_u64(9);
    let (rounds, mut least, mut most) = (200, 0, 0);
    for _ in 0..rounds {
        let mut counts = vec![0; 300];
        for _ in 0..300 {
            let mut left: Vec<usize> = (0..300).collect();
            (0..size).for_each(|_| counts[left.swap_remove(below(left.len(), rng))] += 1);
        }
        least += counts.iter().min().expect("a server");
        most += counts.iter().max().expect("a server");
    }
    let share = |sum: usize| sum as f64 / rounds as f64 / size as f64;
    (share(least), share(most))
}
