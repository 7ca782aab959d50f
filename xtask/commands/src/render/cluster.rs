//! The file that eksctl creates a cluster from. It is not a manifest: it is in the environment's crate, outside the snapshots.

use std::path::PathBuf;

use manifests_lib::yaml;

use super::{Report, folder};
use crate::environment::{Built, EnvironmentName};
use crate::tree::{self, Location, SingleFile};
use support::Failure;

/// Name of the file.
const FILE: &str = "eks.yaml";

/// Path of an environment's file.
pub fn path(name: EnvironmentName) -> Result<PathBuf, Failure> {
    Ok(location(name)?.path().join(FILE))
}

/// Writes the file, or with `check` reports how it would change.
pub(super) fn run(
    name: EnvironmentName,
    built: &Built,
    check: bool,
    report: &mut Report,
) -> Result<(), Failure> {
    let contents = contents(name, built)?;
    let file = SingleFile::read(location(name)?, FILE, contents.as_deref())?;
    if report.single(&file, &name.to_string(), check)? {
        report.line(format_args!("{name}: {} changed", file.path().display()));
    }
    Ok(())
}

/// Fails if the file is not up to date: eksctl would create a cluster that was not reviewed.
pub fn require_current(name: EnvironmentName, built: &Built) -> Result<(), Failure> {
    let contents = contents(name, built)?;
    let file = SingleFile::read(location(name)?, FILE, contents.as_deref())?;
    if file.is_current() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} is not what the code renders for {name}: run `cargo xtask render {name}`, have the difference reviewed, then run again",
        file.path().display()
    )))
}

/// The file, if eksctl creates the environment's cluster.
fn contents(name: EnvironmentName, built: &Built) -> Result<Option<String>, Failure> {
    let Some(cluster) = &built.cluster_config else { return Ok(None) };
    let mut contents = format!(
        "{}environments/{name}/src/lib.rs by `cargo xtask render`: change that file, not this one.\n",
        tree::MARKER
    );
    yaml::write(cluster, &mut contents).map_err(|error| {
        Failure::new(format!("the cluster of {name} cannot be written: {error}"))
    })?;
    Ok(Some(contents))
}

fn location(name: EnvironmentName) -> Result<Location, Failure> {
    folder(format!("environments/{name}"))
}
