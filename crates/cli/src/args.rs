//! The command line.

mod course;
mod diff;
mod learn;
mod sweep;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use netsplit_scenario::Span;
use serde::Deserialize;
use serde::de::IntoDeserializer;

pub use course::{Course, CourseExport};
use diff::DIFF_HELP;
pub use diff::Diff;
use learn::LEARN_EXAMPLES;
pub use learn::{GradeFormat, Learn, LearnCommand, LearnInit};
use sweep::{MERGE_EXAMPLES, MUTANTS_HELP, REPLAY_EXAMPLES, VERIFY_EXAMPLES};
pub use sweep::{Merge, Mutants, Replay, SeedRange, SweepOutputArgs, Verify};

const EXAMPLES: &str = "\
Examples:
  netsplit list
  netsplit run quorum-kv/minority-partition
  netsplit run quorum-kv/crash-restart --variant no-fsync --seed 7
  netsplit run my-scenario.toml --set nodes.count=7 --json
  netsplit trace quorum-kv/minority-partition --node n1 --from 20s --to 20.1s

Exit codes: 0 passed, 1 failed, 2 wrong usage or file, 3 inconclusive, 70 a bug of netsplit,
130 interrupted (Ctrl-C), 143 terminated.";

/// Runs small, real distributed systems on a deterministic network, injects failures on schedule,
/// and measures what their users felt. The same seed always gives the same bytes.
#[derive(Debug, Parser)]
#[command(name = "netsplit", version, after_help = EXAMPLES)]
pub struct Cli {
    /// The subcommand.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the labs in teaching order, with their scenarios
    List(List),
    /// Run a scenario once and report what happened
    #[command(after_help = RUN_EXAMPLES)]
    Run(Run),
    /// Run a scenario under several variants or settings, side by side
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(Compare),
    /// Find the first event at which two runs part
    #[command(after_help = DIFF_HELP)]
    Diff(Diff),
    /// Run scenarios over many seeds, with confidence intervals
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(Box<Verify>),
    /// Merge the shards of a sweep
    #[command(after_help = MERGE_EXAMPLES)]
    Merge(Merge),
    /// Repeat the run of a report and compare
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(Replay),
    /// Run a scenario and print its events, a line each
    #[command(after_help = TRACE_EXAMPLES)]
    Trace(Trace),
    /// Check scenario files without running them
    #[command(after_help = LINT_EXAMPLES)]
    Lint(Lint),
    /// Print the JSON Schema of scenario files
    #[command(after_help = "Example:\n  netsplit schema > scenario.schema.json")]
    Schema,
    /// Print a commented scenario file to start from, or write a crate for a lab of your own
    #[command(after_help = NEW_EXAMPLES)]
    New(New),
    /// Write parts of the labs yourself, and have them graded
    #[command(after_help = LEARN_EXAMPLES)]
    Learn(Learn),
    /// The material of a course
    #[command(subcommand)]
    Course(Course),
    /// Grade a scenario by the wrong variants of its lab that it kills
    #[command(after_help = MUTANTS_HELP)]
    Mutants(Mutants),
    /// Compare what the labs measure with what the literature says
    #[command(after_help = TRUTH_EXAMPLES)]
    Truth(Truth),
    /// Check a history of operations, from Netsplit or elsewhere
    #[command(subcommand)]
    History(History),
    /// Read a lab's lesson
    #[command(after_help = "Example:\n  netsplit lesson quorum-kv | less")]
    Lesson(Lesson),
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  netsplit completions bash > ~/.local/share/bash-completion/completions/netsplit"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  netsplit man | man -l -")]
    Man,
}

impl Command {
    /// What the command runs, if that is code of a lab: it is then done by a worker process. A
    /// sweep is not, as it has workers of its own.
    pub fn runs_in_a_worker(&self) -> Option<String> {
        match self {
            Command::Run(args) => Some(args.which.description()),
            Command::Compare(args) => Some(args.which.description()),
            Command::Diff(args) => Some(args.description()),
            Command::Trace(args) => Some(args.which.description()),
            Command::Replay(args) => Some(args.report.display().to_string()),
            Command::Lint(args) => Some(args.files.join(" ")),
            Command::Truth(args) => Some(args.lab.clone().unwrap_or_else(|| "truth".into())),
            _ => None,
        }
    }

    /// Whether it has something to tell when only a part of its runs is done.
    pub fn tells_parts(&self) -> bool {
        matches!(self, Command::Compare(_) | Command::Truth(_))
    }

    /// Whether `--variant` is given.
    pub fn has_variant(&self) -> bool {
        match self {
            Command::Run(args) => args.which.variant.is_some(),
            Command::Compare(args) => args.which.variant.is_some(),
            Command::Trace(args) => args.which.variant.is_some(),
            Command::Diff(args) => args.variant.is_some(),
            Command::Verify(args) => args.variant.is_some(),
            _ => false,
        }
    }

    /// Whether it does one run.
    pub fn is_single_run(&self) -> bool {
        matches!(self, Command::Run(_) | Command::Trace(_) | Command::Replay(_))
    }
}

const RUN_EXAMPLES: &str = "\
Examples:
  netsplit run quorum-kv/minority-partition
  netsplit run quorum-kv/clock-skew --variant last-writer-wins
  netsplit run queueing/knee --set load.clients.rate=900/s --seed 3
  netsplit run my-scenario.toml --json > report.json
  netsplit run raft/leader-crash --export chrome --export shiviz
  netsplit run queueing/knee --predict

A fault, load or action is addressed by its name: --set fault.leader-cut.for=5s
The words of a report, such as settle and worst second, are in the glossary of docs/scenarios.md.";

const COMPARE_EXAMPLES: &str = "\
Examples:
  netsplit compare quorum-kv/clock-skew --vary variant=reference,last-writer-wins
  netsplit compare quorum-kv/slow-replica-r1 --vary params.r=1,2,3
  netsplit compare quorum-kv/calm --vary 'variant=[\"reference\", \"quorum=sloppy,versions=arrival\"]'

Every run meets the same arrivals, keys and operations.";

const TRACE_EXAMPLES: &str = "\
Examples:
  netsplit trace quorum-kv/minority-partition --node n2 --from 20s --to 20.05s
  netsplit trace queueing/calm --message work --to 100ms";

const LINT_EXAMPLES: &str = "\
Examples:
  netsplit lint my-scenario.toml
  netsplit lint scenarios/quorum-kv/*.toml";

const NEW_EXAMPLES: &str = "\
Examples:
  netsplit new quorum-kv > my-scenario.toml
  netsplit new --lab gossip ./gossip
  netsplit new --lab gossip ./gossip --git https://example.org/netsplit --rev 1a2b3c4

The crate of a new lab is a `netsplit` command of its own. In its folder,
`cargo run -- run gossip/calm` runs it and `cargo test` checks it.";

const TRUTH_EXAMPLES: &str = "\
Examples:
  netsplit truth
  netsplit truth queueing
  netsplit truth --markdown > docs/truth.md";

/// The scenario and its settings.
#[derive(Args, Debug)]
pub struct Which {
    /// A shipped scenario (LAB/NAME) or a file (.toml)
    pub scenario: String,
    /// The seed of all randomness
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// A variant of the lab, or `seat=filling` pairs
    #[arg(long)]
    pub variant: Option<String>,
    /// Override a key of the scenario; may be given again
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

impl Which {
    /// All overrides, the variant included.
    pub fn overrides(&self) -> Vec<String> {
        let variant = self.variant.iter().map(|variant| format!("variant={variant}"));
        variant.chain(self.set.iter().cloned()).collect()
    }

    /// The scenario, its overrides and the seed, human-readable.
    fn description(&self) -> String {
        let mut words = vec![self.scenario.clone()];
        words.extend(self.overrides());
        words.push(format!("seed {}", self.seed));
        words.join(" ")
    }
}

/// `netsplit list`
#[derive(Args, Debug)]
pub struct List {
    /// The lab; all without it
    pub lab: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `netsplit run`
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Run {
    /// The scenario and its settings.
    #[command(flatten)]
    pub which: Which,
    /// Print report.json instead of the human-readable report
    #[arg(long)]
    pub json: bool,
    /// The folder for report.json, history.jsonl, the page, the chart and the scenario
    /// [default: netsplit-out/LAB/NAME/VARIANT/seed-N, with a hash of what --set sets]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write no files
    #[arg(long, conflicts_with_all = ["out", "trace"])]
    pub no_files: bool,
    /// Also write every event to trace.txt
    #[arg(long)]
    pub trace: bool,
    /// Write no page.html
    #[arg(long)]
    pub no_page: bool,
    /// What of the trace the page has: everything, or where that is large, stated windows
    #[arg(long, value_enum, default_value_t = Detail::Fitting)]
    pub detail: Detail,
    /// Also write the run for another tool; may be given again
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "no_files")]
    pub export: Vec<Export>,
    /// Open the page in the browser
    #[arg(long, conflicts_with_all = ["no_files", "no_page"])]
    pub open: bool,
    /// Ask the scenario's questions first, and show your predictions beside what was measured
    #[arg(long, conflicts_with = "json")]
    pub predict: bool,
    /// The predictions, one for each question; none for a question that was passed over.
    #[arg(skip)]
    pub predictions: Vec<Option<String>>,
}

/// What of the trace a page has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Detail {
    /// Everything up to 400,000 events and 6 MB, else windows around what matters
    Fitting,
    /// Everything
    Full,
}

/// A format of another tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Export {
    /// trace.chrome.json, for Perfetto, which is at <https://ui.perfetto.dev>
    Chrome,
    /// trace.otlp.jsonl: OpenTelemetry traces of requests, for Jaeger and others
    Otlp,
    /// trace.shiviz.log: vector clocks, for ShiViz
    Shiviz,
}

impl Export {
    /// The name of the file.
    pub fn file(self) -> &'static str {
        match self {
            Export::Chrome => "trace.chrome.json",
            Export::Otlp => "trace.otlp.jsonl",
            Export::Shiviz => "trace.shiviz.log",
        }
    }
}

/// `netsplit compare`
#[derive(Args, Debug)]
pub struct Compare {
    /// The scenario and its settings.
    #[command(flatten)]
    pub which: Which,
    /// The key to vary, and its values; an array of TOML where values have commas
    #[arg(long, value_name = "KEY=A,B")]
    pub vary: String,
    /// Write no page and no chart
    #[arg(long)]
    pub no_files: bool,
}

/// `netsplit trace`
#[derive(Args, Debug)]
pub struct Trace {
    /// The scenario and its settings.
    #[command(flatten)]
    pub which: Which,
    /// Only events on or about this host
    #[arg(long)]
    pub node: Option<String>,
    /// Only from this time on, such as 20s
    #[arg(long, value_parser = duration)]
    pub from: Option<std::time::Duration>,
    /// Only before this time
    #[arg(long, value_parser = duration)]
    pub to: Option<std::time::Duration>,
    /// Only messages of this kind
    #[arg(long)]
    pub message: Option<String>,
}

/// Reads a duration as scenario files write it.
fn duration(text: &str) -> Result<std::time::Duration, serde::de::value::Error> {
    Span::deserialize(text.into_deserializer()).map(|span| span.0)
}

/// Reads a JSON value.
fn json(text: &str) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::from_str(text)
}

/// `netsplit lint`
#[derive(Args, Debug)]
pub struct Lint {
    /// Scenario files, folders of them, names of shipped scenarios, or patterns such as raft/*
    #[arg(required = true)]
    pub files: Vec<String>,
    /// Override a key of the scenario; may be given again
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}

/// `netsplit new`
#[derive(Args, Debug)]
pub struct New {
    /// The lab that the scenario is about; with --lab, the folder of the new crate
    pub target: String,
    /// Write a crate with a new lab of this name, in kebab-case
    #[arg(long = "lab", value_name = "NAME")]
    pub lab: Option<String>,
    /// How the crate depends on Netsplit.
    #[command(flatten)]
    pub dependency: DependencyArgs,
}

/// How a new crate depends on Netsplit.
#[derive(Args, Debug)]
pub struct DependencyArgs {
    /// The crate depends on a clone of Netsplit in this folder
    /// [default: the clone that this command was built in, if it is still there]
    #[arg(long, value_name = "DIR", conflicts_with = "git")]
    pub path: Option<PathBuf>,
    /// The crate depends on this git repository
    #[arg(long, value_name = "URL")]
    pub git: Option<String>,
    /// The revision of the git repository
    #[arg(long, value_name = "REV", requires = "git")]
    pub rev: Option<String>,
}

/// `netsplit truth`
#[derive(Args, Debug)]
pub struct Truth {
    /// Only this lab
    pub lab: Option<String>,
    /// Print a Markdown page
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Simulations at a time [default: one per core]
    #[arg(long)]
    pub jobs: Option<std::num::NonZeroUsize>,
}

/// `netsplit history`
#[derive(Debug, Subcommand)]
pub enum History {
    /// Check a history for linearizability
    #[command(after_help = HISTORY_HELP)]
    Check(HistoryCheck),
}

const HISTORY_HELP: &str = "\
One operation a line:
  {\"client\": 1, \"op\": \"write\", \"key\": \"x\", \"input\": 7, \"output\": null,
   \"invoke_ns\": 10, \"return_ns\": 25, \"outcome\": \"ok\"}
`outcome` is ok, fail (certainly no effect), or unknown, also called info.
A client has a number up to 4294967295, or a name everywhere; other fields are
ignored, and refused where a field is missing that they might mean.
At most 1 GiB is read.

  register  read, write, cas (input [expected, new], output whether it swapped)
  kv        get, put, append, delete

Any other operation leaves its key, and so the history, undecided (exit code 3).
Numbers that 64 bits would round are refused: write them as strings.

Examples:
  netsplit history check history.jsonl --model register
  netsplit history check - --model kv --json < history.jsonl
  netsplit history check history.jsonl --model kv --absent '\"\"'";

/// `netsplit history check`
#[derive(Args, Debug)]
pub struct HistoryCheck {
    /// The file, or - for standard input
    pub file: String,
    /// What the operations mean
    #[arg(long, value_enum)]
    pub model: ModelName,
    /// What a read of a key that was never written returns, such as '""' or 0 [default: null]
    #[arg(long, value_name = "JSON", value_parser = json)]
    pub absent: Option<serde_json::Value>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A sequential model.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
pub enum ModelName {
    /// A register per key
    Register,
    /// A map
    Kv,
}

/// `netsplit lesson`
#[derive(Args, Debug)]
pub struct Lesson {
    /// The lab
    pub lab: String,
}
