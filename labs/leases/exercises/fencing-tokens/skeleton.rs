//! Fencing tokens: the storage refuses what comes from the past.

use netsplit_lab_leases::exercises::Compared;
use netsplit_lab_leases::fencing::{Access, Fenced, Fencing, fencing};
use netsplit_lab_leases::seats;
use netsplit_lab_leases::types::{Key, Token};
use netsplit_sim::prelude::OpenFilling;

/// What the storage remembers of tokens. Give it the fields that it needs.
pub struct MyFencing {}

impl Fencing for MyFencing {
    /// A storage that has seen no token yet.
    fn new() -> MyFencing {
        todo!("no token seen yet")
    }

    /// The holder of a lock wants to read or write `key` under the `token` of its grant. A later
    /// grant of the same lock has a greater token; one holder comes several times, under the same.
    ///
    /// Whether it is admitted: not if the storage has seen a greater token of this key, with a
    /// read or with a write. What was refused shows the storage nothing.
    fn admit(&mut self, key: Key, token: Token, access: Access) -> bool {
        todo!("admit it, or refuse it")
    }
}

/// The filling `my-fencing-tokens`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::RESOURCE.filling(
        "my-fencing-tokens",
        "My tokens",
        fencing::<Compared<MyFencing, Fenced>>,
    )
}
