//! Rounds by hand, and the law of the overshoot in any weather.

use proptest::prelude::*;

use super::*;
use crate::invariants::overshoot::Overshoot;
use crate::invariants::{Fact, Law, Rules};

/// Ten a second, and twenty at once.
const POLICY: Policy = Policy { limit: 10, window: Duration::from_secs(1), burst: 20 };

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const RULES: GlobalBucket = GlobalBucket;

fn spend_all(budget: &mut Budget) -> usize {
    (0..100).filter(|_| RULES.try_spend(budget)).count()
}

/// Settles a round that asked and had heard at these times.
fn settle(ledger: &mut Ledger, asked: Duration, heard: Duration, totals: &[Option<Total>]) {
    RULES.settle(ledger, &Round { asked, heard, totals: totals.to_vec() });
}

#[test]
fn a_round_pays_what_is_new_and_tells_what_is_left() {
    let mut ledger = Ledger::new(&POLICY, 2);
    let mut budgets = [Budget::new(&POLICY), Budget::new(&POLICY)];
    for _ in 0..8 {
        assert!(RULES.try_spend(&mut budgets[0]));
    }
    let totals = |budgets: &[Budget; 2]| [0, 1].map(|region| Some(budgets[region].spent));
    settle(&mut ledger, ms(500), ms(500), &totals(&budgets));
    let left = RULES.statement(&ledger, 0).level;
    assert_eq!(left, 12, "a full bucket gains nothing in half a second");
    // Two more pass while the answer is on its way.
    assert!(RULES.try_spend(&mut budgets[0]) && RULES.try_spend(&mut budgets[0]));
    for (region, budget) in budgets.iter_mut().enumerate() {
        RULES.renew(budget, &RULES.statement(&ledger, region));
    }
    assert_eq!(spend_all(&mut budgets[0]), 10);
    assert_eq!(spend_all(&mut budgets[1]), 12, "the same tokens, once more");
    settle(&mut ledger, ms(1000), ms(1000), &totals(&budgets));
    let left = RULES.statement(&ledger, 0).level;
    assert_eq!(left, 0, "12 + 5 - 12 - 12 is a debt of 7");
    assert_eq!(RULES.statement(&ledger, 0).sound, ms(500), "nothing is left now");
    settle(&mut ledger, ms(1800), ms(1800), &totals(&budgets));
    assert_eq!(RULES.statement(&ledger, 0).level, 1);
}

#[test]
fn duplicated_and_late_totals_are_paid_once() {
    let mut ledger = Ledger::new(&POLICY, 1);
    for total in [3, 5, 5, 4, 3] {
        settle(&mut ledger, ms(0), ms(0), &[Some(total)]);
    }
    let statement = RULES.statement(&ledger, 0);
    assert_eq!((statement.level, statement.paid), (15, 5));
}

#[test]
fn a_bucket_may_overflow_until_the_totals_are_heard() {
    let mut ledger = Ledger::new(&POLICY, 1);
    settle(&mut ledger, ms(1000), ms(1300), &[Some(0)]);
    assert_eq!(RULES.statement(&ledger, 0).level, 20, "nobody took anything");
    settle(&mut ledger, ms(2000), ms(2300), &[Some(1)]);
    assert_eq!(RULES.statement(&ledger, 0).level, 16, "it was full at 2.3 s");
}

#[test]
fn a_round_that_did_not_hear_of_all_is_not_sound() {
    let mut ledger = Ledger::new(&POLICY, 2);
    settle(&mut ledger, ms(500), ms(500), &[Some(1), Some(1)]);
    settle(&mut ledger, ms(1000), ms(1000), &[Some(2), None]);
    let statement = RULES.statement(&ledger, 1);
    assert_eq!((statement.asked, statement.sound), (ms(1000), ms(500)));
}

#[test]
fn nothing_is_carried_over() {
    let mut budget = Budget::new(&POLICY);
    let statement = RULES.statement(&Ledger::new(&POLICY, 1), 0);
    for _ in 0..5 {
        RULES.renew(&mut budget, &statement);
    }
    assert_eq!(spend_all(&mut budget), 20);
}

#[test]
fn an_overtaken_statement_is_ignored() {
    let mut ledger = Ledger::new(&POLICY, 1);
    let old = RULES.statement(&ledger, 0);
    settle(&mut ledger, ms(500), ms(500), &[Some(15)]);
    let mut budget = Budget::new(&POLICY);
    RULES.renew(&mut budget, &RULES.statement(&ledger, 0));
    RULES.renew(&mut budget, &old);
    assert_eq!((budget.until, budget.asked), (20, ms(500)));
    settle(&mut ledger, ms(1000), ms(1000), &[Some(19)]);
    RULES.renew(&mut budget, &RULES.statement(&ledger, 0));
    assert_eq!(budget.until, 25);
    RULES.renew(&mut budget, &old);
    assert_eq!((budget.until, budget.asked), (25, ms(1000)));
}

/// The messages between the store and one region in a round: how long question, answer and
/// statement take in milliseconds, and whether answer and statement arrive.
#[derive(Clone, Copy, Debug)]
struct Way {
    question: u64,
    answer: u64,
    statement: u64,
    arrives: [bool; 2],
}

impl Way {
    /// How long until the store has heard, if it does in time.
    fn heard_after(&self) -> Option<u64> {
        let after = self.question + self.answer;
        (self.arrives[0] && after <= PATIENCE).then_some(after)
    }
}

/// What happens; at one instant in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// This many requests come to a region.
    Ask(usize, u64),
    /// The question of a round arrives at a region.
    Sample(usize, usize),
    /// A round is over.
    Close(usize),
    /// The statement of a round arrives at a region.
    Hear(usize, usize),
}

const ROUNDS: usize = 8;
const EVERY: u64 = 1000;
const PATIENCE: u64 = 900;

/// A world: the burst, the ways of every round to every region, and when what happens.
#[derive(Clone, Debug)]
struct Weather {
    burst: u32,
    regions: usize,
    ways: Vec<Vec<Way>>,
    asked: Vec<(u64, Step)>,
}

prop_compose! {
    fn way()(
        question in prop_oneof![0..20u64, 0..PATIENCE],
        answer in 0..20u64,
        statement in prop_oneof![4 => 0..20u64, 1 => 0..2500u64],
        answers in prop::bool::weighted(0.7),
        told in prop::bool::weighted(0.9),
    ) -> Way {
        Way { question, answer, statement, arrives: [answers, told] }
    }
}

/// Demand comes in bursts and one by one.
fn asked(regions: usize) -> impl Strategy<Value = Vec<(u64, Step)>> {
    let count = prop_oneof![1..4u64, Just(20)];
    let ask = (0..9000u64, 0..regions, count);
    let ask = ask.prop_map(|(at, region, count)| (at, Step::Ask(region, count)));
    prop::collection::vec(ask, 1..40)
}

fn weather() -> impl Strategy<Value = Weather> {
    (1..4usize, 5..20u32).prop_flat_map(|(regions, burst)| {
        let round = prop::collection::vec(way(), regions);
        let ways = prop::collection::vec(round, ROUNDS);
        (ways, asked(regions)).prop_map(move |(ways, asked)| Weather {
            burst,
            regions,
            ways,
            asked,
        })
    })
}

impl Weather {
    fn steps(&self) -> Vec<(u64, Step)> {
        let mut steps = self.asked.clone();
        for (round, ways) in self.ways.iter().enumerate() {
            let asked = (round as u64 + 1) * EVERY;
            let took = ways.iter().map(|way| way.heard_after().unwrap_or(PATIENCE));
            let over = asked + took.max().expect("a region");
            steps.push((over, Step::Close(round)));
            for (region, way) in ways.iter().enumerate() {
                steps.push((asked + way.question, Step::Sample(round, region)));
                let told = (over + way.statement, Step::Hear(round, region));
                steps.extend(way.arrives[1].then_some(told));
            }
        }
        steps.sort_unstable();
        steps
    }

    /// Checks the law against these steps.
    fn judge(&self) -> Result<(), String> {
        let policy = Policy { burst: self.burst, ..POLICY };
        let mut law = Overshoot::new(&Rules {
            limit: 10,
            window: 1_000_000_000,
            burst: self.burst.into(),
            gateways: self.regions as i128,
        });
        let mut ledger = Ledger::new(&policy, self.regions);
        let mut budgets = vec![Budget::new(&policy); self.regions];
        let mut totals = vec![vec![None; self.regions]; ROUNDS];
        let mut told = vec![Vec::new(); ROUNDS];
        for (at, step) in self.steps() {
            let now = i128::from(at) * 1_000_000;
            match step {
                Step::Ask(region, count) => {
                    for _ in 0..count {
                        law.happened(now, Fact::Asked)?;
                        let sound = budgets[region].sound.as_nanos() as i128;
                        if RULES.try_spend(&mut budgets[region]) {
                            law.happened(now, Fact::Admitted(Some(sound)))?;
                        }
                    }
                }
                Step::Sample(round, region) => {
                    let heard = self.ways[round][region].heard_after();
                    totals[round][region] = heard.map(|_| budgets[region].spent);
                }
                Step::Close(round) => {
                    let asked = ms((round as u64 + 1) * EVERY);
                    settle(&mut ledger, asked, ms(at), &totals[round]);
                    told[round] =
                        (0..self.regions).map(|of| RULES.statement(&ledger, of)).collect();
                }
                Step::Hear(round, region) => {
                    RULES.renew(&mut budgets[region], &told[round][region]);
                }
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Messages are late, lost and overtaken, and demand comes in bursts.
    #[test]
    fn the_overshoot_keeps_its_law_in_any_weather(weather in weather()) {
        prop_assert_eq!(weather.judge(), Ok(()));
    }
}
