//! Programs of this workspace beside this one: too heavy to be linked after every edit of a service.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::os::unix::process::CommandExt;
use std::process::{self, ExitCode};

use clap::Args;
use support::Failure;

/// What is given to the program as it stands, `--help` included.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct External {
    /// What the program itself takes
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<OsString>,
}

impl External {
    /// Builds the program of a package and becomes it, with `words` before the options: signals and exit codes are its own.
    ///
    /// Only returns where it cannot be started.
    pub fn start(&self, package: &str, words: &[&str]) -> Result<ExitCode, Failure> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = process::Command::new(&cargo);
        command.arg("run");
        // The first build takes a minute: nobody should wait for it without progress output.
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
