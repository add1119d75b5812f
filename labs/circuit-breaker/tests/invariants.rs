//! Every invariant is broken by a mutant, and by no scenario of the reference.

mod support;

use support::{broken, names, run, scenario};

#[test]
fn the_reference_breaks_none() {
    for name in names() {
        let run = run(&scenario(&name, &[]), 1);
        assert_eq!(broken(&run), [""; 0], "{name}");
    }
}

#[test]
fn every_mutant_breaks_its_own() {
    for (name, variant, expected) in [
        ("recovery", "lost-permit", "leaves-half-open"),
        ("lost-probes", "waits-for-ever", "leaves-half-open"),
        ("recovery", "no-probe-limit", "half-open-limit"),
        ("late-outcomes", "old-news", "probes-decide"),
        ("cold-open", "never-half-open", "legal-transitions"),
    ] {
        for seed in 1..=3 {
            let run = run(&scenario(name, &[&format!("variant={variant}")]), seed);
            assert!(broken(&run).contains(&expected), "{variant}: {:?}", broken(&run));
        }
    }
}

#[test]
fn a_front_end_that_crashes_starts_with_closed_breakers() {
    let crash = "[[fault]]\nname = \"crash\"\nat = \"4s\"\nfor = \"1s\"\ncrash = \"f1\"\n";
    let outage =
        "[[fault]]\nname = \"outage\"\nat = \"0s\"\ndisk = { nodes = \"stock\", fail = true }\n";
    let text = format!(
        "title = \"A front end crashes while its breaker is half-open\"\nlab = \"circuit-breaker\"\n\
         duration = \"20s\"\n[nodes.front]\ncount = 1\n[[load]]\nrate = \"100/s\"\n[params]\n\
         min_calls = 10\nopen_for = \"1s\"\nprobes = 3\n{crash}{outage}"
    );
    let run = run(&support::parsed(&text, &[]), 1);
    assert_eq!(broken(&run), [""; 0]);
    let started = run.events.iter().filter(|event| &*event.name == "started").count();
    assert_eq!(started, 2);
}
