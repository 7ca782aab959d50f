//! Generates typed Rust from what upstream projects release.
//!
//! `import crd` turns CRDs into the crate `custom-resources`, `import chart` Helm charts into the crate `helm-values`;
//! `cargo xtask crd import` and `cargo xtask chart import` run them. `import kubernetes` writes the schemas of built-in kinds.

mod chart;
mod comment;
mod crd;
mod enumeration;
mod facts;
mod folder;
mod interruption;
mod kubernetes;
mod lock_file;
mod markdown;
mod naming;
mod output;
mod rustfmt;
mod scratch;
mod shapes;
mod yaml;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Generates typed Rust from what upstream projects release.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 no differences, 1 differences found by --check, 2 could not run."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Crd(crd::Arguments),
    Chart(chart::Arguments),
    Kubernetes(kubernetes::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    interruption::watch();
    let outcome = match arguments.command {
        Command::Crd(arguments) => crd::run(&arguments),
        Command::Chart(arguments) => chart::run(&arguments),
        Command::Kubernetes(arguments) => kubernetes::run(&arguments),
    };
    outcome.unwrap_or_else(|failure| failure.report())
}
