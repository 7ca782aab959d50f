//! The commands, with the environments of the example.

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::run(online_boutique::environments::ALL)
}
