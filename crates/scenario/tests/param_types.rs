//! The types for parameters read the same values as the rest of the file.

use std::time::Duration;

use netsplit_scenario::{Dist, Rate, Share, Span};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Params {
    service: Dist,
    timeout: Span,
    ratio: Share,
    limit: Rate,
}

fn read(text: &str) -> Result<Params, toml::de::Error> {
    toml::from_str(text)
}

#[test]
fn quantities_carry_their_unit() {
    let params = read(
        "service = { exponential = { mean = \"10ms\" } }\ntimeout = \"1.5s\"\nratio = \"10%\"\nlimit = \"90/min\"",
    )
    .expect("valid");
    assert_eq!(params.service, Dist::Exponential { mean: 10_000_000, shift: 0 });
    assert_eq!(*params.timeout, Duration::from_millis(1500));
    assert_eq!((params.ratio.0, params.limit.0), (0.1, 1.5));
    assert_eq!(format!("{} {} {}", params.timeout, params.ratio, params.limit), "1.5s 10% 1.5/s");
}

#[test]
fn mistakes_are_told_with_their_place() {
    let rest = "timeout = \"1s\"\nratio = 0.1\nlimit = \"1/s\"\n";
    let dist = read(&format!("{rest}service = {{ expnential = {{}} }}")).expect_err("a typo");
    assert!(dist.message().contains("needs one more key") || dist.message().contains("no key"));
    let rest = "service = \"1ms\"\nratio = 0.1\nlimit = \"1/s\"\n";
    let time = read(&format!("{rest}timeout = 5")).expect_err("no unit");
    assert!(time.message().contains("`5` has no unit"), "{time}");
    let place = time.span().map(|span| span.start);
    assert_eq!(place, Some(rest.len() + "timeout = ".len()));
    let rest = "service = \"1ms\"\ntimeout = \"1s\"\nlimit = \"1/s\"\n";
    let share = read(&format!("{rest}ratio = 1.5")).expect_err("too much");
    assert!(share.message().contains("`1.5` is not a probability"), "{share}");
}

#[test]
fn a_distribution_is_written_as_it_is_read() {
    for written in [
        r#"service = "1.5ms""#,
        r#"service = { uniform = ["1ms", "3ms"] }"#,
        r#"service = { normal = { mean = "10ms", std_dev = "2ms", absolute = true } }"#,
        r#"service = { lognormal = { median = "1ms", p99 = "5ms", shift = "2us" } }"#,
        r#"service = { exponential = { mean = "10ms" } }"#,
        r#"service = { pareto = { scale = "235us", shape = 10.5, shift = "1ns" } }"#,
        r#"service = { mixture = [{ weight = 9, constant = "1ms" }, { weight = 0.5, pareto = { scale = "1ms", shape = 2 } }] }"#,
    ] {
        #[derive(Debug, PartialEq, Deserialize, serde::Serialize)]
        struct One {
            service: Dist,
        }
        let read: One = toml::from_str(written).expect("valid");
        let again: One = toml::from_str(&toml::to_string(&read).expect("writable")).expect("valid");
        assert_eq!(read, again, "{written}");
    }
}
