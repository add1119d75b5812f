//! Seats are open: another crate, which this test is, fills them.

use netsplit_check::Verdict;
use netsplit_harness::testing::load;
use netsplit_lab_consistent_hashing::cache::{Cache, Entry, Key};
use netsplit_lab_consistent_hashing::migration::Migration;
use netsplit_lab_consistent_hashing::placement::{
    KeyHash, Loads, NodeIndex, Placement, View, hash,
};
use netsplit_lab_consistent_hashing::{ConsistentHashing, seats};
use netsplit_sim::Lab;

/// Rendezvous hashing for nodes of equal weight.
struct HighestHash(View);

impl Placement for HighestHash {
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        let nodes = self.0.members.iter().map(|member| member.node);
        nodes.max_by_key(|node| hash(self.0.salt, [key.0, u64::from(node.0)]))
    }

    fn place(&self, key: KeyHash, _: &Loads) -> Option<NodeIndex> {
        self.owner(key)
    }

    fn table(&self) -> &[NodeIndex] {
        &[]
    }
}

/// Hands over the first entry, and drops the others.
struct HandsOverOne;

impl Migration for HandsOverOne {
    fn on_keys_lost(&self, cache: &mut Cache, lost: &[Key]) -> Vec<(Key, Entry)> {
        let mut entries = cache.take(lost);
        entries.truncate(1);
        entries
    }

    fn on_view_missed(&self, cache: &mut Cache) {
        cache.clear();
    }
}

#[test]
fn a_placement_of_another_crate_runs_as_the_same_one_of_this_crate() {
    let mine = seats::PLACEMENT
        .filling("mine", "The highest hash", |view, _, _| Box::new(HighestHash(view.clone())));
    let lab = ConsistentHashing.with(mine);
    let run = |variant| load(lab, "node-joins", &[variant]).run(1).expect("a lab that builds");
    let (mine, findings) = run("variant=mine");
    assert_eq!(findings.verdict, Verdict::Pass, "{findings:#?}");
    // With equal weights, the order of the scores is the order of the hashes.
    assert_eq!(mine.fingerprint, run("variant=rendezvous").0.fingerprint);
}

#[test]
fn a_migration_of_another_crate_is_asked() {
    let mine = seats::MIGRATION.filling("one-each", "One entry", || Box::new(HandsOverOne));
    let lab = ConsistentHashing.with(mine);
    let (run, _) = load(lab, "node-joins", &["variant=one-each"]).run(1).expect("a lab");
    let arrived: f64 = run.series["keys_handed_over"].points.iter().map(|point| point.value).sum();
    assert_eq!(arrived, 10.0, "one from each of ten nodes");
}
