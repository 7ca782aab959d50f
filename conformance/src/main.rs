//! `cargo xtask conformance`: the lanes, with the environments of this workspace.

use std::process::ExitCode;

fn main() -> ExitCode {
    conformance::run(environments::ALL)
}
