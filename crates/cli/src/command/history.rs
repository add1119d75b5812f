//! `netsplit history check`: checks a history for linearizability.

use std::io::{BufRead, BufReader, stdin};
use std::path::Path;
use std::process::ExitCode;

use netsplit_check::{Answer, Budget, ShippedModel, Verdict, check_history};
use netsplit_harness::files;
use netsplit_report::json_text;
use serde_json::json;

use crate::args::{HistoryCheck, ModelName};
use crate::{exit, terminal};

/// Checks a history file, or standard input.
pub fn check(args: &HistoryCheck) -> anyhow::Result<ExitCode> {
    let file = args.file.as_str();
    let input: Box<dyn BufRead> = if file == "-" {
        Box::new(stdin().lock())
    } else {
        let opened = files::open(Path::new(file));
        Box::new(BufReader::new(opened.map_err(|error| exit::usage(format!("{file}: {error}")))?))
    };
    let model = match args.model {
        ModelName::Register => ShippedModel::Register,
        ModelName::Kv => ShippedModel::KeyValue,
    };
    let checked = check_history(input, model, args.absent.clone(), &Budget::default())
        .map_err(|error| exit::usage(format!("{file}: {error}")))?;
    let finding = checked.finding(false);
    if args.json {
        let witness = match &checked.answer {
            Answer::Violated(witness) => Some(witness),
            _ => None,
        };
        let answer = json!({
            "schema": "netsplit.history-check/1",
            "verdict": finding.verdict,
            "operations": checked.scope.operations,
            "overlapping_pairs": checked.scope.overlapping_pairs,
            "why": finding.why,
            "witness": witness,
        });
        terminal::print(&json_text(&answer));
    } else {
        let told = match finding.verdict {
            Verdict::Pass => "linearizable",
            Verdict::Fail => "not linearizable",
            Verdict::Inconclusive => "undecided",
        };
        let count = checked.scope.operations;
        terminal::print(&format!("{told}: {count} operations\n"));
        if !finding.why.is_empty() {
            terminal::print(&format!("{}\n", finding.why));
        }
        if args.absent.is_none() && finding.why.contains("which was never written") {
            terminal::print(
                "help: if a key that was never written reads as that value, say so with \
                 --absent, such as --absent '\"\"'\n",
            );
        }
    }
    Ok(exit::code(finding.verdict))
}
