//! Hedging: a second copy for a leaf that is slow.

use std::time::Duration;

use netsplit_lab_queueing::exercises::select;
use netsplit_lab_queueing::{InFlight, Leaf, Outcome, seats};
use netsplit_sim::prelude::OpenFilling;

/// Completes the request to one leaf, whose first copy is in flight. `first` is a future of its
/// outcome, as is the copy that `leaf.send_copy()` returns.
///
/// - Without a delay (`leaf.params().hedge_after.delay()` is `None`), the first copy decides.
/// - If the first copy has no outcome after the delay (`leaf.sleep(delay)`), a second one is sent.
///   There may be no other replica: then the first decides.
/// - As soon as one copy is `Outcome::Done`, so is the request. The other copy is no longer needed:
///   with `leaf.params().cancel_losers` its server is told (`leaf.cancel`), without, it finishes
///   (`leaf.detach`). To drop a copy is neither: the balancer would take its server for free.
/// - Another outcome is returned only when no copy that is in flight may still be done.
/// - If both are ready at the same time, the first copy wins, so that runs can be repeated:
///   `select!` needs `biased` for it.
async fn hedged(mut leaf: Leaf, mut first: InFlight) -> Outcome {
    todo!("wait, ask another, take what comes first")
}

/// The filling `my-hedging`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::HEDGING.filling("my-hedging", "My hedging", |leaf, first| Box::pin(hedged(leaf, first)))
}
