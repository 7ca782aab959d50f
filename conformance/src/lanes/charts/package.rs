//! Whether what the charts and kustomizations come from is what was reviewed: the package by its digest, the tag by its commit.

use std::fs;
use std::path::Path;

use harness::{Failure, Report};
use manifests_lib::delivery::SourceFrom;
use released::Digest;

use super::render::Renderer;
use crate::rendered::RenderedSource;

/// Compares the source, as this machine got it, with what the platform says of it.
pub fn judge(
    renderer: &Renderer<'_>,
    environment: &str,
    source: &RenderedSource,
    report: &mut Report,
) -> Result<(), Failure> {
    match &source.spec.from {
        SourceFrom::Chart { package, .. } => {
            let chart = renderer.chart(source)?;
            let what = format!("{environment}: {source} ({})", source.spec.origin);
            compare(&what, *package, &chart, report)?;
        }
        SourceFrom::Kustomization { repository, release, commit, .. } => {
            let found = renderer.commit(source)?;
            if found == commit.as_str() {
                report.compared(1, format!("tags of {environment} that lead to their commit"));
            } else {
                report.finding(format!(
                    "{environment}: {source} ({}): {release} of {repository} leads to the commit {found}, but {commit} is \
                     deployed: correct the commit, or find out who has moved the tag",
                    source.spec.origin
                ));
            }
        }
    }
    Ok(())
}

/// Compares a packed chart with the digest that is locked.
fn compare(
    what: &str,
    locked: Option<&str>,
    chart: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    if chart.is_dir() {
        report.note(format!("{what}: {} is not packed, so no digest is compared", chart.display()));
        return Ok(());
    }
    let bytes = fs::read(chart).map_err(|error| {
        Failure::new(format!("{} cannot be read: {error}; fetch it again", chart.display()))
    })?;
    let found = Digest::of(&bytes);
    match locked {
        Some(locked) if locked == found.as_str() => {
            report.compared(1, "packages of charts with the digest of charts.toml".to_owned());
        }
        Some(locked) => report.finding(format!(
            "{what}: the package has the SHA-256 {found}, but charts.toml locks {locked}: a released version was replaced; \
             find out by whom and why before Argo CD deploys it"
        )),
        None => report.note(format!(
            "{what}: charts.toml locks no package; this one has the SHA-256 {found}"
        )),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(locked: Option<&str>) -> Report {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("tool-1.2.3.tgz");
        fs::write(&package, "").unwrap();
        let mut report = Report::default();
        compare("the chart tool", locked, &package, &mut report).unwrap();
        report
    }

    #[test]
    fn only_the_locked_package_passes() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert!(compared(Some(empty)).findings.is_empty());
        assert!(compared(None).findings.is_empty());
        let findings = compared(Some(&"0".repeat(64))).findings;
        assert!(findings[0].contains("a released version was replaced"), "{findings:?}");
    }
}
