//! Jump hash: no memory at all, and no names either.
//!
//! Imagine that buckets are added one by one. When bucket j is added, a key should move to it
//! with probability 1 / (j + 1), decided by a random sequence that the key seeds. Rather than
//! decide at every bucket, the loop draws the bucket of the next move: on average a key jumps
//! ln N times (Lamping and Veach, "A fast, minimal memory, consistent hash algorithm", 2014,
//! figure 1; the constants are theirs).
//!
//! Buckets are numbers, 0 to N - 1, and only the last can be removed without renumbering. Here
//! bucket i is the i-th member of the view. So a node that joins at the end moves what it must,
//! 1 / (N + 1) of the keys, and a node that dies in the middle renumbers all after it. The
//! paper's abstract says so: it is for data storage, where shards do not die, rather than for web
//! caches.
//!
//! Left out: names for buckets, by a table that maps numbers to nodes and leaves a hole for the
//! dead. Then some node has to serve the hole.

use crate::placement::{KeyHash, Loads, NodeIndex, Placement, View};

/// One bucket per unit of weight, in the order of the view.
#[derive(Debug)]
pub struct Jump(Vec<NodeIndex>);

impl Jump {
    /// The buckets of a view's members.
    pub fn new(view: &View) -> Jump {
        Jump(view.buckets())
    }
}

/// The bucket of a key, below `buckets`, which is at least 1.
pub fn jump(mut key: u64, buckets: u32) -> u32 {
    let (mut bucket, mut next) = (0, 0);
    while next < u64::from(buckets) {
        bucket = next;
        key = key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        // 1 / u for a uniform u in (0, 1]. With probability (bucket + 1) / j the key has not
        // moved again when there are j buckets, so it moves next to bucket (bucket + 1) / u.
        let stretch = (1u64 << 31) as f64 / ((key >> 33) + 1) as f64;
        next = ((bucket + 1) as f64 * stretch) as u64;
    }
    bucket as u32
}

impl Placement for Jump {
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        let buckets = self.0.len() as u32;
        (buckets > 0).then(|| self.0[jump(key.0, buckets) as usize])
    }

    fn place(&self, key: KeyHash, _: &Loads) -> Option<NodeIndex> {
        self.owner(key)
    }

    fn table(&self) -> &[NodeIndex] {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test vectors that other implementations of the paper's figure 1 use.
    #[test]
    fn it_is_the_function_of_the_paper() {
        let known = [
            (1, 1, 0),
            (42, 57, 43),
            (0xdead_10cc, 1, 0),
            (0xdead_10cc, 666, 361),
            (256, 1024, 520),
        ];
        for (key, buckets, bucket) in known {
            assert_eq!(jump(key, buckets), bucket, "{key} of {buckets}");
        }
    }

    #[test]
    fn keys_move_only_to_the_new_bucket() {
        for key in (0..500u64).map(|key| key.wrapping_mul(0x9e37_79b9_7f4a_7c15)) {
            for buckets in 1..60 {
                let (before, after) = (jump(key, buckets), jump(key, buckets + 1));
                assert!(after == before || after == buckets);
            }
        }
    }
}
