//! `manifests`: tells of Kubernetes manifests what a cluster would only tell later.

use std::process::ExitCode;

use clap::Parser;

/// Check and compare Kubernetes manifests before a cluster sees them.
#[derive(Parser)]
#[command(bin_name = "manifests", version, arg_required_else_help = true)]
enum Command {
    Check(analysis::command::Check),
    Plan(analysis::command::plan::Plan),
}

fn main() -> ExitCode {
    match Command::parse() {
        Command::Check(check) => check.run().unwrap_or_else(|failure| failure.report()),
        Command::Plan(plan) => plan.run(),
    }
}
