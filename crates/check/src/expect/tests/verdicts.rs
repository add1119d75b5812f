use netsplit_history::{Crash, LittlesLaw, Run, Status, Touch, Touched};
use netsplit_scenario::{
    Comparison::{Greater, Less},
    Ended, Metric, Over, Property, Quantity, SeedAggregate, Sentence, WindowName,
};

use super::super::testing::{at, fault, request, scenario, steady, steady_but};
use super::super::*;
use super::*;

#[test]
fn a_fault_that_touched_nothing_makes_the_run_inconclusive() {
    let mut run = steady();
    let mut idle = fault("down", &[(10.0, 20.0)]);
    idle.touched = Touched::default();
    run.faults = vec![idle];
    let scenario = scenario([availability(0.99, WindowName::Overall)]);
    let judge = |run: &Run| evaluate(&scenario, run, &unknown);
    assert_eq!(judge(&run).verdict, Verdict::Inconclusive);
    let why = "fault `down` touched nothing: no message was dropped, no memory was lost";
    assert_eq!(judge(&run).reasons, [why]);
    run.faults[0].may_miss = true;
    assert_eq!(judge(&run).verdict, Verdict::Pass);
    run.faults[0].may_miss = false;
    run.faults[0].touched[Touch::MessagesDropped] = 1;
    assert_eq!(judge(&run).verdict, Verdict::Pass);
    run.faults[0].touched = Touched::default();
    run.faults[0].spans.clear();
    assert_eq!(judge(&run).reasons, ["fault `down` never struck"]);
}

#[test]
fn a_fault_that_nobody_could_notice_makes_the_run_inconclusive() {
    let mut run = steady();
    run.operations.retain(|op| op.intended < at(9.0) || op.intended > at(23.0));
    run.faults = vec![fault("down", &[(10.0, 20.0)])];
    let available = availability(0.99, WindowName::Overall);
    let judge = |run: &Run, sentence: &Sentence| {
        let findings = evaluate(&scenario([sentence.clone()]), run, &|_, _| {
            Some(PropertyFinding::new(Verdict::Pass, ""))
        });
        (findings.verdict, findings.reasons)
    };
    let (verdict, reasons) = judge(&run, &available);
    assert_eq!(verdict, Verdict::Inconclusive);
    let [why] = &reasons[..] else { panic!("{reasons:?}") };
    assert!(why.starts_with("nobody could notice fault `down`"), "{why}");
    // Somebody does who reads the lab's events, or asks later and expects one history.
    let stated = |property| Sentence::Property { property, negated: false };
    assert_eq!(judge(&run, &stated(Property::Invariant("i".into()))).0, Verdict::Pass);
    assert_eq!(judge(&run, &stated(Property::Linearizable)).0, Verdict::Pass);
    assert_eq!(judge(&run, &stated(Property::Serves(at(1.0)))).0, Verdict::Inconclusive);
    // A request is under way when it strikes, or asked before it has settled.
    for intended in [9.995, 21.999] {
        let mut run = run.clone();
        run.operations.push(request("get", at(intended), Status::Ok));
        assert_eq!(judge(&run, &available).0, Verdict::Pass, "{intended}");
    }
    run.operations.push(request("get", at(22.0), Status::Ok));
    assert_eq!(judge(&run, &available).0, Verdict::Inconclusive);
    run.faults[0].may_miss = true;
    assert_eq!(judge(&run, &available).0, Verdict::Pass);
}

#[test]
fn a_crash_that_no_fault_ordered_is_a_failure_with_its_message_and_place() {
    let mut run = steady();
    run.crashes = vec![Crash {
        at: at(12.5),
        node: "n2".into(),
        message: "index out of bounds".into(),
        place: "raft.rs:12:3".into(),
    }];
    let findings = evaluate(&scenario([]), &run, &unknown);
    assert_eq!(findings.verdict, Verdict::Fail);
    assert_eq!(
        findings.reasons,
        ["n2 crashed at 12.500s without a fault: index out of bounds (raft.rs:12:3)"]
    );
}

#[test]
fn problems_and_a_broken_law_count() {
    let mut run = steady();
    run.problems = vec![Problem::Inconclusive("no leader in 5s".into())];
    let judge = |run: &Run| evaluate(&scenario([]), run, &unknown);
    assert_eq!(judge(&run).verdict, Verdict::Inconclusive);
    run.problems.push(Problem::Failure("livelock".into()));
    assert_eq!(judge(&run).verdict, Verdict::Fail);
    run.problems.clear();
    assert_eq!(judge(&run).verdict, Verdict::Pass);
    run.littles_law = LittlesLaw { integral_ns: 5, sojourn_ns: 6 };
    assert_eq!(judge(&run).verdict, Verdict::Inconclusive);
    assert_eq!(judge(&run).bugs.len(), 1);
}

#[test]
fn a_run_without_measured_requests_is_inconclusive_even_when_nothing_is_expected() {
    let mut run = steady();
    run.operations.retain(|op| op.intended < at(5.0));
    let mut scenario = scenario([]);
    assert_eq!(evaluate(&scenario, &run, &unknown).verdict, Verdict::Inconclusive);
    scenario.loads.clear();
    assert_eq!(evaluate(&scenario, &run, &unknown).verdict, Verdict::Pass);
}

#[test]
fn fail_outweighs_inconclusive_outweighs_pass() {
    let run = steady();
    let pass = availability(0.5, WindowName::Overall);
    let open = availability(0.5, during("ghost"));
    let fail = percentile(50.0, Ended::All, 1.0);
    let verdict =
        |sentences: &[Sentence]| evaluate(&scenario(sentences.to_vec()), &run, &unknown).verdict;
    assert_eq!(verdict(std::slice::from_ref(&pass)), Verdict::Pass);
    assert_eq!(verdict(&[open.clone(), pass.clone()]), Verdict::Inconclusive);
    assert_eq!(verdict(&[fail.clone(), open, pass]), Verdict::Fail);
    let mut idle = run.clone();
    idle.faults = vec![fault("ghost", &[])];
    let findings = evaluate(&scenario([fail]), &idle, &unknown);
    assert_eq!((findings.verdict, findings.reasons.len()), (Verdict::Fail, 1));
}

#[test]
fn properties_are_asked_of_the_checker_and_inconclusive_without_one() {
    let stated =
        |negated| scenario([Sentence::Property { property: Property::Linearizable, negated }]);
    let run = steady();
    let open = evaluate(&stated(false), &run, &unknown);
    assert_eq!(open.verdict, Verdict::Inconclusive);
    assert_eq!(open.expectations[0].why, "no checker decides `linearizable`");
    let says = |verdict| move |_: &Property, _: &Run| Some(PropertyFinding::new(verdict, "k1"));
    for (said, plain, negated) in [
        (Verdict::Pass, Verdict::Pass, Verdict::Fail),
        (Verdict::Fail, Verdict::Fail, Verdict::Pass),
        (Verdict::Inconclusive, Verdict::Inconclusive, Verdict::Inconclusive),
    ] {
        assert_eq!(evaluate(&stated(false), &run, &says(said)).verdict, plain);
        let findings = evaluate(&stated(true), &run, &says(said));
        assert_eq!(findings.verdict, negated);
        assert_eq!(findings.expectations[0].why, "k1");
    }
}

#[test]
fn sweep_sentences_are_listed_and_leave_the_verdict_alone() {
    let violates = Sentence::Violates {
        property: Property::Linearizable,
        comparison: Greater,
        share: 0.2,
        over: Over::default(),
    };
    let aggregate = Sentence::Aggregate {
        aggregate: SeedAggregate::Mean,
        metric: Metric::lab("makespan"),
        comparison: Less,
        value: Quantity::Number(1.0),
        window: WindowName::Overall,
        over: Over::default(),
    };
    let mut scenario = scenario([violates, aggregate]);
    let last = scenario.verdict.expect.pop().unwrap();
    scenario.verdict.sweep.push(last);
    let findings = evaluate(&scenario, &steady(), &unknown);
    assert_eq!(findings.verdict, Verdict::Pass);
    assert_eq!(findings.sweep, ["sentence 0", "sentence 1"]);
    assert!(findings.expectations.is_empty());
}

#[test]
fn a_number_of_a_run_that_ended_early_is_no_failure() {
    let mut run = steady_but(12.0, 20.0, Status::TimedOut);
    let scenario = scenario([availability(1.0, WindowName::Overall)]);
    assert_eq!(evaluate(&scenario, &run, &unknown).verdict, Verdict::Fail);
    run.ended_early = true;
    let findings = evaluate(&scenario, &run, &unknown);
    assert_eq!(findings.verdict, Verdict::Inconclusive);
    assert_eq!(findings.expectations[0].why, "the run ended early");
}
