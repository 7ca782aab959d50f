//! Other programs of this workspace: too heavy to link after every edit of a service.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::os::unix::process::CommandExt;
use std::process::{self, ExitCode};

use clap::Args;
use support::Failure;

/// Arguments that are passed on to the program unchanged, including `--help`.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct External {
    /// Arguments of the program
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<OsString>,
}

impl External {
    /// Builds the program of a package and replaces this process with it, so that signals and exit codes are its own; `words`
    /// come before the options.
    ///
    /// Only returns if the program cannot be started.
    pub fn start(&self, package: &str, words: &[&str]) -> Result<ExitCode, Failure> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = process::Command::new(&cargo);
        command.arg("run");
        // The first build takes a minute: Cargo shows its progress on a terminal.
        if !io::stderr().is_terminal() {
            command.arg("--quiet");
        }
        command.args(["--package", package, "--"]).args(words).args(&self.options);
        let error = command.exec();
        Err(Failure::new(format!(
            "cannot start {} to build the program {package}: {error}; install Rust with rustup",
            cargo.display()
        )))
    }
}
