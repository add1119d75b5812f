//! Sweep files: a header with the plan, then a line per run of one shard.
//!
//! ```json
//! {"schema":"netsplit.sweep/1","netsplit":"0.1.0","shard":"3/16","cut_short":null,"runs":42,"plan":{...}}
//! {"job":2,"scenario":"quorum-kv/calm","role":"subject","seed":3, ...}
//! ```
//!
//! The file is self-contained: merging needs neither the scenarios nor the command line.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Entry, Plan, SCHEMA};

/// One of several shards of a sweep: `3/16` is the third of sixteen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    number: usize,
    of: usize,
}

impl Shard {
    /// The whole sweep.
    pub const WHOLE: Shard = Shard { number: 1, of: 1 };

    /// Its number, from 1.
    pub fn number(self) -> usize {
        self.number
    }

    /// The number of shards.
    pub fn of(self) -> usize {
        self.of
    }

    /// Whether it contains the runs of this cell of the plan, a scenario and a seed. Cells are
    /// assigned round-robin, so that shards take about equally long.
    pub fn has(self, cell: usize) -> bool {
        cell % self.of == self.number - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let numbers = text.split_once('/');
        let numbers =
            numbers.and_then(|(k, n)| Some((k.trim().parse().ok()?, n.trim().parse().ok()?)));
        match numbers {
            Some((number, of)) if 1 <= number && number <= of => Ok(Shard { number, of }),
            _ => Err("a shard is written K/N with K from 1 to N, such as 3/16".into()),
        }
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Shard, String> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> String {
        shard.to_string()
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// The contents of a sweep file.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepFile {
    /// The shard.
    pub shard: Shard,
    /// The reason why it was cut short, if it was.
    pub cut_short: Option<String>,
    /// The plan of the whole sweep.
    pub plan: Plan,
    /// The completed runs.
    pub entries: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<P> {
    schema: String,
    netsplit: String,
    shard: Shard,
    cut_short: Option<String>,
    runs: usize,
    plan: P,
}

impl SweepFile {
    /// The file as text.
    pub fn to_lines(&self) -> String {
        let header = Header {
            schema: self.plan.schema.clone(),
            netsplit: self.plan.netsplit.clone(),
            shard: self.shard,
            cut_short: self.cut_short.clone(),
            runs: self.entries.len(),
            plan: &self.plan,
        };
        let mut text = line(&header);
        for entry in &self.entries {
            text += &line(entry);
        }
        text
    }

    /// Reads what [`to_lines`](SweepFile::to_lines) wrote.
    ///
    /// # Errors
    /// When `text` is not a sweep file, has another schema or version, or is truncated; the message
    /// names the line.
    pub fn from_lines(text: &str) -> Result<SweepFile, String> {
        let mut lines = text.lines();
        let first = lines.next().ok_or("the file is empty")?;
        check_version(first)?;
        let header: Header<Plan> =
            serde_json::from_str(first).map_err(|error| format!("line 1: {error}"))?;
        let mut entries = Vec::new();
        for (line, number) in lines.zip(2..) {
            let entry = serde_json::from_str(line);
            entries.push(entry.map_err(|error| format!("line {number}: {error}"))?);
        }
        if entries.len() != header.runs {
            return Err(format!(
                "the header says {} runs, the file has {}: it is truncated",
                header.runs,
                entries.len()
            ));
        }
        Ok(SweepFile {
            shard: header.shard,
            cut_short: header.cut_short,
            plan: header.plan,
            entries,
        })
    }
}

/// Lines of another version may have another meaning, so this is checked before they are parsed.
fn check_version(header: &str) -> Result<(), String> {
    let header: serde_json::Value =
        serde_json::from_str(header).map_err(|error| format!("line 1: {error}"))?;
    let own = env!("CARGO_PKG_VERSION");
    match (header["schema"].as_str(), header["netsplit"].as_str()) {
        (Some(SCHEMA), Some(version)) if version == own => Ok(()),
        (Some(SCHEMA), Some(version)) => {
            Err(format!("netsplit {version} wrote it, and this is netsplit {own}"))
        }
        (Some(schema), _) => Err(format!("its schema is {schema}, expected {SCHEMA}")),
        (None, _) => Err(format!("it has no schema, expected {SCHEMA}")),
    }
}

fn line(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value);
    text.expect("plans and entries have only string keys and finite numbers") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::Sample;
    use crate::sweep::testing::{entries, fails, passes, plan, planned};

    fn file() -> SweepFile {
        let plan = plan(2, vec![planned("lab/a")]);
        let mut odd = fails();
        odd.samples = vec![Sample::Value(0.1 + 0.2), Sample::Value(5e-324), Sample::Never];
        SweepFile {
            shard: Shard::WHOLE,
            cut_short: None,
            entries: entries(&plan, vec![passes(), odd]),
            plan,
        }
    }

    #[test]
    fn what_is_written_can_be_read() {
        assert_eq!(SweepFile::from_lines(&file().to_lines()), Ok(file()));
    }

    #[test]
    fn what_is_not_whole_or_not_ours_is_refused() {
        let whole = file().to_lines();
        let lines: Vec<_> = whole.lines().collect();
        let cases = [
            (String::new(), "empty"),
            (lines[..2].join("\n"), "truncated"),
            (whole[..whole.len() - 20].to_owned(), "line 3"),
            (whole.replace("netsplit.sweep/1", "netsplit.sweep/2"), "schema"),
            (whole.replace(env!("CARGO_PKG_VERSION"), "0.0.7"), "netsplit 0.0.7 wrote it"),
            ("{}".into(), "no schema"),
        ];
        for (text, why) in cases {
            let error = SweepFile::from_lines(&text).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn shards_deal_every_cell_once() {
        for of in 1..6 {
            for job in 0..20 {
                let shards = (1..=of).map(|number| Shard { number, of });
                assert_eq!(shards.filter(|shard| shard.has(job)).count(), 1);
            }
        }
        for wrong in ["0/3", "4/3", "3", "a/b", "-1/3", "1/0"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
