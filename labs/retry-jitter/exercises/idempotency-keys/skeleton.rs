//! Idempotency keys: a retry is not a second purchase.

use std::collections::BTreeMap;

use netsplit_lab_retry_jitter::exercises::ComparedIdentity;
use netsplit_lab_retry_jitter::{IdempotencyKey, Identity, Purchase, Receipt, seats};
use netsplit_sim::prelude::OpenFilling;

/// One side of idempotency keys: each client session has an instance, of which it uses `key`, and
/// each server has one, of which it uses the rest. Give it the fields that a server needs.
#[derive(Default)]
pub struct MyIdentity {}

impl Identity for MyIdentity {
    /// The client's side: the key of the `number`-th try of a purchase, from 1.
    ///
    /// The same for all tries of a request (`purchase.request` is unique), and another for every
    /// other request, also of the same customer.
    fn key(&self, purchase: Purchase, number: u32) -> Option<IdempotencyKey> {
        todo!("a key that belongs to the request")
    }

    /// The server's side, when a try arrives: the receipt of the charge that was made under this
    /// key, if there is one. Without a key there is none.
    fn known(&self, key: Option<IdempotencyKey>) -> Option<Receipt> {
        todo!("look the receipt up")
    }

    /// The server's side, when the work of a try is done, which may be long after it arrived:
    /// charges, unless that was done under this key meanwhile. Returns the receipt, and whether it
    /// is new.
    ///
    /// A server's charges are numbered from 1: `Receipt(1)`. A try without a key is always charged.
    fn charge(&mut self, key: Option<IdempotencyKey>) -> (Receipt, bool) {
        todo!("charge once")
    }
}

/// The filling `my-idempotency-keys`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::IDENTITY.filling("my-idempotency-keys", "My idempotency keys", || {
        Box::new(ComparedIdentity::new(MyIdentity::default()))
    })
}
