//! SIEVE of this lab against the pseudocode of its paper, eviction by eviction.

use netsplit_lab_cache::eviction::{Eviction, Sieve};
use netsplit_lab_cache::types::Key;
use netsplit_sim::random::{Ranks, stream};

/// Zhang and others, NSDI 2024, algorithm 1, with a vector for the doubly linked queue: the head,
/// where new objects go, is at the end of the vector, and `prev` of an object is the next index.
#[derive(Default)]
struct Published {
    queue: Vec<(u64, bool)>,
    hand: Option<usize>,
    capacity: usize,
}

impl Published {
    /// Reads a key; returns the key that had to go for it.
    fn read(&mut self, key: u64) -> Option<u64> {
        if let Some(object) = self.queue.iter_mut().find(|object| object.0 == key) {
            object.1 = true;
            return None;
        }
        let evicted = (self.queue.len() == self.capacity).then(|| self.evict());
        self.queue.push((key, false));
        evicted
    }

    fn evict(&mut self) -> u64 {
        const TAIL: usize = 0;
        let mut object = self.hand.unwrap_or(TAIL);
        while self.queue[object].1 {
            self.queue[object].1 = false;
            object = self.previous(object).unwrap_or(TAIL);
        }
        // The next object stands at this index when this one has gone.
        self.hand = self.previous(object).map(|_| object);
        self.queue.remove(object).0
    }

    fn previous(&self, object: usize) -> Option<usize> {
        Some(object + 1).filter(|next| *next < self.queue.len())
    }
}

#[test]
fn every_eviction_is_that_of_the_published_algorithm() {
    let (mut sieve, mut rng) = (Sieve::default(), stream(1, "sieve"));
    let mut published = Published { capacity: 50, ..Published::default() };
    let mut cached = std::collections::BTreeSet::new();
    let mut evictions = 0;
    for index in 0..30_000 {
        // Zipf's law, with a scan in the middle.
        let zipf = Ranks::new(500, Some(1.0)).draw(&mut rng);
        let key = if (10_000..12_000).contains(&index) { 1000 + index } else { zipf };
        let mut evicted = None;
        if cached.contains(&key) {
            sieve.hit(Key(key));
        } else {
            if cached.len() == 50 {
                evicted = sieve.evict().map(|key| key.0);
                cached.remove(&evicted.expect("a full cache"));
                evictions += 1;
            }
            sieve.inserted(Key(key));
            cached.insert(key);
        }
        assert_eq!(evicted, published.read(key), "read {index}, of k{key}");
    }
    assert!(evictions > 5000, "{evictions}");
}
