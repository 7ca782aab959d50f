//! `manifests`: tells of Kubernetes manifests what a cluster would only tell later.

use std::process::ExitCode;

use clap::Parser;

/// Check Kubernetes manifests before a cluster sees them.
#[derive(Parser)]
#[command(bin_name = "manifests", version, arg_required_else_help = true)]
enum Command {
    Check(analysis::command::Check),
}

fn main() -> ExitCode {
    let Command::Check(check) = Command::parse();
    check.run().unwrap_or_else(|failure| failure.report())
}
