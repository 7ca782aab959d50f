//! `cargo xtask chart`: types of Helm values.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Subcommand;

use crate::import;
use support::Failure;

/// Generate the types of Helm values from the charts.
#[derive(Subcommand)]
pub enum Command {
    /// Regenerate manifests-lib/helm-values from its charts.toml (`--help` tells the options)
    #[command(disable_help_flag = true)]
    Import {
        /// Options of the importer
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<OsString>,
    },
}

/// Runs the importer.
pub fn run(command: &Command) -> Result<ExitCode, Failure> {
    let Command::Import { options } = command;
    import::run("chart", options)
}
