//! `manifests`: tells of Kubernetes manifests what a cluster would only tell later.

use std::process::ExitCode;

use clap::Parser;

/// Check and compare Kubernetes manifests, and trace requests through them, before a cluster sees them.
#[derive(Parser)]
#[command(bin_name = "manifests", version, arg_required_else_help = true)]
enum Command {
    Check(analysis::command::check::Check),
    Trace(analysis::command::trace::Trace),
    Plan(analysis::command::plan::Plan),
}

fn main() -> ExitCode {
    let outcome = match Command::try_parse() {
        Ok(Command::Check(check)) => check.run(),
        Ok(Command::Trace(trace)) => trace.run(),
        Ok(Command::Plan(plan)) => return plan.run(),
        Err(error) => return analysis::command::plan::refused(&error),
    };
    outcome.unwrap_or_else(|failure| failure.report())
}
