//! Hosts of the services that front ends depend on.
//!
//! A [`Job`] needs the host's disk, waits for one of its workers, and takes its time. It fails at
//! once when the disk does, or at random with the probability `error_rate`. A host that is down or
//! cut off does not answer at all, which is the other way of failing, and the expensive one: it
//! costs the caller its whole timeout.
//!
//! Left out: a host that limits its own load. Its queue takes everything, and a job whose caller
//! has left is done all the same.

use std::rc::Rc;

use netsplit_sim::Host;
use netsplit_sim::rand::SeedableRng;
use netsplit_sim::rand::rngs::ChaCha8Rng;
use netsplit_sim::random::unit;

use crate::cluster::Cluster;
use crate::messages::{Job, JobDone};

/// Serves until the host crashes.
pub(crate) async fn serve(host: Host, cluster: Rc<Cluster>) {
    let node = host.clone();
    host.serve(move |_, job| handle(node.clone(), cluster.clone(), job)).await;
}

async fn handle(host: Host, cluster: Rc<Cluster>, job: Job) -> JobDone {
    // Spread by the golden ratio, so that attempts of neighbouring seeds share no stream.
    let attempt = u64::from(job.attempt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut rng = ChaCha8Rng::seed_from_u64(job.seed ^ attempt);
    let fails = unit(&mut rng) < cluster.params.error_rate.0;
    let work = cluster.service_times.draw(&mut rng);
    if !disk_works(&host).await {
        return JobDone(false);
    }
    host.work(work).await;
    JobDone(!fails)
}

/// Whether the disk takes what a job would store. Nothing is stored: what counts is that a job
/// fails when its disk does, and fails quickly.
async fn disk_works(host: &Host) -> bool {
    let disk = host.disk();
    // The first job finds no file to sync, and creates it.
    disk.sync("ledger").await.is_ok() || disk.write("ledger", &[]).is_ok()
}
