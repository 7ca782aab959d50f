//! The lanes, with the environments of the example.

use std::process::ExitCode;

fn main() -> ExitCode {
    conformance::run(online_boutique::environments::ALL)
}
