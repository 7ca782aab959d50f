//! What the repository can do, one line a command.
//!
//! The commands know environments only by a trait, so that an edit of a service builds none of this again.

mod bootstrap;
mod cluster;
mod context;
mod environment;
mod external;
mod invocation;
mod open;
mod output;
mod render;
mod tree;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use external::External;

pub use cluster::kind::{Infrastructure, Laptop};
pub use environment::{Built, Environment};

/// Kubernetes manifests as typed Rust: render them, have others judge them, make a cluster and bring
/// them there, generate the types they are made of.
///
/// Exit codes: 0 nothing to say, 1 findings or differences, 2 could not run.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", arg_required_else_help = true)]
enum Command {
    Render(render::Arguments),
    Watch(watch::Arguments),
    #[command(subcommand)]
    Cluster(cluster::Command),
    Bootstrap(bootstrap::Arguments),
    Open(open::Arguments),
    #[command(subcommand)]
    Crd(Crd),
    #[command(subcommand)]
    Chart(Chart),
    /// Have programs by others judge the rendered manifests (`--help` tells the lanes and options)
    Conformance(External),
}

/// Generate the types of custom resources from their CRDs.
#[derive(Subcommand)]
enum Crd {
    /// Regenerate manifests-lib/custom-resources from its crds.toml (`--help` tells the options)
    Import(External),
}

/// Generate the types of Helm values from the charts.
#[derive(Subcommand)]
enum Chart {
    /// Regenerate manifests-lib/helm-values from its charts.toml (`--help` tells the options)
    Import(External),
}

/// Runs the command that the arguments of the process name, with these environments to name.
pub fn run(environments: Vec<Box<dyn Environment>>) -> ExitCode {
    environment::register(environments);
    let outcome = match Command::parse() {
        Command::Render(arguments) => render::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Cluster(command) => cluster::run(&command),
        Command::Bootstrap(arguments) => bootstrap::run(&arguments),
        Command::Open(arguments) => open::run(&arguments),
        Command::Crd(Crd::Import(importer)) => importer.start("import", &["crd"]),
        Command::Chart(Chart::Import(importer)) => importer.start("import", &["chart"]),
        Command::Conformance(lanes) => lanes.start("conformance", &[]),
    };
    outcome.unwrap_or_else(|failure| failure.report())
}
