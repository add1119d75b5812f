//! What makes two tries the same request: idempotency keys.
//!
//! A charge whose answer was lost may have happened. A client that tries again without saying
//! so pays twice. With a key that an [`Identity`] gives to the *request*, and that all its tries
//! carry, the server's [`Receipts`] know a second try when they see it, and answer it with the
//! receipt of the first (Stripe, "Designing robust and predictable APIs with idempotency",
//! 2017). There are two ways to get the key wrong. [`PerTry`] draws it where the try is sent: that is
//! no key. [`PerCustomer`] makes it of what the request says, so that whoever buys twice gets the
//! old receipt and pays once.
//!
//! [`Receipts::apply`] looks once more when the work is done, and not only when the try arrives:
//! two tries of one charge may both be in the queue.
//!
//! What this leaves out: receipts are kept for ever (Stripe keeps them for 24 hours) and in
//! memory only, so a server that crashes between two tries charges twice. Real ones commit the
//! receipt in the transaction that charges. And a key belongs to one server: whoever retries
//! elsewhere needs receipts that servers share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Names a request, whichever of its tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IdempotencyKey(pub u64);

/// The number on the bill: the how-many-th charge of the server it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt(pub u64);

/// What a user wants to buy.
#[derive(Clone, Copy, Debug)]
pub struct Purchase {
    /// The number of the request, unique.
    pub request: u64,
    /// Who buys; may buy again.
    pub customer: u64,
}

/// Gives tries their keys.
pub trait Identity {
    /// The key of the `number`-th try to make a purchase.
    fn key(&self, purchase: Purchase, number: u32) -> Option<IdempotencyKey>;
}

/// One key for all tries of a request.
pub struct PerRequest;

impl Identity for PerRequest {
    fn key(&self, purchase: Purchase, _number: u32) -> Option<IdempotencyKey> {
        Some(IdempotencyKey(purchase.request))
    }
}

/// A new key for each try.
pub struct PerTry;

impl Identity for PerTry {
    fn key(&self, purchase: Purchase, number: u32) -> Option<IdempotencyKey> {
        Some(IdempotencyKey((u64::from(number) << 40) + purchase.request))
    }
}

/// One key for all that a customer ever buys.
pub struct PerCustomer;

impl Identity for PerCustomer {
    fn key(&self, purchase: Purchase, _number: u32) -> Option<IdempotencyKey> {
        Some(IdempotencyKey(purchase.customer))
    }
}

/// No keys.
pub struct Anonymous;

impl Identity for Anonymous {
    fn key(&self, _purchase: Purchase, _number: u32) -> Option<IdempotencyKey> {
        None
    }
}

/// What a server has charged, by key.
#[derive(Debug, Default)]
pub struct Receipts {
    by_key: BTreeMap<IdempotencyKey, Receipt>,
    charged: u64,
}

impl Receipts {
    /// The receipt of an earlier try.
    pub fn known(&self, key: Option<IdempotencyKey>) -> Option<Receipt> {
        self.by_key.get(&key?).copied()
    }

    /// Charges, unless an earlier try has; returns the receipt, and whether it is new.
    pub fn apply(&mut self, key: Option<IdempotencyKey>) -> (Receipt, bool) {
        if let Some(receipt) = self.known(key) {
            return (receipt, false);
        }
        self.charged += 1;
        let receipt = Receipt(self.charged);
        self.by_key.extend(key.map(|key| (key, receipt)));
        (receipt, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Purchase = Purchase { request: 7, customer: 1 };

    /// The receipts of three tries to buy something, and of the same customer's next purchase.
    fn receipts(identity: &dyn Identity) -> [(Receipt, bool); 4] {
        let mut receipts = Receipts::default();
        let next = Purchase { request: 8, ..FIRST };
        [(FIRST, 1), (FIRST, 2), (FIRST, 3), (next, 1)]
            .map(|(purchase, number)| receipts.apply(identity.key(purchase, number)))
    }

    #[test]
    fn a_purchase_with_a_key_is_charged_once() {
        let (first, again) = ((Receipt(1), true), (Receipt(1), false));
        let next = (Receipt(2), true);
        assert_eq!(receipts(&PerRequest), [first, again, again, next]);
    }

    #[test]
    fn a_key_of_the_customer_swallows_the_next_purchase() {
        let (first, again) = ((Receipt(1), true), (Receipt(1), false));
        assert_eq!(receipts(&PerCustomer), [first, again, again, again]);
    }

    #[test]
    fn without_a_key_or_with_one_per_try_every_try_is_charged() {
        let each = [1, 2, 3, 4].map(|number| (Receipt(number), true));
        assert_eq!(receipts(&Anonymous), each);
        assert_eq!(receipts(&PerTry), each);
    }

    #[test]
    fn a_receipt_is_known_only_after_the_charge() {
        let (mut receipts, key) = (Receipts::default(), PerRequest.key(FIRST, 1));
        assert_eq!(receipts.known(key), None);
        let (receipt, _) = receipts.apply(key);
        assert_eq!(receipts.known(key), Some(receipt));
        assert_eq!(receipts.known(None), None);
    }
}
