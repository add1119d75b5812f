//! The exercises of this lab, and the wrappers that compare a learner's code with the rule.

use netsplit_sim::comparison::{compare, differ, is_comparing};
use netsplit_sim::prelude::*;
use rand::Rng;

use crate::pick::{Known, Pick, own_load};
use crate::subset::{Deterministic, Subset};

/// The exercises, in the order in which they are taken.
pub(crate) const EXERCISES: Exercises = Exercises {
    lab: "netsplit_lab_load_balancing::LoadBalancing",
    steps: exercise_files!("p2c" => "pick.rs", "subset" => "subset.rs"),
};

/// A pick that a learner wrote. How it draws is its own affair; in a run that compares, each server
/// must be one that two choices could choose.
#[derive(Clone, Debug)]
pub struct ComparedPick<Y>(pub Y);

impl<Y: Pick> Pick for ComparedPick<Y> {
    fn pick(&mut self, open: &[usize], known: &[Known], rng: &mut dyn Rng) -> usize {
        let server = self.0.pick(open, known, rng);
        if is_comparing()
            && let Some(rule) = objection(server, open, known)
        {
            let loads: Vec<_> = open.iter().map(|one| (*one, own_load(&known[*one]))).collect();
            let call = format!("a request came; servers and their loads: {loads:?}");
            differ(call, format!("chose server {server}"), rule);
        }
        server
    }
}

/// What two choices would have done, if they could not have chosen this server.
fn objection(server: usize, open: &[usize], known: &[Known]) -> Option<String> {
    if !open.contains(&server) {
        return Some(format!("chose one of {open:?}"));
    }
    let others = open.iter().filter(|other| **other != server);
    // It was compared with one of them, and its load was not higher.
    let most = others.map(|other| own_load(&known[*other])).reduce(f64::max)?;
    (own_load(&known[server]) > most).then(|| "chose the other, whichever that was".into())
}

/// A subset that a learner wrote, held against the deterministic one.
#[derive(Clone, Debug)]
pub struct ComparedSubset<Y>(pub Y);

impl<Y: Subset> Subset for ComparedSubset<Y> {
    fn of(&self, balancer: usize, servers: usize, size: usize, rng: &mut dyn Rng) -> Vec<usize> {
        let yours = self.0.of(balancer, servers, size, rng);
        if is_comparing() {
            let sorted = |mut subset: Vec<usize>| {
                subset.sort_unstable();
                subset
            };
            let reference = Deterministic.of(balancer, servers, size, rng);
            let call = || format!("balancer {balancer} started; {size} of {servers} servers");
            let tell = |subset: &Vec<usize>| format!("chose {subset:?}");
            compare(&sorted(yours.clone()), &sorted(reference), call, tell);
        }
        yours
    }
}
