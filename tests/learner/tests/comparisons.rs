//! Comparison of right code with the reference finds no difference.

use netsplit_harness::testing::load;
use netsplit_learn::Step;
use netsplit_learner::graduated;
use netsplit_sim::Options;

#[test]
fn right_code_is_never_found_to_differ() {
    for lab in graduated::labs() {
        let steps = lab.exercises().steps.iter();
        let steps =
            steps.map(|files| Step::read(lab.spec().name, files).expect("step.toml is one"));
        for step in steps {
            for name in &step.scenarios {
                let variant = load(lab, name, &[]).scenario.variant.clone();
                let set = format!("variant={}", step.variant(&variant));
                let options = Options { compare: true, ..Options::default() };
                let run = load(lab, name, &[&set]).simulate(&options, &mut |_| ());
                let run = run.expect("it can be built");
                assert_eq!(run.first_difference, None, "{} in {name}", step.path());
            }
        }
    }
}
