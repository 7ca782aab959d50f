//! `manifests`: tells of Kubernetes manifests what a cluster would only tell later.

use std::process::ExitCode;

use analysis::command::plan::Seen;
use analysis::environment::applications::Charts;
use charts::{Applications, Compared};
use clap::{Args, Parser};
use support::Failure;

/// Check and compare Kubernetes manifests, and trace requests through them, before a cluster sees them.
#[derive(Parser)]
#[command(bin_name = "manifests", version, arg_required_else_help = true)]
enum Command {
    Check(CheckWithCharts),
    Trace(analysis::command::trace::Trace),
    Plan(PlanWithCharts),
}

/// Check manifests in files: references, selectors, ports, and whatever else is listed by --list
///
/// Exit codes: 0 nothing found, 1 findings, 2 could not run, also where a file could not be read or a chart not be rendered.
#[derive(Args)]
struct CheckWithCharts {
    #[command(flatten)]
    check: analysis::command::check::Check,

    /// Render the charts and kustomizations of Applications of Argo CD among the files as well, by helm, kubectl and git, so that what
    /// names their objects is checked and not guessed: from packages NAME-VERSION.tgz and checked-out repositories in DIR, or from
    /// where the Applications say
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    charts: Option<charts::Origin>,
}

/// Tell what a change does to a cluster: what is created, restarted, must be recreated, is refused, and where data is lost
///
/// Exit codes: 0 nothing changes, 1 could not compare, also where a chart cannot be rendered, 2 something changes, 3 something has an
/// effect of --fail-on.
#[derive(Args)]
struct PlanWithCharts {
    #[command(flatten)]
    plan: analysis::command::plan::Plan,

    /// Render the charts and folders of Applications of Argo CD that differ as well, on both sides, by helm, kubectl and git, so that
    /// their objects are compared: from packages NAME-VERSION.tgz and cloned repositories in DIR, or from where the Applications say
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    charts: Option<charts::Origin>,
}

impl PlanWithCharts {
    fn run(&self) -> ExitCode {
        self.plan.run(self.charts.is_some(), |from, to| {
            let Some(origin) = &self.charts else { return Ok(Seen { from, to, is_whole: true }) };
            let (mut pairs, is_whole) = charts::see(origin, vec![Compared::new(from, to)])?;
            let (from, to) = pairs.swap_remove(0);
            Ok(Seen { from, to, is_whole })
        })
    }
}

impl CheckWithCharts {
    fn run(&self) -> Result<ExitCode, Failure> {
        let charts = self.charts.clone().map(Applications::new);
        self.check.run(charts.as_ref().map(|charts| charts as &dyn Charts))
    }
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Command;

    #[test]
    fn options_do_not_contradict_each_other() {
        Command::command().debug_assert();
    }
}
