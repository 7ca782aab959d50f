//! `cargo xtask`: the commands, with the environments of this workspace.
//!
//! After an edit of a service, only this crate is built and linked, besides the service itself: keep it small.

use std::process::ExitCode;

#[cfg(feature = "dynamic")]
use dynamic as _;

fn main() -> ExitCode {
    commands::run(environments::ALL)
}
