//! The commands of the repository, one line each.
//!
//! The commands get environments as a list, so that an edit of a service does not rebuild this crate.

mod bootstrap;
#[doc(hidden)]
pub mod check;
mod cluster;
mod context;
#[doc(hidden)]
pub mod docs;
mod environment;
mod external;
mod image;
mod live;
mod open;
mod plan;
mod render;
#[cfg(test)]
mod small;
mod trace;
#[doc(hidden)]
pub mod tree;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

// For benchmarks, as `check` and `tree` are; `docs` for what looks at its page in a browser.
#[doc(hidden)]
pub use render::files;

use external::{External, Program};
use manifests_lib::environment::Entry;

/// Kubernetes manifests as typed Rust: render them, check them with independent programs, create a cluster and
/// deploy them to it, generate the types that they are made of.
///
/// Exit codes: 0 no findings, 1 findings or differences, 2 could not run.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", arg_required_else_help = true)]
enum Command {
    Render(render::Arguments),
    Check(check::Arguments),
    Trace(trace::Arguments),
    Plan(plan::Arguments),
    Docs(docs::Arguments),
    Watch(watch::Arguments),
    #[command(subcommand)]
    Cluster(cluster::Command),
    Bootstrap(bootstrap::Arguments),
    Open(open::Arguments),
    #[command(subcommand)]
    Image(image::Command),
    /// Comment on a pull request, or open one, with what is in a file (options: see its `--help`)
    PullRequest(External),
    #[command(subcommand)]
    Live(live::Command),
    /// Write a new service, tool or environment, and the lines that lead to it (options: see its `--help`)
    New(External),
    #[command(subcommand)]
    Crd(Crd),
    #[command(subcommand)]
    Chart(Chart),
    /// Check the rendered manifests with independent programs (lanes and options: see its `--help`)
    Conformance(External),
}

/// Generate the types of custom resources from their CRDs.
#[derive(Subcommand)]
enum Crd {
    /// Regenerate manifests-lib/custom-resources from its crds.toml (options: see its `--help`)
    Import(External),
}

/// Generate the types of Helm values from the charts.
#[derive(Subcommand)]
enum Chart {
    /// Regenerate manifests-lib/helm-values from its charts.toml (options: see its `--help`)
    Import(External),
}

/// Runs the command in the process's arguments, which may name these environments: the whole `main` of an xtask.
///
/// The first environment is the default where a command takes one. Without any, no command has anything to do.
pub fn run(environments: &'static [Entry]) -> ExitCode {
    environment::register(environments);
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(error) => return analysis::command::plan::refused(&error),
    };
    let outcome = match command {
        Command::Render(arguments) => render::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Trace(arguments) => trace::run(&arguments),
        Command::Plan(arguments) => return plan::run(&arguments),
        Command::Docs(arguments) => docs::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Cluster(command) => cluster::run(&command),
        Command::Bootstrap(arguments) => bootstrap::run(&arguments),
        Command::Open(arguments) => open::run(&arguments),
        Command::Image(command) => image::run(&command),
        Command::PullRequest(client) => client.start(Program::PullRequest, &[]),
        Command::Live(command) => live::run(&command),
        Command::New(scaffold) => scaffold.start(Program::Scaffold, &[]),
        Command::Crd(Crd::Import(importer)) => importer.start(Program::Import, &["crd"]),
        Command::Chart(Chart::Import(importer)) => importer.start(Program::Import, &["chart"]),
        Command::Conformance(lanes) => lanes.start(Program::Conformance, &[]),
    };
    outcome.unwrap_or_else(|failure| failure.report())
}
