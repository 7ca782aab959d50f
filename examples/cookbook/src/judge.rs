//! The lanes, with the environments of the recipes.

use std::process::ExitCode;

fn main() -> ExitCode {
    conformance::run(cookbook::environments::ALL)
}
