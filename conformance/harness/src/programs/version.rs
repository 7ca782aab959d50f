//! Which version a program is of, and whether that is what the manifests are for.

use std::path::Path;
use std::process::Command;

use super::table::{Program, Release};
use crate::Failure;
use crate::process;
use crate::watchdog::Watchdog;

impl Release {
    /// `1.35`.
    pub fn number(self) -> String {
        let (major, minor) = self.minor;
        let or_newer = if self.or_newer { " or newer" } else { "" };
        format!("{major}.{minor}{or_newer}")
    }

    /// Whether a version such as `v1.35.4` belongs to the release.
    pub fn has(self, version: &str) -> bool {
        minor_release(version)
            .is_some_and(|found| found == self.minor || self.or_newer && found > self.minor)
    }
}

/// What a program that the environment names says of itself; nothing where it does not tell.
pub fn of(watchdog: &Watchdog, program: Program, file: &Path) -> Result<Option<String>, Failure> {
    if program.version.is_empty() {
        return Ok(of_plugins(file));
    }
    let mut command = Command::new(file);
    // No cluster and no settings, also where the user has some.
    command.args(program.version).env("KUBERC", "off").env_remove("KUBECONFIG");
    let output = process::ask(watchdog, &mut command)?;
    Ok(found(&String::from_utf8_lossy(&output.stdout)).map(str::to_owned))
}

/// RabbitMQ's script cannot be asked, and rabbitmqctl leaves a daemon running: the folder of its plugins names the version.
fn of_plugins(script: &Path) -> Option<String> {
    let script = script.canonicalize().ok()?;
    let plugins = script.parent()?.parent()?.join("plugins");
    std::fs::read_dir(plugins).ok()?.find_map(|plugin| {
        let name = plugin.ok()?.file_name().into_string().ok()?;
        let version = name.strip_prefix("rabbit-")?.trim_end_matches(".ez");
        found(version).map(str::to_owned)
    })
}

/// The first word that is a version.
fn found(text: &str) -> Option<&str> {
    text.split_whitespace().find(|word| minor_release(word).is_some())
}

/// The first two numbers of `v1.35.4`, `1.30-dev` or `3.6.16`.
pub fn minor_release(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version.strip_prefix('v').unwrap_or(version).split_once('.')?;
    let digits = rest.find(|character: char| !character.is_ascii_digit());
    let minor = &rest[..digits.unwrap_or(rest.len())];
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::table::{ISTIO, KUBERNETES, RABBITMQ};
    use super::super::{build, tests::MODULES};
    use super::*;

    #[test]
    fn finds_the_version_in_what_programs_print() {
        for (text, version) in [
            ("Kubernetes v1.35.4\n", "v1.35.4"),
            ("Client Version: v1.35.4-eks-1\nKustomize Version: v5.7.1\n", "v1.35.4-eks-1"),
            ("etcd Version: 3.6.16\nGit SHA: abc\nGo Version: go1.26.8\n", "3.6.16"),
            ("kwok version v0.8.0 go1.26.8 (linux/amd64)\n", "v0.8.0"),
            ("client version: 1.30-dev\n", "1.30-dev"),
        ] {
            assert_eq!(found(text), Some(version));
        }
        assert_eq!(found("client version: unknown\n"), None);
    }

    #[test]
    fn a_release_has_its_patches_and_no_other_minor() {
        for version in ["v1.35.0", "1.35.12", "v1.35.4-eks-1", "1.35-dev"] {
            assert!(KUBERNETES.has(version), "{version}");
        }
        for version in ["v1.34.9", "v1.3.5", "v2.35.0", "1", ""] {
            assert!(!KUBERNETES.has(version), "{version}");
        }
    }

    #[test]
    fn later_releases_will_do_where_it_says_so() {
        for version in ["3.10.8", "3.13.1", "4.2.6"] {
            assert!(RABBITMQ.has(version), "{version}");
        }
        for version in ["3.9.29", "2.11", ""] {
            assert!(!RABBITMQ.has(version), "{version}");
        }
    }

    #[test]
    fn the_version_of_rabbitmq_is_that_of_its_plugin() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("sbin/rabbitmq-server");
        let file = |path: &str| {
            let file = folder.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "").unwrap();
        };
        file("sbin/rabbitmq-server");
        assert_eq!(of_plugins(&script), None);
        for plugin in ["rabbit_common-9.9.9", "rabbit-3.10.8.ez", "ra-2.0.13"] {
            file(&format!("plugins/{plugin}"));
        }
        assert_eq!(of_plugins(&script).as_deref(), Some("3.10.8"));
    }

    /// What follows `key` in the first such line behind the first line that `is_start`.
    fn locked(file: &str, is_start: fn(&str) -> bool, key: &str) -> String {
        let lock = support::workspace().unwrap().join("manifests-lib").join(file);
        let lock = std::fs::read_to_string(lock).unwrap();
        let mut lines = lock.lines().skip_while(|line| !is_start(line));
        let value = lines.find_map(|line| line.strip_prefix(key)).unwrap();
        value.trim_matches('"').to_owned()
    }

    #[test]
    fn fluent_bit_is_that_of_the_chart() {
        let is_chart = |line: &str| line == "name = \"fluent-bit\"";
        assert_eq!(
            locked("helm-values/charts.toml", is_chart, "version = "),
            "0.58.1",
            "another chart: put the minor release of its appVersion into FLUENT_BIT"
        );
    }

    #[test]
    fn the_releases_are_those_of_the_lock_files() {
        let pinned = build::pinned(Path::new(MODULES), "kubernetes").unwrap();
        assert!(KUBERNETES.has(found(&pinned).unwrap()), "{pinned}");
        let is_istio = |line: &str| line.starts_with("url = ") && line.contains("/istio/istio/");
        let istio = locked("custom-resources/crds.toml", is_istio, "release = ");
        assert!(ISTIO.has(&istio), "{istio}");
    }
}
