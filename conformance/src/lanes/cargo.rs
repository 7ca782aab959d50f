//! Cargo, as it was started: for the commands of this workspace that lanes judge.

use std::process::Command;

use harness::{Failure, Programs, ended};

/// Cargo in this workspace.
pub fn cargo() -> Result<Command, Failure> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(support::workspace()?);
    Ok(command)
}

/// Builds a package with these features, before anything is timed or killed.
pub fn build(programs: &Programs, package: &[&str]) -> Result<(), Failure> {
    let mut command = cargo()?;
    command.args(["build", "--quiet", "--package"]).args(package);
    let output = programs.run(&mut command)?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`cargo build` {}: see why below", ended(output.status)))
        .with_output(&String::from_utf8_lossy(&output.stderr)))
}
