//! The file that eksctl creates a cluster from. It is not a manifest: it is in the environment's crate, outside the snapshots.

use std::path::{Path, PathBuf};

use manifests_lib::yaml;

use super::Report;
use super::files::Files;
use crate::environment::{Built, EnvironmentName};
use crate::tree::{self, Plan};
use support::{Failure, in_workspace};

/// Name of the file.
const FILE: &str = "eks.yaml";

/// Path of an environment's file.
pub fn path(name: EnvironmentName) -> Result<PathBuf, Failure> {
    Ok(folder(name)?.join(FILE))
}

/// Writes the file, or with `check` reports how it would change.
pub(super) fn run(
    name: EnvironmentName,
    built: &Built,
    check: bool,
    report: &mut Report,
) -> Result<(), Failure> {
    let files = files(name, built)?;
    let plan = Plan::new(&folder(name)?, &files)?;
    let file = path(name)?;
    if check {
        report.diff(&plan);
        if !plan.is_empty() {
            report.stale(&file);
        }
        return Ok(());
    }
    let counts = plan.apply()?;
    if counts.created + counts.changed + counts.removed > 0 {
        report.line(format_args!("{name}: {} changed", file.display()));
    }
    Ok(())
}

/// Fails if the file is not up to date: eksctl would create a cluster that was not reviewed.
pub fn require_current(name: EnvironmentName, built: &Built) -> Result<(), Failure> {
    let files = files(name, built)?;
    let plan = Plan::new(&folder(name)?, &files)?;
    if plan.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} is not what the code renders for {name}: run `cargo xtask render {name}`, have the difference reviewed, then run again",
        path(name)?.display()
    )))
}

/// The file, if eksctl creates the environment's cluster.
fn files(name: EnvironmentName, built: &Built) -> Result<Files, Failure> {
    let mut files = Files::new();
    if let Some(cluster) = &built.cluster_config {
        let mut contents = format!(
            "{}environments/{name}/src/lib.rs by `cargo xtask render`: change that file, not this one.\n",
            tree::MARKER
        );
        yaml::write(cluster, &mut contents).map_err(|error| {
            Failure::new(format!("the cluster of {name} cannot be written: {error}"))
        })?;
        files.insert(Path::new(FILE).to_owned(), contents);
    }
    Ok(files)
}

fn folder(name: EnvironmentName) -> Result<PathBuf, Failure> {
    Ok(in_workspace("environments")?.join(name.to_string()))
}
