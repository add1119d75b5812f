//! The order in which a sweep's runs are started.
//!
//! Seed by seed over all scenarios and roles, so that a wrong variant is mostly caught before its
//! next run would start, and a sweep that is cut short has some seeds of everything. Within a seed
//! the runs that promise most work start first, so that a long one does not end alone. The order is
//! no part of any result.

use std::cmp::Reverse;

use netsplit_history::Time;
use netsplit_report::sweep::{Job, Plan, Shard};
use netsplit_scenario::{Arrivals, Scenario};

use super::select::Case;

/// The shard's runs, each with its number in the plan.
pub fn in_turn(plan: &Plan, cases: &[Case], shard: Shard) -> Vec<(usize, Job)> {
    let work: Vec<u64> = cases.iter().map(|case| requests(case.scenario())).collect();
    let mut jobs: Vec<(usize, Job)> =
        plan.jobs().enumerate().filter(|(_, job)| shard.has(job.cell)).collect();
    jobs.sort_by_key(|(number, job)| (job.position, Reverse(work[job.scenario]), *number));
    jobs
}

/// A rough number of the requests of a run. A closed load is counted as one request per session
/// and second.
fn requests(scenario: &Scenario) -> u64 {
    let end = Time::ZERO + scenario.duration;
    let loads = scenario.loads.iter().map(|load| {
        let until = load.until.unwrap_or(end);
        let seconds = |from: Time, to: Time| to.since(from).as_secs_f64();
        match &load.arrivals {
            Arrivals::Open { steps, .. } => {
                let ends = steps.iter().skip(1).map(|step| step.0).chain([until]);
                steps.iter().zip(ends).map(|((from, rate), to)| rate * seconds(*from, to)).sum()
            }
            Arrivals::Closed { clients, .. } => f64::from(*clients) * seconds(load.from, until),
            Arrivals::Once { clients } => f64::from(*clients),
        }
    });
    loads.sum::<f64>() as u64
}
