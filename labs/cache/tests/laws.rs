//! The expected values of `truth.toml`, computed again from their formulas.
//!
//! Nothing here knows the simulator, so a number in the table is wrong only if both the table and
//! the formula are.

use netsplit_harness::testing::truth_table_is_computed;
use netsplit_lab_cache::CacheLab;

/// The start of a check's `law`, and what its formula gives: percent, seconds or plain.
fn laws() -> Vec<(&'static str, f64)> {
    let fixed = |reads: f64| 100.0 * reads / (1.0 + reads);
    let within = |events: f64| 100.0 * (1.0 - (-events).exp());
    let gumbel = 0.577_215_664_9;
    vec![
        ("LRU, Zipf(1), 1,000 keys", hits(lru, &zipf(1000, 1.0), 100.0, 0.0)),
        ("FIFO, Zipf(1), 1,000 keys", hits(fifo, &zipf(1000, 1.0), 100.0, 0.0)),
        ("LFU, Zipf(1), 1,000 keys", 100.0 * zipf(1000, 1.0)[..100].iter().sum::<f64>()),
        ("LRU, Zipf(0.8), 1,000 keys", hits(lru, &zipf(1000, 0.8), 100.0, 0.0)),
        ("FIFO, Zipf(0.8), 1,000 keys", hits(fifo, &zipf(1000, 0.8), 100.0, 0.0)),
        ("LRU, Zipf(1), 10,000 keys", hits(lru, &zipf(10_000, 1.0), 1000.0, 0.0)),
        ("FIFO, Zipf(1), 10,000 keys", hits(fifo, &zipf(10_000, 1.0), 1000.0, 0.0)),
        ("LRU, a third of the reads", hits(lru, &zipf(1000, 1.0), 100.0, 1.0 / 3.0)),
        ("FIFO, a third of the reads", hits(fifo, &zipf(1000, 1.0), 100.0, 1.0 / 3.0)),
        ("An entry good for T from its fill, lambda T = 1", fixed(1.0)),
        ("An entry good for T from its fill, lambda T = 3", fixed(3.0)),
        ("An entry good for T from its last read, lambda T = 1", within(1.0)),
        ("An entry good for T from its last read, lambda T = 3", within(3.0)),
        ("No protection, lambda 100/s, d 0.1 s", 1.0 + 100.0 * 0.1),
        ("No protection, lambda 100/s, d 0.5 s", 1.0 + 100.0 * 0.5),
        ("No protection, T 10 s", 11.0 / (10.0 + 0.1 + 0.01)),
        ("XFetch, beta 1: exp", 1f64.exp()),
        ("XFetch, beta 2: exp", 0.5f64.exp()),
        ("XFetch, beta 1, lambda 100/s", 0.5 * ((100.0 * 0.5f64).ln() + gumbel) - 0.5),
        ("Without leases, w 2/s, s 0.05 s", within(2.0 * 0.05)),
        ("Without leases, w 2/s, s 0.2 s", within(2.0 * 0.2)),
        ("Writing behind, w F = 2", within(2.0) / 2.0),
        ("Writing behind, w F = 1", within(1.0)),
        ("Writing behind, 40 writes/s", 40.0 * (5.0 - 1.0 / 0.2f64.exp_m1())),
    ]
}

#[test]
fn the_truth_table_is_what_its_formulas_give() {
    let computed = laws().into_iter().map(|(start, value)| (start, value, 5e-4));
    truth_table_is_computed(&CacheLab, &["exact"], computed);
}

/// The probabilities of `count` keys by Zipf's law.
fn zipf(count: u32, exponent: f64) -> Vec<f64> {
    let weights: Vec<_> = (1..=count).map(|rank| f64::from(rank).powf(-exponent)).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

/// The chance that a key which is read so often in the characteristic time is there: LRU.
fn lru(reads: f64) -> f64 {
    1.0 - (-reads).exp()
}

/// The same for FIFO.
fn fifo(reads: f64) -> f64 {
    reads / (1.0 + reads)
}

/// The hit ratio of a cache in percent, if this share of the reads are for keys of their own.
fn hits(there: fn(f64) -> f64, keys: &[f64], capacity: f64, single: f64) -> f64 {
    let sum = |time: f64, weigh: &dyn Fn(f64) -> f64| -> f64 {
        let keys = keys.iter().map(|p| p * (1.0 - single));
        keys.map(|p| weigh(p) * there(p * time)).sum()
    };
    let (mut low, mut high) = (0.0, 1e9);
    for _ in 0..200 {
        let time = f64::midpoint(low, high);
        if sum(time, &|_| 1.0) + single * time < capacity {
            low = time;
        } else {
            high = time;
        }
    }
    100.0 * sum(low, &|p| p)
}
