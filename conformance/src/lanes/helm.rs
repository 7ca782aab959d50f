//! What every call of helm needs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::Failure;
use serde_json::Value;

/// Has helm keep its files below `folder` instead of its user's home.
pub fn keep_files_in(command: &mut Command, folder: &Path) {
    for (variable, name) in [
        ("HELM_CACHE_HOME", "helm-cache"),
        ("HELM_CONFIG_HOME", "helm-config"),
        ("HELM_DATA_HOME", "helm-data"),
    ] {
        command.env(variable, folder.join(name));
    }
}

/// A packed chart `<name>-<version>.tgz`, or a folder `<name>` whose `Chart.yaml` says the version.
pub fn local_chart(folder: &Path, name: &str, version: &str) -> Result<PathBuf, Failure> {
    let packed = folder.join(format!("{name}-{version}.tgz"));
    if packed.exists() {
        return Ok(packed);
    }
    let unpacked = folder.join(name);
    let file = unpacked.join("Chart.yaml");
    let Ok(text) = fs::read_to_string(&file) else {
        return Err(Failure::new(format!(
            "the chart {name} {version} is not in {}: put it there as {name}-{version}.tgz or as the folder {name}",
            folder.display()
        )));
    };
    let found = serde_yaml::from_str::<Value>(&text)
        .ok()
        .and_then(|chart| chart["version"].as_str().map(str::to_owned));
    if found.as_deref() == Some(version) {
        return Ok(unpacked);
    }
    Err(Failure::new(format!(
        "{} is of the version {}, and {version} is deployed: put that one there",
        file.display(),
        found.as_deref().unwrap_or("that nobody can read")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let failure = local_chart(folder.path(), "tool", "1.2.3").unwrap_err().to_string();
        assert!(failure.contains("tool-1.2.3.tgz or as the folder tool"), "{failure}");
    }

    #[test]
    fn a_chart_of_another_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let chart = folder.path().join("tool");
        fs::create_dir(&chart).unwrap();
        fs::write(chart.join("Chart.yaml"), "name: tool\nversion: 1.2.2\n").unwrap();
        let failure = local_chart(folder.path(), "tool", "1.2.3").unwrap_err();
        let failure = failure.to_string();
        assert!(
            failure.ends_with("is of the version 1.2.2, and 1.2.3 is deployed: put that one there"),
            "{failure}"
        );
        assert_eq!(local_chart(folder.path(), "tool", "1.2.2").unwrap(), chart);
    }
}
