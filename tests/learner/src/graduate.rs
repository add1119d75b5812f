//! A learner who has written every step right.

fn main() -> std::process::ExitCode {
    netsplit_cli::main(&netsplit_learner::graduated::labs())
}
