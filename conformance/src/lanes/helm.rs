//! What every call of helm needs.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;

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

/// A folder `<name>` or a packed chart `<name>-<version>.tgz`.
pub fn local_chart(folder: &Path, name: &str, version: &str) -> Result<PathBuf, Failure> {
    let candidates = [
        folder.join(name),
        folder.join(format!("{name}-{version}.tgz")),
    ];
    candidates
        .into_iter()
        .find(|path| path.exists())
        .ok_or_else(|| {
            Failure::new(format!(
                "the chart {name} {version} is not in {}: put it there as the folder {name} or as {name}-{version}.tgz",
                folder.display()
            ))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let failure = local_chart(folder.path(), "tool", "1.2.3")
            .unwrap_err()
            .to_string();
        assert!(
            failure.contains("the folder tool or as tool-1.2.3.tgz"),
            "{failure}"
        );
    }
}
