//! The `netsplit` command: the library, with the labs of this repository.

mod labs;

fn main() -> std::process::ExitCode {
    netsplit_cli::main(labs::LABS)
}
