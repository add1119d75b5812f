//! The command that reproduces one run of a sweep.

use netsplit_scenario::is_hidden;

use super::{Planned, Role};

/// `netsplit run LAB/NAME --seed 17 --variant naive --set params.r=1`, quoted for a shell.
pub fn command(planned: &Planned, role: &Role, seed: u64) -> String {
    command_of(&planned.scenario, &planned.overrides, role, seed)
}

/// [`command`], of a scenario by name with its overrides.
pub fn command_of(scenario: &str, overrides: &[String], role: &Role, seed: u64) -> String {
    let mut words = vec!["netsplit run".to_owned(), quoted(scenario), format!("--seed {seed}")];
    for set in overrides {
        match set.split_once('=') {
            Some(("variant", _)) if matches!(role, Role::Catches(_)) => {}
            Some(("variant", variant)) => words.push(format!("--variant {}", quoted(variant))),
            _ => words.push(format!("--set {}", quoted(set))),
        }
    }
    if let Role::Catches(variant) = role {
        words.push(format!("--variant {}", quoted(variant)));
    }
    words.join(" ")
}

/// A word, quoted for a POSIX shell if necessary.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+%@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.contains(is_hidden) {
        return ansi_c(word);
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// `$'...'`, which bash, zsh and POSIX of 2024 read, so that a line shows every character.
fn ansi_c(word: &str) -> String {
    let mut text = String::from("$'");
    for c in word.chars() {
        match c {
            '\'' | '\\' => text.extend(['\\', c]),
            '\n' => text += "\\n",
            _ if is_hidden(c) => {
                let bytes = c.to_string().into_bytes();
                text.extend(bytes.iter().map(|byte| format!("\\{byte:03o}")));
            }
            _ => text.push(c),
        }
    }
    text + "'"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::testing::planned;

    #[test]
    fn a_command_is_one_line_of_visible_characters() {
        let word = "it's\n\u{1b}[31m\u{202e}\\é.toml";
        let shown = quoted(word);
        assert_eq!(shown, r"$'it\'s\n\033[31m\342\200\256\\é.toml'");
        let echo = format!("printf %s {shown}");
        let output = std::process::Command::new("bash").args(["-c", &echo]).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), word);
    }

    #[test]
    fn a_shell_reads_back_what_was_meant() {
        let mut scenario = planned("my exams/it's.toml");
        scenario.overrides = vec![
            "params.r=1".into(),
            "verdict.expect=[\"p50 < 1ns\"]".into(),
            "variant=exercise".into(),
        ];
        assert_eq!(
            command(&scenario, &Role::Subject, 17),
            r#"netsplit run 'my exams/it'\''s.toml' --seed 17 --set params.r=1 --set 'verdict.expect=["p50 < 1ns"]' --variant exercise"#
        );
        assert_eq!(
            command(&planned("lab/a"), &Role::Catches("naive".into()), 2),
            "netsplit run lab/a --seed 2 --variant naive"
        );
    }
}
