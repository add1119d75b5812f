//! The command line of `diff`.

use std::path::PathBuf;

use clap::Args;
use netsplit_report::sweep::quoted;

pub(super) const DIFF_HELP: &str = "\
Examples:
  netsplit diff raft/leader-isolated --vary variant=reference,stale-read --seed 3
  netsplit diff quorum-kv/calm --vary params.r=1,2
  netsplit diff raft/calm --vary seed=1,2
  netsplit diff raft/calm my-copy-of-calm.toml --page diff.html
  netsplit diff netsplit-out/raft/calm/reference/seed-1 netsplit-out/raft/calm/reference/seed-2

Both runs are simulated again. `A` marks what only the first has, `B` what only the second has,
and `~` what both have at different times or with different numbers.

Exit codes: 0 the same run, 1 they differ, 2 wrong usage or file, 3 a run was lost, 70 a bug of
netsplit.";

/// `netsplit diff`
#[derive(Args, Debug)]
pub struct Diff {
    /// A shipped scenario (LAB/NAME), a file (.toml), or the folder of a run
    pub a: String,
    /// The other one [default: the first, with the second value of --vary]
    #[arg(required_unless_present = "vary")]
    pub b: Option<String>,
    /// The key in which they differ, and its two values; the seed has the key `seed`
    #[arg(long, value_name = "KEY=A,B", conflicts_with = "b")]
    pub vary: Option<String>,
    /// The seed of both [default: the recorded one of a run's folder, else 1]
    #[arg(long)]
    pub seed: Option<u64>,
    /// A variant of the lab for both, or `seat=filling` pairs
    #[arg(long)]
    pub variant: Option<String>,
    /// Override a key of both; may be given again
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Also write a page of HTML, with a diagram of each run
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

impl Diff {
    /// All overrides of both, the variant included.
    pub fn overrides(&self) -> impl Iterator<Item = String> {
        let variant = self.variant.iter().map(|variant| format!("variant={variant}"));
        variant.chain(self.set.iter().cloned())
    }

    /// The command that repeats it.
    pub fn command(&self) -> String {
        let named = [&self.a].into_iter().chain(&self.b).map(|word| quoted(word));
        let flags = [("vary", self.vary.as_ref()), ("variant", self.variant.as_ref())];
        let flags = flags.into_iter().filter_map(|(flag, value)| Some((flag, value?)));
        let set = self.set.iter().map(|set| ("set", set));
        let flags = flags.chain(set).map(|(flag, value)| format!("--{flag} {}", quoted(value)));
        let seed = self.seed.iter().map(|seed| format!("--seed {seed}"));
        let words = ["netsplit diff".to_owned()].into_iter().chain(named).chain(flags).chain(seed);
        words.collect::<Vec<_>>().join(" ")
    }

    /// What is compared, human-readable.
    pub(super) fn description(&self) -> String {
        let words = [&self.a].into_iter().chain(&self.b).chain(&self.vary).cloned();
        words.chain(self.overrides()).collect::<Vec<_>>().join(" ")
    }
}
