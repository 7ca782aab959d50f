//! `cargo xtask bootstrap`: brings an empty cluster to the point where Argo CD does the rest.

mod argocd;
mod credentials;
mod lock;
mod records;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::context;
use crate::environment::EnvironmentName;
use programs::Program;
use support::output;
use support::{Failure, tell};

use argocd::{ArgoCd, Helm};

/// Install Argo CD in an empty cluster with the root Application, which deploys the rest, including Argo CD itself
///
/// Installs the chart with the version and values of Argo CD's own Application, waits until it runs, and applies the
/// projects and the root Application from snapshots/ENV/root. Argo CD reads everything else from the Git repository:
/// push first. It can be run again at any time: after an interruption it does the rest, and what exists already stays. Two runs
/// at once do no harm: the second one waits, also for a helm that was left behind by a run that was killed.
///
/// Uses the kubectl context of the environment's cluster, whatever the current context is; no variable of helm or kubectl
/// leads to another cluster.
#[derive(Args)]
pub struct Arguments {
    /// Environment to bootstrap
    #[arg(value_name = "ENV")]
    environment: EnvironmentName,

    /// Use this context; asks for confirmation if its cluster is not the environment's
    #[arg(long, value_name = "NAME", value_parser = context::named)]
    context: Option<String>,

    /// Do not ask for confirmation of the cluster of --context
    #[arg(long, requires = "context")]
    yes: bool,

    /// Install the chart from this folder or archive instead of its repository
    #[arg(long, value_name = "PATH")]
    chart: Option<PathBuf>,

    #[command(flatten)]
    credentials: credentials::Arguments,

    /// Print the commands without running them
    #[arg(long)]
    dry_run: bool,
}

/// Bootstraps the environment.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let name = arguments.environment;
    let built = name.build()?;
    let argocd = ArgoCd::of(name, &built)?;
    let chart = arguments.chart.as_deref();
    let credentials = arguments.credentials.read()?;
    let infrastructure = &built.infrastructure;
    if arguments.dry_run {
        let usual = || infrastructure.usual_context();
        let context = arguments.context.clone().unwrap_or_else(usual);
        let steps = argocd.steps(&context, chart, Helm::Three, credentials)?;
        let script: String = steps.iter().map(ToString::to_string).collect();
        output::print(&script)?;
        return Ok(ExitCode::SUCCESS);
    }
    let programs = [Program::Helm, Program::Kubectl];
    let versions = programs::require(&programs, infrastructure.kubernetes())?;
    let known = context::find(name, infrastructure, arguments.context.as_deref())?.for_changing(
        name,
        infrastructure,
        arguments.yes,
    )?;
    let context = known.context.as_str();
    let steps = argocd.steps(context, chart, Helm::of(versions), credentials)?;
    let _lock = lock::wait(name)?;
    let count = steps.len();
    for (number, step) in (1..).zip(steps) {
        tell(format_args!("[{number}/{count}] {}", step.title));
        known.is_unchanged().and_then(|()| step.run()).map_err(|failure| match number {
            1 => failure,
            _ => Failure::new(format!("{failure}; what the steps before have done stays")),
        })?;
    }
    let applications = argocd.applications(context);
    let view = infrastructure.view_of_argocd(name, &argocd.web_ui, &applications);
    tell(format_args!("Argo CD deploys {name} from now on. Watch it with: {view}"));
    Ok(ExitCode::SUCCESS)
}
