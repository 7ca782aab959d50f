//! `cargo xtask conformance`: becomes the program that has others judge the manifests.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::os::unix::process::CommandExt;
use std::process::{self, ExitCode};

use clap::Args;

use support::Failure;

/// Have programs by others judge the rendered manifests (`--help` tells the lanes and options)
#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// Lanes and options
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<OsString>,
}

/// Builds the program and becomes it: signals and exit codes are its own.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = process::Command::new(&cargo);
    command.arg("run");
    // The first build takes a minute, which nobody waits in the dark.
    if !io::stderr().is_terminal() {
        command.arg("--quiet");
    }
    // Only returns where it could not start.
    let error = command.args(["--package", "conformance", "--"]).args(&arguments.options).exec();
    let cargo = cargo.display();
    Err(Failure::new(format!(
        "cannot start {cargo} to build the conformance lanes: {error}; install Rust with rustup"
    )))
}
