//! `cargo xtask`: what the repository can do, one line a command.
//!
//! This program renders by itself and starts the others, so that an edit of a service is on disk in under a second.

mod bootstrap;
mod chart;
mod cluster;
mod conformance;
mod context;
mod crd;
mod environment;
mod import;
mod invocation;
mod open;
mod output;
mod render;
mod tree;

use std::process::ExitCode;

use clap::Parser;

/// Kubernetes manifests as typed Rust: render them, have others judge them, make a cluster and bring
/// them there, generate the types they are made of.
///
/// Exit codes: 0 nothing to say, 1 findings or differences, 2 could not run.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", arg_required_else_help = true)]
enum Command {
    Render(render::Arguments),
    #[command(subcommand)]
    Cluster(cluster::Command),
    Bootstrap(bootstrap::Arguments),
    Open(open::Arguments),
    #[command(subcommand)]
    Crd(crd::Command),
    #[command(subcommand)]
    Chart(chart::Command),
    Conformance(conformance::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Command::parse() {
        Command::Render(arguments) => render::run(&arguments),
        Command::Cluster(command) => cluster::run(&command),
        Command::Bootstrap(arguments) => bootstrap::run(&arguments),
        Command::Open(arguments) => open::run(&arguments),
        Command::Crd(command) => crd::run(&command),
        Command::Chart(command) => chart::run(&command),
        Command::Conformance(arguments) => conformance::run(&arguments),
    };
    outcome.unwrap_or_else(|failure| failure.report())
}
