//! `cargo xtask cluster`: creates, deletes and shows the cluster of an environment.

mod aws;
pub mod kind;
mod minikube;
mod sizes;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::check;
use crate::environment::EnvironmentName;
use crate::external::{External, Program};
use support::Failure;
use support::output;

/// Create, delete or show the cluster of an environment.
#[derive(Subcommand)]
pub enum Command {
    Up(Up),
    Down(Down),
    Status(Status),
    /// Check environments/ENV/eks.yaml against the schema that eksctl releases (options: see its `--help`)
    Check(External),
}

/// Create the cluster of an environment: nodes with labels, add-ons, sources and local images
///
/// Minikube: looks first whether the laptop has what the nodes need, then starts it as the environment describes it, or adds what is
/// missing; a second run changes nothing, except that it loads images that were built since. A cluster of this name that was not made
/// by this command is only taken over after confirmation. EKS: eksctl creates the cluster from environments/ENV/eks.yaml; this command runs
/// nothing in AWS and prints the commands to run.
///
/// Exit codes: 0 done, 1 done except for images that are not built yet, 2 could not.
#[derive(Args)]
pub struct Up {
    /// Environment whose cluster to create
    #[arg(value_name = "ENV")]
    environment: EnvironmentName,

    /// Folder with a folder of sources per service, which pods on a laptop run instead of the sources in their images
    /// [default: the one that the environment names]
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,

    /// Take over a cluster of this name that was not made by this command, without asking
    #[arg(long)]
    yes: bool,

    /// Print the commands without running them
    #[arg(long)]
    dry_run: bool,
}

/// Delete the cluster of an environment and everything in it
///
/// Minikube: asks for confirmation, then has it delete its nodes and their volumes. EKS: prints the commands to run.
#[derive(Args)]
pub struct Down {
    /// Environment whose cluster to delete
    #[arg(value_name = "ENV")]
    environment: EnvironmentName,

    /// Delete without asking
    #[arg(long)]
    yes: bool,

    /// Print the commands without running them
    #[arg(long)]
    dry_run: bool,
}

/// Show the nodes, and what the platform requests of each node group
///
/// Exit codes: 0 all nodes are there, or the commands are printed, 1 there is no cluster, it is stopped, or it has other nodes than the
/// environment describes, 2 could not.
#[derive(Args)]
pub struct Status {
    /// Environment whose cluster to show
    #[arg(value_name = "ENV")]
    environment: EnvironmentName,
}

/// Runs a subcommand.
pub fn run(command: &Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Up(up) => up.run(),
        Command::Down(down) => down.run(),
        Command::Status(status) => status.run(),
        Command::Check(check) => check.start(Program::EksctlSchema, &[]),
    }
}

impl Up {
    fn run(&self) -> Result<ExitCode, Failure> {
        let built = self.environment.build()?;
        let infrastructure = &built.infrastructure;
        check::refuse_sizes(&check::of(self.environment, &built)?)?;
        infrastructure.up(self.environment, &built, self.sources.clone(), self.yes, self.dry_run)
    }
}

impl Down {
    fn run(&self) -> Result<ExitCode, Failure> {
        let name = self.environment;
        name.infrastructure().down(name, self.yes, self.dry_run)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Status {
    fn run(&self) -> Result<ExitCode, Failure> {
        let built = self.environment.build()?;
        let infrastructure = &built.infrastructure;
        output::lines(&sizes::report(&check::of(self.environment, &built)?))?;
        infrastructure.status(self.environment)
    }
}
