//! Lane `argocd`: a real Argo CD brings every environment, charts included, from `cargo xtask bootstrap` to Synced and Healthy.

mod controllers;
pub mod faults;
mod order;
mod published;
mod story;
mod trial;

use harness::{Cluster, Failure, Programs, Report, progress};

use super::Options;
use crate::rendered::{self, Object, Rendered};

use controllers::Webhooks;
use trial::Trial;

/// Deploys every environment, each in a cluster of its own.
pub fn run(programs: &Programs, options: &Options, report: &mut Report) -> Result<(), Failure> {
    report.note(
        "containers do not run, and the controllers of tools are played: they call everything ready once their own pods are",
    );
    for rendered in rendered::environments()? {
        environment(programs, options, &rendered, |_| Ok(()), report, story::tell)?;
    }
    Ok(())
}

/// What is done to the objects of an environment before each commit; nothing but by faults.
type Change = fn(&mut Vec<Object>) -> Result<(), Failure>;

/// Starts a cluster, has Argo CD installed in it, and has a story told with them.
fn environment(
    programs: &Programs,
    options: &Options,
    rendered: &Rendered,
    change: Change,
    report: &mut Report,
    story: impl FnOnce(&mut Trial<'_>, &mut Report) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let name = &rendered.environment;
    progress(format_args!("argocd: {name}: starting a cluster"));
    let webhooks = Webhooks::start(programs)?;
    let mut cluster = Cluster::start_behind(programs, Some(&webhooks.socket()))?;
    let result = Trial::start(programs, options, rendered, change, &webhooks, &mut cluster)
        .and_then(|mut trial| story(&mut trial, report));
    if options.keep {
        report.note(format!("{name}: {}", cluster.keep()));
    }
    result
}
