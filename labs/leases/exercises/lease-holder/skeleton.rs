//! The holder of a lease: until when it may act.

use std::time::Duration;

use netsplit_lab_leases::exercises::Compared;
use netsplit_lab_leases::holding::{ChecksTime, Holder, Terms, holder};
use netsplit_lab_leases::seats;
use netsplit_sim::prelude::OpenFilling;

/// The holder of one lease. Give it the fields that it needs.
pub struct MyHolder {}

impl Holder for MyHolder {
    /// A holder whose lease has yet to be granted. A lease lasts `terms.ttl` from the moment at which
    /// the lock granted it. Clocks may differ by the share `terms.drift` of it, and `terms.slack`.
    fn new(terms: Terms) -> MyHolder {
        todo!("keep the terms")
    }

    /// The lease was granted, or renewed. Both times are of the holder's own clock: it asked at
    /// `sent`, and had the answer at `answered`. When the lock granted it, in between, it cannot know.
    fn granted(&mut self, sent: Duration, answered: Duration) {
        todo!("count from the right moment")
    }

    /// The time at which the holder stops unless its lease is renewed before: at the latest when the
    /// lock may give it to another, less what clocks may differ by. `None` is for ever.
    fn until(&self) -> Option<Duration> {
        todo!("until when may it act?")
    }
}

/// The filling `my-lease-holder`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::HOLDER.filling("my-lease-holder", "My holder", holder::<Compared<MyHolder, ChecksTime>>)
}
