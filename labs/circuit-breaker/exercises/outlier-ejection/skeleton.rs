//! Outlier ejection: which hosts are in the rotation.

use std::time::Duration;

use netsplit_lab_circuit_breaker::exercises::Compared;
use netsplit_lab_circuit_breaker::{EjectionConfig, OutlierDetector, Outliers, seats};
use netsplit_sim::prelude::OpenFilling;

/// A detector for hosts that are numbered from 0. Give it the fields that it needs.
pub struct MyOutliers {}

impl MyOutliers {
    /// A detector for this number of hosts, all in the rotation.
    fn new(config: EjectionConfig, hosts: usize) -> MyOutliers {
        todo!("all hosts are in the rotation")
    }
}

impl OutlierDetector for MyOutliers {
    /// A call to `host` has ended at `now`; `ok` says whether it brought a good answer. Returns
    /// whether that ejects the host.
    ///
    /// - A host is ejected by its `config.after`-th failure in a row; a good answer ends the row.
    ///   The row is forgotten with the ejection.
    /// - Not if more than `config.at_most` of all hosts would be out then; but one host always may
    ///   be. Where there is no room, the next failure of the row asks again.
    /// - Outcomes of calls to a host that is out change nothing: they began before.
    fn record(&mut self, now: Duration, host: usize, ok: bool) -> bool {
        todo!("count it, and eject the host if it is time")
    }

    /// Called every `config.interval`. Returns the hosts that come back, in ascending order.
    ///
    /// - A host comes back when it has been out for at least `config.base` times the number of its
    ///   ejections.
    /// - Of a host that was in the rotation when the tick came, one ejection is forgotten.
    fn tick(&mut self, now: Duration) -> Vec<usize> {
        todo!("bring back those whose time is over")
    }

    /// Whether `host` is in the rotation.
    fn in_rotation(&self, host: usize) -> bool {
        todo!("whether it may be called")
    }
}

/// The filling `my-outlier-ejection`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::EJECTION.filling("my-outlier-ejection", "My outlier ejection", |config, hosts| {
        let mine = MyOutliers::new(config.clone(), hosts);
        Box::new(Compared::new(mine, || Outliers::new(config, hosts)))
    })
}
