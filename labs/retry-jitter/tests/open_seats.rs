//! The seats can be filled from another crate, such as this one.

use std::collections::BTreeMap;
use std::time::Duration;

use netsplit_check::Verdict;
use netsplit_harness::testing::load;
use netsplit_lab_retry_jitter::{
    Admission, Arrival, Backoff, Bounds, Budget, Deadlines, IdempotencyKey, Identity, Purchase,
    Receipt, RetryJitter, Try, Turn, seats,
};
use netsplit_scenario::OpenFilling;
use netsplit_sim::Lab;
use netsplit_sim::rand::Rng;
use netsplit_sim::random::unit;

/// The verdict of a scenario with one more filling, under the variant `mine`.
fn verdict(filling: OpenFilling, name: &str, set: &[&str]) -> Verdict {
    let experiment = load(RetryJitter.with(filling), name, set);
    experiment.run(1).unwrap().1.verdict
}

/// Full jitter.
struct Jitter(Bounds);

impl Backoff for Jitter {
    fn delay(&mut self, failed: u32, mut rng: &mut dyn Rng) -> Duration {
        let wait = (self.0.base * 2u32.pow(failed.min(20))).min(self.0.cap);
        wait.mul_f64(unit(&mut rng))
    }
}

#[test]
fn a_backoff_of_another_crate_spreads_retries() {
    let mine = seats::BACKOFF.filling("mine", "", |bounds| Box::new(Jitter(bounds)));
    assert_eq!(verdict(mine, "contention", &["variant=mine"]), Verdict::Pass);
}

/// Ten retries, and then no more.
struct Ten(u32);

impl Budget for Ten {
    fn allows(&mut self, what: Try, _now: Duration, _rng: &mut dyn Rng) -> bool {
        let allowed = what == Try::First || self.0 > 0;
        self.0 -= u32::from(allowed && what != Try::First);
        allowed
    }

    fn on_answer(&mut self, _accepted: bool, _now: Duration) {}
}

#[test]
fn a_budget_of_another_crate_bounds_retries() {
    let mine = seats::BUDGET.filling("mine", "", |_| Box::new(Ten(10)));
    let bucket = ["variant=naive,mine", "verdict.expect=[\"retries == 10\"]"];
    assert_eq!(verdict(mine, "metastable-token-bucket", &bucket), Verdict::Pass);
}

/// Slots and no queue.
struct NoQueue {
    slots: Option<usize>,
    busy: usize,
}

impl Admission for NoQueue {
    fn arrive(&mut self, _work: Duration, _deadline: Option<Duration>) -> Arrival {
        if self.slots.is_some_and(|slots| self.busy >= slots) {
            return Arrival::Reject;
        }
        self.busy += 1;
        Arrival::Start
    }

    fn leave(&mut self, _now: Duration) -> Turn {
        self.busy -= 1;
        Turn::default()
    }
}

#[test]
fn an_admission_of_another_crate_rejects() {
    let no_queue = |slots, _: &_| -> Box<dyn Admission> { Box::new(NoQueue { slots, busy: 0 }) };
    let mine = seats::ADMISSION.filling("mine", "", no_queue);
    let shed = ["variant=mine", "verdict.expect=[\"shed > 100\", \"max(wait) == 0s\"]"];
    assert_eq!(verdict(mine, "calm", &shed), Verdict::Pass);
}

/// Keys of the client that the server forgets.
struct Forgetful(BTreeMap<IdempotencyKey, Receipt>);

impl Identity for Forgetful {
    fn key(&self, purchase: Purchase, _number: u32) -> Option<IdempotencyKey> {
        Some(IdempotencyKey(purchase.request))
    }

    fn known(&self, _key: Option<IdempotencyKey>) -> Option<Receipt> {
        None
    }

    fn charge(&mut self, key: Option<IdempotencyKey>) -> (Receipt, bool) {
        let receipt = Receipt(self.0.len() as u64 + 1);
        self.0.extend(key.map(|key| (key, receipt)));
        (receipt, true)
    }
}

#[test]
fn an_identity_of_another_crate_charges_twice() {
    let mine = seats::IDENTITY.filling("mine", "", || Box::new(Forgetful(BTreeMap::new())));
    assert_eq!(verdict(mine, "double-charge", &["variant=mine"]), Verdict::Fail);
}

/// A tenth of a second for everything.
struct Short;

impl Deadlines for Short {
    fn announce(&self, _wait: Duration) -> Option<Duration> {
        Some(Duration::from_millis(100))
    }

    fn inherit(&self, deadline: Option<Duration>) -> Option<Duration> {
        deadline
    }
}

#[test]
fn deadlines_of_another_crate_travel() {
    let mine = seats::DEADLINES.filling("mine", "", |_| Box::new(Short));
    let short = ["variant=naive,admission=drop-expired,mine"];
    let served = ["verdict.expect=[\"max(wait) < 100ms\", \"expired > 4000\"]"];
    let set = [&short[..], &served].concat();
    assert_eq!(verdict(mine, "metastable-deadlines", &set), Verdict::Pass);
}

#[test]
fn a_write_rule_of_another_crate_refuses() {
    let mine = seats::ROW.filling("mine", "", |_, _, _| false);
    let never = ["variant=mine", "duration=5s", "verdict.expect=[\"availability < 1%\"]"];
    assert_eq!(verdict(mine, "contention", &never), Verdict::Pass);
}
