//! A host of a service that front ends depend on.
//!
//! A [`Job`] needs the host's disk, waits for one of its workers, and takes its time. It fails at
//! once when the disk does, or by bad luck with the probability `error_rate`. A host that is
//! down or cut off does not answer at all, which is the other way of failing, and the expensive
//! one: it costs the caller its whole time-out.
//!
//! What this leaves out: a host that knows its own limits. Its queue takes everything, and a job
//! whose caller has left is done all the same.

use std::rc::Rc;

use netsplit_sim::Host;
use netsplit_sim::random::{Sampler, unit};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use crate::messages::{Dice, Job, JobDone};

/// What all hosts of all services are like.
pub(crate) struct Nature {
    pub work: Sampler,
    pub error_rate: f64,
}

/// Serves until the host crashes.
pub(crate) async fn serve(host: Host, nature: Rc<Nature>) {
    let node = host.clone();
    host.serve(move |_, Job(dice)| handle(node.clone(), nature.clone(), dice)).await;
}

async fn handle(host: Host, nature: Rc<Nature>, dice: Dice) -> JobDone {
    let attempt = u64::from(dice.attempt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut luck = ChaCha8Rng::seed_from_u64(dice.thrown ^ attempt);
    let unlucky = unit(&mut luck) < nature.error_rate;
    let work = nature.work.draw(&mut luck);
    if !disk_works(&host).await {
        return JobDone(false);
    }
    host.work(work).await;
    JobDone(!unlucky)
}

/// Whether the disk takes what a job would store. Nothing is stored: what counts is that a job
/// fails when its disk does, and fails quickly.
async fn disk_works(host: &Host) -> bool {
    let disk = host.disk();
    // The first job finds no file to sync, and creates it.
    disk.sync("ledger").await.is_ok() || disk.write("ledger", &[]).is_ok()
}
