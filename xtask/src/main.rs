//! `cargo xtask`: the commands, with the environments of this workspace.
//!
//! This is all that is built and linked after an edit of a service, beside the service itself: keep it small.

mod environment;

use std::process::ExitCode;

#[cfg(feature = "dynamic")]
use dynamic as _;

fn main() -> ExitCode {
    commands::run(environment::all())
}
