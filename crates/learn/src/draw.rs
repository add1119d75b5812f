//! Values of a student's own, for scenarios of a step.
//!
//! ```toml
//! [draw.steady]
//! "params.limit" = { from = 60, to = 140 }
//! "params.window" = { from = "500ms", to = "1500ms" }
//! "params.queue" = ["fifo", "lifo"]
//! "params.share" = [0.25, 0.5]
//! ```

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

/// What is drawn, by scenario and by key; keys are those of `--set`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Draws(BTreeMap<String, BTreeMap<String, Choice>>);

/// The values of a key, each as likely.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ChoiceFile")]
enum Choice {
    /// The whole numbers from the first to the second, in this unit.
    Range { from: u64, to: u64, unit: String },
    /// These.
    OneOf(Vec<String>),
}

/// A choice as it is written.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a range { from = .., to = .. }, or an array of values")]
enum ChoiceFile {
    // Before the range: serde would read two values as its fields.
    OneOf(Vec<ValueFile>),
    Range(RangeFile),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RangeFile {
    from: ValueFile,
    to: ValueFile,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a number or a string")]
enum ValueFile {
    Number(u64),
    Fraction(f64),
    Truth(bool),
    Text(String),
}

impl fmt::Display for ValueFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueFile::Number(number) => number.fmt(f),
            ValueFile::Fraction(number) => number.fmt(f),
            ValueFile::Truth(truth) => truth.fmt(f),
            ValueFile::Text(text) => text.fmt(f),
        }
    }
}

impl TryFrom<ChoiceFile> for Choice {
    type Error = String;

    fn try_from(file: ChoiceFile) -> Result<Choice, String> {
        match file {
            ChoiceFile::Range(RangeFile { from, to }) => {
                let (from, to) = (from.to_string(), to.to_string());
                let of = |value: &str| -> Result<(u64, String), String> {
                    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
                    let (number, unit) = value.split_at(digits);
                    let whole = number.parse().ok().filter(|_| !unit.starts_with('.'));
                    let number = whole.ok_or_else(|| format!("{value} is no whole number"))?;
                    Ok((number, unit.to_owned()))
                };
                let ((first, unit), (last, other)) = (of(&from)?, of(&to)?);
                if unit != other {
                    return Err(format!("{from} and {to} have different units"));
                }
                if first >= last {
                    return Err(format!("{from} is not below {to}"));
                }
                Ok(Choice::Range { from: first, to: last, unit })
            }
            ChoiceFile::OneOf(values) if values.is_empty() => Err("there is no value".into()),
            ChoiceFile::OneOf(values) => {
                Ok(Choice::OneOf(values.iter().map(ToString::to_string).collect()))
            }
        }
    }
}

impl Choice {
    /// The value of a number.
    fn value(&self, number: u64) -> String {
        match self {
            Choice::Range { from, to, unit } => {
                // The range of all numbers has a size that is none.
                let size = (to - from).saturating_add(1);
                format!("{}{unit}", from + number % size)
            }
            Choice::OneOf(values) => values[(number % values.len() as u64) as usize].clone(),
        }
    }
}

impl Draws {
    /// The overrides of a scenario, `KEY=VALUE`, with a number for each key from `number`; `None`
    /// when nothing is drawn for it.
    pub fn overrides(&self, scenario: &str, number: impl Fn(&str) -> u64) -> Option<Vec<String>> {
        let keys = self.0.get(scenario)?.iter();
        Some(keys.map(|(key, choice)| format!("{key}={}", choice.value(number(key)))).collect())
    }

    /// The scenarios that something is drawn for.
    pub fn scenarios(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Draws, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn each_number_draws_a_value_of_its_range_or_list() {
        let draws = read(
            r#"
            [steady]
            "params.limit" = { from = 60, to = 62 }
            "params.window" = { from = "500ms", to = "501ms" }
            "params.queue" = ["fifo", 7, 0.5, true]
            "#,
        );
        let draws = draws.unwrap();
        let with = |number: u64| draws.overrides("steady", |_| number).unwrap().join(" ");
        assert_eq!(with(0), "params.limit=60 params.queue=fifo params.window=500ms");
        assert_eq!(with(5), "params.limit=62 params.queue=7 params.window=501ms");
        assert_eq!(with(2), "params.limit=62 params.queue=0.5 params.window=500ms");
        assert_eq!(with(3), "params.limit=60 params.queue=true params.window=501ms");
        assert_eq!(draws.overrides("calm", |_| 0), None);
    }

    #[test]
    fn a_range_that_is_none_is_an_error_with_its_place() {
        for (choice, why) in [
            (r#"{ from = "5s", to = "9ms" }"#, "5s and 9ms have different units"),
            ("{ from = 5, to = 5 }", "5 is not below 5"),
            (r#"{ from = "x", to = "y" }"#, "x is no whole number"),
            ("{ from = 5, to = 9, step = 2 }", "expected a range"),
            ("{ from = -5, to = 9 }", "-5 is no whole number"),
            ("{ from = 0.5, to = 1.5 }", "0.5 is no whole number"),
            ("[]", "there is no value"),
            ("5", "expected a range"),
        ] {
            let error = read(&format!("[steady]\n\"params.limit\" = {choice}")).unwrap_err();
            assert!(error.contains(why) && error.contains("line 2"), "{choice}: {error}");
        }
    }
}
