//! The `netsplit` command with this lab: every subcommand works on it.

fn main() -> std::process::ExitCode {
    netsplit_cli::main(&[&echo::Echo])
}
