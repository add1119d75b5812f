use netsplit_history::Status;
use netsplit_scenario::WindowName;

use super::super::testing::{at, fault, steady, steady_but};
use super::super::*;
use super::*;

#[test]
fn recovery_takes_the_worst_heal() {
    let mut run = steady_but(10.0, 13.0, Status::Failed);
    for op in &mut run.operations {
        if op.intended >= at(20.0) && op.intended < at(21.5) {
            op.status = Status::Failed;
        }
    }
    run.faults = vec![fault("cut", &[(9.0, 10.0), (19.0, 20.0)])];
    let found = finding(&run, recovery(after("cut"), 2.0));
    assert_eq!(found.verdict, Verdict::Fail);
    assert_eq!(found.shown.as_deref(), Some("2.98s"));
    assert_eq!(finding(&run, recovery(after("cut"), 3.0)).verdict, Verdict::Pass);
}

#[test]
fn recovery_that_never_comes_is_a_failure() {
    let mut run = steady_but(10.0, 35.0, Status::Failed);
    run.faults = vec![fault("cut", &[(9.0, 10.0)])];
    let found = finding(&run, recovery(after("cut"), 1e6));
    assert_eq!(found.verdict, Verdict::Fail);
    assert_eq!(found.shown.as_deref(), Some("never"));
    assert_eq!(found.why, "not back at 99% between the heal at 10.0s and 35.0s");
}

#[test]
fn recovery_looks_only_until_the_next_strike() {
    let mut run = steady_but(20.0, 35.0, Status::Failed);
    run.faults = vec![fault("cut", &[(9.0, 10.0)]), fault("crash", &[(20.0, 30.0)])];
    assert_eq!(finding(&run, recovery(after("cut"), 1.0)).verdict, Verdict::Pass);
    assert_eq!(finding(&run, recovery(WindowName::Overall, 1.0)).verdict, Verdict::Fail);
}

#[test]
fn recovery_without_a_heal_to_look_at_is_inconclusive() {
    let mut run = steady();
    run.faults = vec![fault("cut", &[(30.0, 36.0)])];
    assert_eq!(finding(&run, recovery(after("cut"), 1.0)).verdict, Verdict::Inconclusive);
    run.faults = vec![fault("cut", &[(9.0, 10.0), (10.5, 35.0)])];
    assert_eq!(finding(&run, recovery(after("cut"), 1.0)).verdict, Verdict::Inconclusive);
    let during = finding(&run, recovery(during("cut"), 1.0));
    assert_eq!(during.why, "recovery is measured after a fault: say `after NAME`");
}

#[test]
fn recovery_from_a_strike_needs_no_heal_and_takes_the_worst() {
    let from = |name: &str| WindowName::From(name.into());
    let mut run = steady_but(10.0, 13.0, Status::Failed);
    run.faults = vec![fault("gone", &[(10.0, 36.0)])];
    let found = finding(&run, recovery(from("gone"), 2.9));
    assert_eq!((found.verdict, found.shown.as_deref()), (Verdict::Fail, Some("2.98s")));
    assert_eq!(finding(&run, recovery(from("gone"), 3.0)).verdict, Verdict::Pass);
    run.faults = vec![fault("gone", &[(8.0, 9.0), (10.0, 36.0)])];
    assert_eq!(finding(&run, recovery(from("gone"), 2.9)).verdict, Verdict::Fail);
    run.faults.push(fault("cut", &[(20.0, 21.0)]));
    assert_eq!(finding(&run, recovery(from("cut"), 0.1)).verdict, Verdict::Pass);
    assert_eq!(finding(&run, recovery(from("ghost"), 9.0)).verdict, Verdict::Inconclusive);
    let mut never = steady_but(10.0, 35.0, Status::Failed);
    never.faults = vec![fault("gone", &[(10.0, 36.0)])];
    let found = finding(&never, recovery(from("gone"), 1e6));
    assert_eq!(found.why, "not back at 99% between the strike at 10.0s and 35.0s");
}
