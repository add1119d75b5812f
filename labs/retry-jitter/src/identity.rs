//! Idempotency keys: how a server recognises two tries of the same request.
//!
//! A charge whose answer was lost may have happened. A client that tries again without saying so
//! pays twice. With a key that belongs to the *request*, and that all its tries carry, the server
//! recognises a retry, and answers it with the receipt of the first try (Stripe, "Designing robust
//! and predictable APIs with idempotency", 2017). [`PerRequest`] does so. There are two ways to get
//! the key wrong ([`WrongKey`]): one that is drawn where the try is sent is no key, and one that is
//! made from the content of the request swallows the next purchase of the same customer.
//!
//! What this leaves out: receipts are kept for ever (Stripe keeps them for 24 hours) and in
//! memory only, so a server that crashes between two tries charges twice. Real ones commit the
//! receipt in the transaction that charges. And a key is known to one server: a retry elsewhere
//! needs receipts that servers share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Identifies a request, in all its tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IdempotencyKey(pub u64);

/// The number of a charge: a server's first has 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt(pub u64);

/// A purchase that a user wants to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// The number of the request, unique.
    pub request: u64,
    /// The customer, who may buy again.
    pub customer: u64,
}

/// Both sides of idempotency keys. Each client session has an instance, of which it uses
/// [`key`](Identity::key); each server has one, of which it uses the rest. A server's instance is
/// lost when it crashes.
pub trait Identity {
    /// The client's side: the key that the `number`-th try of a purchase carries, from 1.
    fn key(&self, purchase: Purchase, number: u32) -> Option<IdempotencyKey>;

    /// The server's side: the receipt of an earlier try with this key, if it charged. Called when
    /// a try arrives, which is answered at once if there is one.
    fn known(&self, key: Option<IdempotencyKey>) -> Option<Receipt>;

    /// The server's side: charges, unless an earlier try has. Returns the receipt, and whether it
    /// is new. Called when the work of a try is done, which may be long after it arrived.
    fn charge(&mut self, key: Option<IdempotencyKey>) -> (Receipt, bool);
}

/// One key for all tries of a request.
#[derive(Default)]
pub struct PerRequest {
    by_key: BTreeMap<IdempotencyKey, Receipt>,
    charged: u64,
}

impl Identity for PerRequest {
    fn key(&self, purchase: Purchase, _number: u32) -> Option<IdempotencyKey> {
        Some(IdempotencyKey(purchase.request))
    }

    fn known(&self, key: Option<IdempotencyKey>) -> Option<Receipt> {
        self.by_key.get(&key?).copied()
    }

    fn charge(&mut self, key: Option<IdempotencyKey>) -> (Receipt, bool) {
        // Looked up once more: two tries of one purchase may both have been in the queue.
        if let Some(receipt) = self.known(key) {
            return (receipt, false);
        }
        self.charged += 1;
        let receipt = Receipt(self.charged);
        self.by_key.extend(key.map(|key| (key, receipt)));
        (receipt, true)
    }
}

/// The reference with another key.
pub(crate) struct WrongKey {
    key: fn(Purchase, u32) -> Option<IdempotencyKey>,
    reference: PerRequest,
}

impl WrongKey {
    fn new(key: fn(Purchase, u32) -> Option<IdempotencyKey>) -> WrongKey {
        WrongKey { key, reference: PerRequest::default() }
    }

    /// No key.
    pub fn none() -> WrongKey {
        WrongKey::new(|_, _| None)
    }

    /// A new key for each try.
    pub fn per_try() -> WrongKey {
        WrongKey::new(|purchase, number| {
            Some(IdempotencyKey((u64::from(number) << 40) + purchase.request))
        })
    }

    /// One key for all purchases of a customer.
    pub fn per_customer() -> WrongKey {
        WrongKey::new(|purchase, _| Some(IdempotencyKey(purchase.customer)))
    }
}

impl Identity for WrongKey {
    fn key(&self, purchase: Purchase, number: u32) -> Option<IdempotencyKey> {
        (self.key)(purchase, number)
    }

    fn known(&self, key: Option<IdempotencyKey>) -> Option<Receipt> {
        self.reference.known(key)
    }

    fn charge(&mut self, key: Option<IdempotencyKey>) -> (Receipt, bool) {
        self.reference.charge(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Purchase = Purchase { request: 7, customer: 1 };

    /// The receipts of three tries to buy something, and of the same customer's next purchase.
    fn receipts(mut identity: impl Identity) -> [(Receipt, bool); 4] {
        let next = Purchase { request: 8, ..FIRST };
        [(FIRST, 1), (FIRST, 2), (FIRST, 3), (next, 1)]
            .map(|(purchase, number)| identity.charge(identity.key(purchase, number)))
    }

    #[test]
    fn a_purchase_with_a_key_is_charged_once() {
        let (first, again) = ((Receipt(1), true), (Receipt(1), false));
        let next = (Receipt(2), true);
        assert_eq!(receipts(PerRequest::default()), [first, again, again, next]);
    }

    #[test]
    fn a_key_of_the_customer_swallows_the_next_purchase() {
        let (first, again) = ((Receipt(1), true), (Receipt(1), false));
        assert_eq!(receipts(WrongKey::per_customer()), [first, again, again, again]);
    }

    #[test]
    fn without_a_key_or_with_one_per_try_every_try_is_charged() {
        let each = [1, 2, 3, 4].map(|number| (Receipt(number), true));
        assert_eq!(receipts(WrongKey::none()), each);
        assert_eq!(receipts(WrongKey::per_try()), each);
    }

    #[test]
    fn a_receipt_is_known_only_after_the_charge() {
        let mut server = PerRequest::default();
        let key = server.key(FIRST, 1);
        assert_eq!(server.known(key), None);
        let (receipt, _) = server.charge(key);
        assert_eq!(server.known(key), Some(receipt));
        assert_eq!(server.known(None), None);
    }
}
