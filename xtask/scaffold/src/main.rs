//! Writes a new service, tool or environment, and the lines that lead to it; edits the tag of an image.
//!
//! What only a person knows is left out, so that the compiler names each place: a field of a container, a setting of an environment.

mod environment;
mod image;
mod name;
mod places;
mod plan;
mod service;
mod source;
mod tool;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use support::{Failure, output, workspace};

use name::Name;
use plan::Plan;

/// Writes a new service, tool or environment, and the lines that lead to it; overwrites nothing.
///
/// It leaves out what only you know: then the compiler names each place.
#[derive(Parser)]
#[command(
    bin_name = "cargo xtask new",
    after_help = "While something is left out, `cargo xtask` does not compile: `cargo run -p scaffold -- …` does the same.\n\
                  Exit codes: 0 written, 2 could not; then nothing is written."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A microservice that others in the mesh can call
    Service {
        /// Its name in the cluster, such as stock or gift-card
        name: Name,
    },
    /// A tool of the infrastructure that a Helm chart installs
    Tool {
        /// Its name in the cluster, such as redis or cert-manager
        name: Name,
    },
    /// An environment as a copy of another one, whose values are then changed
    Environment {
        /// Its name, such as stg
        name: Name,
        /// The environment to copy
        #[arg(long, value_name = "ENV")]
        like: Name,
    },
    /// Tags of images, for `cargo xtask image`
    #[command(subcommand, hide = true)]
    Image(image::Command),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command).and_then(|report| output::print(&report)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// Plans everything, then writes it, and returns what a person reads about it.
fn run(command: Command) -> Result<String, Failure> {
    let mut plan = Plan::new(workspace()?);
    let next = match command {
        Command::Service { name } => service::plan(&mut plan, &name)?,
        Command::Tool { name } => tool::plan(&mut plan, &name)?,
        Command::Environment { name, like } => environment::plan(&mut plan, &name, &like)?,
        Command::Image(command) => return image::run(plan, command),
    };
    let written = plan.apply()?;
    Ok(format!("{written}\n{next}"))
}
