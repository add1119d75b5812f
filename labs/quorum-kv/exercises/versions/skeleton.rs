//! Versions and siblings: which of two writes is the newer one, and when neither is.

use netsplit_lab_quorum_kv::clock::HybridClock;
use netsplit_lab_quorum_kv::exercises::Compared;
use netsplit_lab_quorum_kv::seats;
use netsplit_lab_quorum_kv::siblings::{Siblings, Versioned};
use netsplit_lab_quorum_kv::versions::{NewWrite, Stamp, Version, VersionVector, Versions};
use netsplit_sim::prelude::OpenFilling;

/// The rule. It keeps nothing itself: all is in the versions.
pub struct MyVersions;

impl Versions for MyVersions {
    /// Whether a write first reads R nodes, so that `NewWrite::seen` holds what its author had
    /// seen. Without it every write would look concurrent with all others.
    fn asks_first(&self) -> bool {
        todo!("whether `version` needs to know what is there")
    }

    /// The version of a new write.
    ///
    /// - `vector` counts all writes that are counted by a write in `write.seen`, and the write
    ///   itself, which is number `write.writer.count` of the session `write.writer.actor`.
    /// - `stamp` decides only which of several siblings is called the newest: the two numbers of
    ///   `clock.tick(write.wall)`, and the session.
    fn version(&self, write: &NewWrite, clock: &mut HybridClock) -> Version {
        todo!("what the author had seen, and the write itself")
    }

    /// What a node knows that knew `ours` and hears of `theirs`: every write of either that no
    /// other one of them replaces. One write replaces another if its author had seen it.
    ///
    /// Nodes hear of writes in different orders, and of some twice. They agree in the end only if
    /// this is commutative, associative and idempotent.
    fn merge(&self, ours: &Siblings, theirs: &Siblings) -> Siblings {
        todo!("keep what nothing replaces")
    }

    /// Whether `ours` lacks nothing of `theirs`: each write of `theirs` is among `ours`, or one of
    /// `ours` replaces it.
    fn covers(&self, ours: &Siblings, theirs: &Siblings) -> bool {
        todo!("whether anything is missing")
    }
}

/// The filling `my-versions`: leave it as it is.
pub fn filling() -> OpenFilling {
    let mine = &Compared::<dyn Versions>(&MyVersions);
    seats::VERSIONS.filling("my-versions", "My versions", mine)
}
