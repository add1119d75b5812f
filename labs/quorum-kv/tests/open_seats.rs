//! Seats are open: the decisions of the store, written in another crate from its public items.

use netsplit_check::Verdict;
use netsplit_harness::testing::load;
use netsplit_lab_quorum_kv::clock::HybridClock;
use netsplit_lab_quorum_kv::hints::{Handoff, Hint, Hints};
use netsplit_lab_quorum_kv::quorum::{Quorum, Sizes, StandIn, Tally};
use netsplit_lab_quorum_kv::read_repair::{Reading, Repair, WriteBack};
use netsplit_lab_quorum_kv::ring::Replica;
use netsplit_lab_quorum_kv::siblings::{Siblings, Versioned};
use netsplit_lab_quorum_kv::versions::{NewWrite, Stamp, Version, VersionVector, Versions};
use netsplit_lab_quorum_kv::{Durability, QuorumKv, seats};
use netsplit_sim::Lab;

struct Mine;

impl Versions for Mine {
    fn asks_first(&self) -> bool {
        true
    }

    fn version(&self, write: &NewWrite, clock: &mut HybridClock) -> Version {
        let mut vector = VersionVector::default();
        for sibling in write.seen.iter() {
            for (actor, count) in &sibling.version.vector.0 {
                let known = vector.0.entry(*actor).or_default();
                *known = (*known).max(*count);
            }
        }
        vector.0.insert(write.writer.actor, write.writer.count);
        let (wall_ns, logical) = clock.tick(write.wall);
        Version { vector, stamp: Stamp { wall_ns, logical, actor: write.writer.actor } }
    }

    fn merge(&self, ours: &Siblings, theirs: &Siblings) -> Siblings {
        let news = theirs.iter().filter(|their| !knows(ours, their));
        let kept =
            ours.iter().filter(|our| !knows(theirs, our) || theirs.iter().any(|t| t == *our));
        kept.chain(news).cloned().collect()
    }

    fn covers(&self, ours: &Siblings, theirs: &Siblings) -> bool {
        theirs.iter().all(|their| knows(ours, their))
    }
}

fn knows(known: &Siblings, write: &Versioned) -> bool {
    known.iter().any(|sibling| {
        let seen = |actor| sibling.version.vector.0.get(actor).unwrap_or(&0);
        write.version.vector.0.iter().all(|(actor, count)| seen(actor) >= count)
    })
}

impl Quorum for Mine {
    fn begin(&self, configured: usize, others: &[Replica]) -> Tally {
        Tally { need: configured, spare: others.to_vec(), ..Tally::default() }
    }

    fn on_answer(&self, tally: &mut Tally, from: Replica) -> bool {
        tally.answered.insert(from);
        tally.answered.len() >= tally.need
    }

    fn on_silence(&self, tally: &mut Tally, silent: &[Replica]) -> Vec<StandIn> {
        let pair =
            |(missing, substitute): (&Replica, Replica)| StandIn { missing: *missing, substitute };
        silent.iter().zip(tally.spare.drain(..)).map(pair).collect()
    }

    fn must_hold(&self, _: Sizes) -> usize {
        0
    }
}

impl Repair for Mine {
    fn before_answer(&self, _: &dyn Versions, reading: &Reading) -> WriteBack {
        // Simpler than the reference: every read writes back to all holders.
        WriteBack { to: reading.holders.clone(), confirmations: reading.must_hold }
    }

    fn after_answer(&self, versions: &dyn Versions, reading: &Reading) -> Vec<Replica> {
        let behind = |holder: &&Replica| {
            let known = reading.answers.get(*holder);
            known.is_some_and(|known| !versions.covers(known, &reading.merged))
        };
        reading.holders.iter().filter(behind).copied().collect()
    }
}

impl Handoff for Mine {
    fn keep(&self, versions: &dyn Versions, hints: &mut Hints, hint: &Hint) {
        let kept = hints.kept.entry(hint.owner).or_default().entry(hint.key).or_default();
        *kept = versions.merge(kept, &hint.write);
    }

    fn next_batch(&self, hints: &Hints, owner: Replica, limit: usize) -> Vec<Hint> {
        let kept = hints.kept.get(&owner).into_iter().flatten().take(limit);
        kept.map(|(key, write)| Hint { owner, key: *key, write: write.clone() }).collect()
    }

    fn on_stored(&self, _: &dyn Versions, hints: &mut Hints, sent: &Hint) {
        if let Some(kept) = hints.kept.get_mut(&sent.owner)
            && kept.get(&sent.key) == Some(&sent.write)
        {
            kept.remove(&sent.key);
        }
    }
}

/// The lab with a filling of each seat that was written here.
fn opened() -> &'static dyn Lab {
    let durable = Durability { waits_for_sync: true, recovers: true };
    QuorumKv
        .with(seats::VERSIONS.filling("my-versions", "Vectors", &Mine))
        .with(seats::QUORUM.filling("my-quorum", "Sloppy", &Mine))
        .with(seats::READ_REPAIR.filling("my-repair", "Repairs more than it must", &Mine))
        .with(seats::HINTS.filling("my-hints", "Keeps until stored", &Mine))
        .with(seats::DURABILITY.filling("my-durability", "Waits for the disk", durable))
}

#[test]
fn fillings_from_another_crate_pass_the_scenarios_of_their_seats() {
    let lab = opened();
    for (name, variant) in [
        ("calm", "my-versions"),
        ("siblings", "my-versions"),
        ("calm", "my-repair"),
        ("read-repair", "my-repair"),
        ("sloppy-quorum", "my-quorum"),
        ("hinted-handoff", "sloppy,my-hints"),
        ("crash-restart", "my-durability"),
        ("hinted-handoff", "my-versions,my-quorum,my-repair,my-hints,my-durability"),
    ] {
        let set = format!("variant={variant}");
        let (_, findings) = load(lab, name, &[&set]).run(1).expect("it can be built");
        assert_eq!(findings.verdict, Verdict::Pass, "{name} --variant {variant}: {findings:#?}");
    }
}

#[test]
fn the_same_decisions_make_the_same_run() {
    let run = |set: &str| load(opened(), "sloppy-quorum", &[set]).run(1).expect("it builds").0;
    let (shipped, mine) = (run("variant=sloppy"), run("variant=my-quorum,my-versions,my-hints"));
    assert_eq!(shipped.fingerprint, mine.fingerprint);
}
