//! Randomness: golden draws, so that machines agree, and the laws of keys and arrivals.

mod support;

use std::rc::Rc;

use netsplit_scenario::{Arrivals, Dist};
use netsplit_sim::random::{Ranks, Sampler, stream, unit};
use netsplit_sim::{Client, Performing, Reply, Request};
use rand::Rng;
use support::{MS, TestLab, ms, run, scenario};

#[test]
fn streams_are_as_they_always_were_and_independent() {
    let first = |seed, name| {
        let mut rng = stream(seed, name);
        [rng.next_u64(), rng.next_u64()]
    };
    assert_eq!(first(1, "a"), GOLDEN_STREAM);
    let others = [first(2, "a"), first(1, "b"), first(1, "a/"), first(!1, "a"), first(0, "")];
    let mut all = vec![GOLDEN_STREAM[0], GOLDEN_STREAM[1]];
    all.extend(others.concat());
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 12);
}

#[test]
fn unit_draws_of_two_streams_do_not_correlate() {
    let (mut a, mut b) = (stream(1, "link/n1/n2/get"), stream(1, "link/n2/n1/get"));
    let n = 100_000;
    let sum: f64 = (0..n).map(|_| (unit(&mut a) - 0.5) * (unit(&mut b) - 0.5)).sum();
    let correlation = sum / f64::from(n) * 12.0;
    assert!(correlation.abs() < 4.0 / f64::from(n).sqrt(), "{correlation}");
}

/// The first draws of each distribution from `stream(1, "golden")`, in nanoseconds.
#[test]
fn samplers_draw_what_they_always_drew() {
    let dists = [
        Dist::Constant(7),
        Dist::Uniform { min: MS, max: 2 * MS },
        Dist::Normal { mean: MS, std_dev: MS, absolute: false },
        Dist::Normal { mean: MS, std_dev: MS, absolute: true },
        Dist::LogNormal { median: MS, p99: 5 * MS, shift: 3 },
        Dist::Exponential { mean: MS, shift: 3 },
        Dist::Pareto { scale: MS, shape: 2.5, shift: 3 },
        Dist::Mixture(vec![
            (1.0, Dist::Constant(1)),
            (3.0, Dist::Exponential { mean: MS, shift: 0 }),
        ]),
    ];
    let draws = dists.map(|dist| {
        let (sampler, mut rng) = (Sampler::new(&dist), stream(1, "golden"));
        [(); 3].map(|()| sampler.draw(&mut rng).as_nanos() as u64)
    });
    assert_eq!(draws, GOLDEN_DRAWS);
}

#[test]
fn ranks_are_as_they_always_were() {
    let draw = |ranks: Ranks| {
        let mut rng = stream(1, "golden");
        [(); 5].map(|()| ranks.draw(&mut rng))
    };
    assert_eq!(draw(Ranks::new(1000, None)), GOLDEN_UNIFORM_RANKS);
    assert_eq!(draw(Ranks::new(1000, Some(0.99))), GOLDEN_ZIPF_RANKS);
}

#[test]
fn zipf_ranks_follow_zipf_s_law_and_uniform_ones_are_even() {
    let n = 200_000;
    for zipf in [None, Some(0.0), Some(0.99), Some(2.0)] {
        let (ranks, mut rng) = (Ranks::new(50, zipf), stream(1, "zipf"));
        let mut counts = [0u32; 50];
        (0..n).for_each(|_| counts[ranks.draw(&mut rng) as usize] += 1);
        let weight = |rank: usize| (rank as f64 + 1.0).powf(-zipf.unwrap_or(0.0));
        let total: f64 = (0..50).map(weight).sum();
        let chi: f64 = (0..50)
            .map(|rank| {
                let expected = f64::from(n) * weight(rank) / total;
                (f64::from(counts[rank]) - expected).powi(2) / expected
            })
            .sum();
        // The chi-squared of 49 degrees of freedom exceeds 85.4 once in a thousand times.
        assert!(chi < 85.4, "{zipf:?}: {chi}");
    }
}

/// Answers itself.
struct Echo;

impl Client for Echo {
    fn perform(&self, _: Request) -> Performing {
        Box::pin(async { Reply::ok(()) })
    }
}

/// When requests come, in seconds.
fn arrivals(steps: &[(u64, f64)], constant: bool) -> Vec<f64> {
    let mut scenario = scenario(1);
    let steps = steps.iter().map(|(from, rate)| (ms(*from), *rate)).collect();
    scenario.loads[0].arrivals = Arrivals::Open { steps, constant };
    let client = |_| -> Rc<dyn Client> { Rc::new(Echo) };
    let run = run(&TestLab { node: support::pong_server, client }, &scenario, 1);
    run.operations.iter().map(|op| op.intended.as_secs_f64()).collect()
}

#[test]
fn constant_arrivals_are_evenly_spaced_through_steps_of_the_rate() {
    // 3/s, then nothing, then 0.5/s: a request is due whenever the integral is whole.
    let times = arrivals(&[(0, 3.0), (2500, 0.0), (4000, 0.5)], true);
    let due = [1.0 / 3.0, 2.0 / 3.0, 1.0, 4.0 / 3.0, 5.0 / 3.0, 2.0, 7.0 / 3.0, 5.0, 7.0, 9.0];
    assert_eq!(times.len(), due.len(), "{times:?}");
    for (time, due) in times.iter().zip(due) {
        assert!((time - due).abs() < 1e-8, "{time} instead of {due}");
    }
}

#[test]
fn poisson_arrivals_have_exponential_gaps_at_the_rate_of_their_step() {
    let times = arrivals(&[(0, 2000.0), (5000, 8000.0)], false);
    for (from, to, rate) in [(0.0, 5.0, 2000.0), (5.0, 10.0, 8000.0)] {
        let inside: Vec<_> =
            times.iter().copied().filter(|time| (from..to).contains(time)).collect();
        let expected: f64 = (to - from) * rate;
        assert!((inside.len() as f64 - expected).abs() < 4.0 * expected.sqrt());
        let mut gaps: Vec<_> = inside.windows(2).map(|pair| pair[1] - pair[0]).collect();
        gaps.sort_unstable_by(f64::total_cmp);
        let n = gaps.len() as f64;
        let distance = gaps.iter().enumerate().fold(0f64, |worst, (i, gap)| {
            worst.max((1.0 - (-gap * rate).exp() - i as f64 / n).abs())
        });
        assert!(distance < 1.9495 / n.sqrt(), "{distance}");
    }
}

const GOLDEN_STREAM: [u64; 2] = [7_680_374_755_745_764_014, 4_379_492_743_697_367_007];
const GOLDEN_DRAWS: [[u64; 3]; 8] = [
    [7, 7, 7],
    [1_400_657, 1_360_465, 1_435_972],
    [1_912_289, 238_818, 0],
    [1_912_289, 238_818, 53_464],
    [1_879_773, 590_607, 482_482],
    [511_925, 447_017, 572_654],
    [1_227_244, 1_195_791, 1_257_421],
    [224_240, 159_332, 284_969],
];
const GOLDEN_UNIFORM_RANKS: [u64; 5] = [400, 928, 360, 601, 435];
const GOLDEN_ZIPF_RANKS: [u64; 5] = [11, 597, 8, 53, 15];
