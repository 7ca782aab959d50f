//! `cargo xtask crd`: starts the importer, a program of its own.

use std::ffi::OsString;
use std::process::{self, ExitCode};

use clap::Subcommand;

use crate::failure::Failure;

/// Generate the types of custom resources from their CRDs.
#[derive(Subcommand)]
pub enum Command {
    /// Regenerate manifests-lib/custom-resources from its crds.toml (`--help` tells the options)
    #[command(disable_help_flag = true)]
    Import {
        /// Options of the importer
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<OsString>,
    },
}

/// Builds and runs the importer; its exit code is ours.
pub fn run(command: &Command) -> Result<ExitCode, Failure> {
    let Command::Import { options } = command;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = process::Command::new(&cargo)
        .args(["run", "--quiet", "--package", "import", "--", "crd"])
        .args(options)
        .status()
        .map_err(|error| {
            let cargo = cargo.display();
            Failure::new(format!(
                "cannot start {cargo} to build the importer: {error}; install Rust with rustup"
            ))
        })?;
    // Ended by a signal: no code.
    let code = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(2);
    Ok(ExitCode::from(code))
}
