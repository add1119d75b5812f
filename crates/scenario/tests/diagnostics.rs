//! Bad scenarios and what is said about them: one per class of mistake, as snapshots.

mod common;

use common::{LABS, WHOLE, least};
use netsplit_scenario::{Severity, parse};

/// What is said about `text` with these overrides.
fn told(text: &str, overrides: &[&str]) -> String {
    let overrides: Vec<_> = overrides.iter().map(|o| (*o).to_owned()).collect();
    match parse(text, "bad.toml", &overrides, &LABS) {
        Err(found) => found.render(false),
        Ok(parsed) => format!("accepted\n{}", parsed.warnings.render(false)),
    }
}

macro_rules! bad {
    ($($name:ident: $text:expr;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(told($text.as_ref(), &[]));
        })*
    };
}

/// Actions with wrong arguments, between right ones.
const ACTIONS: &str = "title = \"T\"\nlab = \"store\"\nduration = \"60s\"
[[load]]
rate = \"1/s\"
[[action]]
at = \"1s\"
do = { join = { count = 2, within = \"3s\" } }
[[action]]
name = \"known\"
at = \"2s\"
do = { leave = { node = \"n7\" } }
[[action]]
name = \"short\"
at = \"2s\"
do = { leave = \"leader\" }
[[action]]
name = \"unknown\"
at = \"2s\"
do = { leave = \"n99\" }
[[action]]
name = \"misspelt\"
at = \"2s\"
do = { leave = \"leeder\" }
[[action]]
name = \"many\"
at = \"2s\"
do = { leave = { node = \"nodes\" } }
[[action]]
name = \"client\"
at = \"2s\"
do = { leave = { node = \"c1\" } }
[[action]]
name = \"list\"
at = \"2s\"
do = { leave = [\"n1\"] }
[[action]]
name = \"without\"
at = \"2s\"
do = \"leave\"
[[action]]
name = \"empty\"
at = \"2s\"
do = { leave = {} }
[[action]]
name = \"key\"
at = \"2s\"
do = { leave = { nod = \"n1\" } }
[[action]]
name = \"none\"
at = \"2s\"
do = { rest = true }
[[action]]
name = \"bare\"
at = \"2s\"
do = { join = 2 }
[[action]]
name = \"zero\"
at = \"2s\"
do = { join = { count = 0, within = 3 } }
[[action]]
name = \"group\"
at = \"2s\"
do = { drain = [\"n1\", \"n9\"] }
";

bad! {
    syntax_errors_on_several_lines: "title = \"T\nlab = store\nduration == \"60s\"\n";
    a_text_without_its_end: "title = \"T\nlab = \"store\"\nduration = “60s”\n";
    a_list_without_its_end: "title = \"a ]\" # ]\n[verdict]\nexpect = [\n  \"p99 < 5ms\",\n[nodes]\ncount = 3\n";
    a_table_without_its_end: least("[[fault]]\nat = \"5s\"\npartition = { isolate = \"n1\"\n\n[verdict]\nexpect = [\n  \"p99 < 5ms\",\n]");
    elements_as_tables_by_name: least("[load.users]\nrate = \"1/s\"\n[fault.cut]\nat = \"5s\"\ncrash = \"n1\"\n[verdict]\nexpect = [\"p99 < 5ms during cut\"]");
    links_that_churn: least("[[fault]]\nat = \"5s\"\nchurn = { up = \"1s\", down = \"1s\" }\nloss = { probability = 0.1 }");
    tables_that_are_none: least("[[load]]\nclosed = 10\nkeys = 5\n[[fault]]\nat = \"5s\"\nchurn = \"1s\"\nslow = \"n1\"\n[[fault]]\nat = \"5s\"\npartition = \"n1\"");
    nodes_by_other_names: least("[[fault]]\nat = \"5s\"\ncrash = [\"n0\", \"node1\", \"server-2\", \"n7\", \"x1\"]");
    a_doubled_key: least("[params]\nr = 1\nr = 2");
    unknown_keys: least("warmupp = \"1s\"\n[nodes]\ncuont = 3\n[network]\nlatency = { uniform = { min = \"1ms\", mx = \"2ms\" } }");
    missing_keys: "lab = \"store\"\n[[load]]\nname = \"a\"\n[[fault]]\ncrash = \"n1\"\n";
    keys_that_exclude_each_other: least("[[load]]\nrate = \"1/s\"\nclosed = { clients = 1 }\n[[fault]]\nat = \"1s\"\nfor = \"1s\"\ncrash = \"n1\"\npause = \"n2\"\n[[fault]]\nat = \"1s\"\npartition = { isolate = \"n1\", one_way = true }");
    wrong_types: least("about = 3\nnodes = 5\n[network]\nloss = true\nlatency = []\n[[load]]\nrate = { }\n[[fault]]\nat = 1979-05-27\ncrash = 3");
    missing_units: least("warmup = 5\nsettle = \"5\"\n[network]\nbandwidth = 10\n[[load]]\nrate = 200\ntimeout = 1.5");
    unknown_units: least("warmup = \"5 parsecs\"\n[network]\nbandwidth = \"10 MiB\"\n[[load]]\nrate = \"200/fortnight\"");
    impossible_probabilities: least("[network]\nloss = 1.5\nduplicate = \"150%\"\n[[network.link]]\nof = \"n1\"\nloss = nan\nduplicate = -0.1");
    names_that_do_not_exist: least("[[network.link]]\nbetween = [\"n1\", \"n9\"]\nmessage = \"raed\"\nloss = 0.1\n[[fault]]\nat = \"1s\"\npartition = { isolate = \"leeder\" }\n[[fault]]\nat = { event = \"became-leadr\" }\nfor = \"1s\"\ncrash = [\"node\", \"any(9)\", \"an(2)\"]\n[[action]]\nat = \"1s\"\ndo = { jion = 1 }");
    a_lab_that_does_not_exist: "title = \"T\"\nlab = \"stoer\"\nduration = \"1s\"\n";
    variants_that_do_not_exist: least("variant = \"repair=on-raed, repiar=never\"\n[verdict]\nexpect = [\"linearizable\"]\ncatches = [\"stale\"]");
    groups_of_nodes: "title = \"T\"\nlab = \"tiers\"\nduration = \"9s\"\n[nodes]\ncount = 3\n[nodes.frnt]\ncount = 2\n";
    params: least("[params]\nrr = 3\nr = \"abc\"\ncoordinator = \"aparrt\"\nw = 99999999999999999999");
    things_after_the_end: least("[[load]]\nrate = \"1/s\"\nfrom = \"70s\"\n[[load]]\nname = \"b\"\nrate = [{ rate = \"1/s\" }, { at = \"65s\", rate = \"2/s\" }]\n[[fault]]\nat = \"60s\"\nfor = \"1s\"\ncrash = \"n1\"\n[[action]]\nat = \"2m\"\ndo = \"join\"");
    actions: ACTIONS;
    windows_of_actions: least("warmup = \"5s\"\n[[action]]\nat = \"1s\"\ndo = \"rest\"\n[[fault]]\nname = \"join\"\nat = \"9s\"\ncrash = \"n1\"\n[[action]]\nat = \"10s\"\ndo = \"join\"\n[verdict]\nexpect = [\n\"p99 < 5ms during rset\",\n\"p99 < 5ms before rest\",\n\"p99 < 5ms after rest\",\n]");
    a_warmup_that_leaves_nothing: least("warmup = \"60s\"");
    contradicting_faults: least("[[fault]]\nat = \"10s\"\nfor = \"5s\"\ncrash = [\"n1\", \"n2\"]\n[[fault]]\nat = \"14s\"\ncrash = \"n2\"\n[[fault]]\nname = \"other-time\"\nat = \"5s\"\nfor = \"5s\"\npause = \"nodes\"\n[[fault]]\nat = \"1s\"\nclock = { nodes = \"nodes\", skew = \"1s\" }\n[[fault]]\nat = \"2s\"\nfor = \"1s\"\nclock = { nodes = \"n3\", drift = 0.1 }\n[[fault]]\nname = \"again\"\nat = \"1s\"\nfor = \"3s\"\nevery = \"2s\"\nslow = { nodes = \"n1\", factor = 2 }");
    faults_that_do_nothing: least("[[fault]]\nat = \"1s\"\nloss = { probability = 0 }\n[[fault]]\nat = \"1s\"\nslow = { nodes = \"n1\", factor = 1 }\n[[fault]]\nat = \"1s\"\nfor = \"0s\"\nclock = { nodes = \"n1\" }\n[[fault]]\nat = \"1s\"\ndisk = { nodes = \"n1\" }\n[[fault]]\nat = \"1s\"\ntimes = 2\npartition = { groups = [[\"n1\"]] }");
    zeros_and_excessive_sizes: least("[nodes]\ncount = 0\nworkers = 0\n[[load]]\nonce = { clients = 0 }\nclients = 99999999\nkeys = { count = 0, zipf = -1 }\ntimeout = \"0s\"\n[[load]]\nname = \"b\"\nrate = \"99999999/s\"\n[[load]]\nname = \"c\"\nrate = \"0/s\"\n[[fault]]\nat = \"1s\"\nfor = \"25h\"\nevery = \"1ns\"\ncrash = \"0%\"");
    names_that_clash: least("[nodes]\nregion = \"eu\"\n[[load]]\nname = \"eu\"\nrate = \"1/s\"\n[[load]]\nname = \"leader\"\nrate = \"1/s\"\n[[load]]\nname = \"n1\"\nrate = \"1/s\"\n[[load]]\nname = \"n1\"\nrate = \"1/s\"\n[[load]]\nname = \"a b\"\nrate = \"1/s\"");
    distributions: least("[network]\nlatency = { mixture = [{ weight = 0, constant = \"1ms\" }, { weight = 1 }] }\n[[network.link]]\nof = \"n1\"\nlatency = { lognormal = { median = \"5ms\", p99 = \"1ms\" } }\n[[network.link]]\nof = \"leader\"\nlatency = { pareto = { scale = \"0s\", shape = inf } }\n[[network.link]]\nof = \"n1\"\nlatency = { norml = 1 }\n[[network.link]]\nloss = 0.1\n[[network.link]]\nof = \"n1\"");
    mixes: least("[[load]]\nrate = \"1/s\"\nmix = { gte = 70, put = -1, scan = 0 }\n[[load]]\nname = \"b\"\nrate = \"1/s\"\nmix = {}");
}

const FAULTS: &str = "warmup = \"5s\"\n[[fault]]\nname = \"cut\"\nat = \"20s\"\nfor = \"5s\"\npartition = { isolate = \"n1\" }\n[[fault]]\nname = \"early\"\nat = \"1s\"\ncrash = \"n1\"\n";

fn expecting(sentences: &[&str], rest: &str) -> String {
    let list: Vec<_> = sentences.iter().map(|text| format!("  \"{text}\",\n")).collect();
    let list = list.concat();
    least(&format!("{FAULTS}[verdict]\nexpect = [\n{list}]\n{rest}"))
}

#[test]
fn sentences() {
    let wrong = [
        "availabilty >= 99%",
        "p99 < 5",
        "p99 < 5%",
        "availability >= 99",
        "availability >= 40ms",
        "throughput > 90",
        "stale_reads == many",
        "p99(gett) < 5ms",
        "p100 < 5ms",
        "availability(visibility) >= 99%",
        "p99 = 5ms",
        "p99 within 5 of 3ms",
        "recovery < 2s",
        "recovery < 2s after cutt",
        "recovery < 2s after early",
        "availability >= 99% durin cut",
        "availability >= 99% before early",
        "p99 < 5ms from 20s to 10s",
        "p99 < 5ms from 1s to 2s",
        "p99 < 5ms from 60s to 70s",
        "invariant election-saftey",
        "linearisable",
        "not p99 < 5ms",
        "serves again within 5",
        "mean(makespan) < 4",
        "violates linearizable in >= 20% of seeds",
        "p99 <",
        "",
    ];
    let sweep = "sweep = [\"linearizable\", \"violates linearizable in >= 120% of seeds\"]";
    insta::assert_snapshot!(told(&expecting(&wrong, sweep), &[]));
}

#[test]
fn arguments_of_metrics() {
    let load = "[[load]]\nname = \"writers\"\nrate = \"1/s\"\nregion = \"eu\"\n";
    let sentences = [
        "p99(all, get, load writers, region eu) < 5ms",
        "availability(load wirters) >= 99%",
        "p99(region us) < 5ms",
        "stale_reads(node n9) == 0",
        "stale_reads(load writers) == 0",
        "p99(get, put) < 5ms",
        "p99(visibility, load writers) < 5ms",
        "p99(node n1) < 5ms",
        "availability(node n1) >= 99%",
        "p99(get,) < 5ms",
        "p99(get load writers) < 5ms",
        "slower(get) <= 1%",
        "slower(5ms, visibility, node n1) <= 1",
    ];
    insta::assert_snapshot!(told(&expecting(&sentences, load), &[]));
}

#[test]
fn sentences_in_other_words() {
    let wrong = [
        "stale_reads < 20ms",
        "p99 < 5 ms",
        "throughput > 90 /s",
        "availability >= 0.99",
        "availability => 99%",
        "availability > 99% and p99 < 5ms",
        "99% availability",
        "median < 5ms",
        "read your writes",
        "no lost writes",
    ];
    insta::assert_snapshot!(told(&expecting(&wrong, ""), &[]));
}

#[test]
fn overrides() {
    let wrong = [
        "nodes.cont=7",
        "nodes.count=seven",
        "fault.leader-ctu.for=5s",
        "fault.leader-cut.for=5",
        "fault.leader-cut=5",
        "load.clients.rate=fast",
        "network.link.far.loss=7",
        "params.r=abc",
        "load.rate=5/s",
        "fault[0].for=3s",
        "network.latency.constant=5ms",
        "verdict.expect=[\"p99 < 5\"]",
        "novalue",
        "x..y=3",
    ];
    insta::assert_snapshot!(told(WHOLE, &wrong));
}

#[test]
fn doubts() {
    let text = "warmup = \"5s\"\n[[fault]]\nat = \"1s\"\nfor = \"1s\"\ncrash = \"n1\"";
    insta::assert_snapshot!(told(&least(text), &[]));
}

#[test]
fn sentences_over_seeds_that_no_run_can_change() {
    let load = "[[load]]\nname = \"a\"\nrate = \"1/s\"\ntimeout = \"3s\"\n\
                [[load]]\nname = \"b\"\nrate = \"1/s\"\ntimeout = \"9s\"\n";
    let sweep = |sentences: &str| least(&format!("{load}[verdict]\nsweep = [\n{sentences}]"));
    let decided = r#"
        "violates linearizable in >= 0% of seeds",
        "violates linearizable in <= 100% of seeds over 9 seeds",
        "violates linearizable in within 100% of 50% of seeds",
        "violates linearizable in < 0% of seeds",
        "mean(p99) < 24h",
        "mean(p99(load a)) <= 3s",
        "max(slower(3s, load a)) <= 1%",
        "min(availability) >= 0%",
        "min(throughput) >= 0/s",
    "#;
    insta::assert_snapshot!(told(&sweep(decided), &[]));
    let can = r#"
        "violates linearizable in > 0% of seeds",
        "violates linearizable in <= 99% of seeds",
        "violates linearizable in == 0% of seeds",
        "mean(p99(load a)) < 3s",
        "mean(p99(visibility)) < 24h",
        "max(slower(3s)) <= 1%",
        "min(throughput) > 0/s",
        "max(stale_reads) > 0",
    "#;
    assert_eq!(told(&sweep(can), &[]), "accepted\n");
}

#[test]
fn sentences_of_one_run_that_no_run_can_change() {
    let expect = |sentence: &str| {
        let load = "[[load]]\nname = \"a\"\nrate = \"1/s\"\ntimeout = \"3s\"\n";
        told(&least(&format!("{load}[verdict]\nexpect = [\"{sentence}\"]")), &[])
    };
    for holds in ["availability >= 0%", "p99 <= 3s", "slower(3s) == 0%", "stale_reads >= 0"] {
        let told = expect(holds);
        assert!(told.contains("this sentence holds whatever the runs do"), "{holds}: {told}");
    }
    for fails in ["availability > 100%", "max > 3s", "throughput < 0/s", "stale_reads < 0"] {
        let told = expect(fails);
        assert!(told.contains("this sentence fails whatever the runs do"), "{fails}: {told}");
    }
    for can in ["availability > 0%", "p99 < 3s", "slower(2s) == 0%", "stale_reads == 0"] {
        assert_eq!(expect(can), "accepted\n");
    }
}

#[test]
fn what_counts_from_a_heal_points_to_the_strike_of_a_fault_that_never_heals() {
    let with = |sentence: &str| {
        let fault = "[[fault]]\nname = \"gone\"\nat = \"5s\"\ncrash = \"n1\"\n";
        let text = format!("{fault}[verdict]\nexpect = [{sentence:?}]");
        told(&least(&format!("[[load]]\nrate = \"1/s\"\n{text}")), &[])
    };
    for (sentence, said) in [
        ("serves again within 1s", "`recovery <= 1s from gone`, which counts from the strike"),
        ("recovery < 1s after gone", "`from gone`, which counts from the strike"),
        ("recovery < 1s during gone", "`recovery < 2s from FAULT`, from its strike"),
        ("p99 < 1s from gone", "only `recovery` counts from a strike"),
        ("recovery < 1s from nowhere", "nowhere"),
    ] {
        let found = with(sentence);
        assert!(found.contains(said) && !found.contains("accepted"), "{sentence}: {found}");
    }
    assert_eq!(with("recovery < 1s from gone"), "accepted\n");
}

#[test]
fn a_duration_that_cannot_be_read_is_the_only_fault_of_its_fault() {
    for (line, about) in [("fro = \"1s\"", "`fro`"), ("for = \"1 sec\"", "1 sec")] {
        let fault = format!("[[fault]]\ncrash = \"n1\"\nat = \"2s\"\nevery = \"3s\"\n{line}\n");
        let expect = "[\"serves again within 1s\", \"availability == 100% after crash\"]";
        let text = format!("[[load]]\nrate = \"1/s\"\n{fault}[verdict]\nexpect = {expect}\n");
        let told = told(&least(&text), &[]);
        let errors = told.lines().filter(|line| line.starts_with("error"));
        assert_eq!(errors.count(), 1, "{told}");
        assert!(told.contains(about), "{told}");
    }
}

#[test]
fn colours_are_optional_and_places_are_data() {
    let Err(found) = parse(&least("settle = 1"), "bad.toml", &[], &LABS) else {
        panic!("accepted");
    };
    assert!(found.render(true).contains("\u{1b}["));
    assert!(!found.render(false).contains('\u{1b}'));
    let first = found.iter().next().expect("one finding");
    assert_eq!((first.file.as_str(), first.line, first.column), ("bad.toml", 4, 10));
    assert_eq!(first.severity, Severity::Error);
}

#[test]
fn nodes_that_actions_start_have_names_from_then_on() {
    let leave = |at, node| {
        least(&format!(
            "[[load]]\nrate = \"1/s\"\n[verdict]\nexpect = [\"p99 < 5ms\"]\n\
             [[action]]\nat = \"20s\"\ndo = {{ join = {{ count = 2 }} }}\n\
             [[action]]\nat = \"{at}\"\ndo = {{ leave = \"{node}\" }}"
        ))
    };
    assert_eq!(told(&leave("30s", "n7"), &[]), "accepted\n");
    let refused = |at, node| insta::assert_snapshot!(told(&leave(at, node), &[]));
    refused("30s", "n8");
    refused("10s", "n6");
    insta::assert_snapshot!(told(&leave("30s", "n7"), &["action.join.do.join.count=65"]));
}

#[test]
fn very_many_findings_are_cut() {
    let many: Vec<_> = (0..500).map(|n| format!("key-{n} = 1\n")).collect();
    let Err(found) = parse(&least(&many.concat()), "bad.toml", &[], &LABS) else {
        panic!("accepted");
    };
    assert_eq!(found.len(), 500);
    assert!(found.render(false).ends_with("... and 470 more\n"));
}
