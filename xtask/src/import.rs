//! Starts the importer and other programs of their own.

use std::ffi::OsString;
use std::process::{self, ExitCode};

use support::Failure;

/// Builds and runs the importer for `what` it imports; its exit code is ours.
pub fn run(what: &str, options: &[OsString]) -> Result<ExitCode, Failure> {
    let words: Vec<OsString> = [what.into()].into_iter().chain(options.to_vec()).collect();
    start("import", "the importer", &words)
}

/// Builds and runs the program of a package, which messages call `name`; its exit code is ours.
pub fn start(package: &str, name: &str, options: &[OsString]) -> Result<ExitCode, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = process::Command::new(&cargo)
        .args(["run", "--quiet", "--package", package, "--"])
        .args(options)
        .status()
        .map_err(|error| {
            let cargo = cargo.display();
            Failure::new(format!(
                "cannot start {cargo} to build {name}: {error}; install Rust with rustup"
            ))
        })?;
    // Ended by a signal: no code.
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2);
    Ok(ExitCode::from(code))
}
