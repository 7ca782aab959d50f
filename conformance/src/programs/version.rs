//! Which version a program is of, and whether that is what the manifests are for.

use std::path::Path;
use std::process::Command;

use super::Program;
use crate::failure::Failure;
use crate::process;
use crate::watchdog::Watchdog;

/// A minor release, such as Kubernetes 1.35.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// Whose.
    pub project: &'static str,
    /// Its first two numbers.
    pub minor: (u32, u32),
    /// Whether later ones will do, too.
    pub or_newer: bool,
}

/// What both clusters run; programs of another minor release have other defaults, fields and warnings.
const KUBERNETES: Release = Release { project: "Kubernetes", minor: (1, 35), or_newer: false };

/// What the types of crds.toml are of.
const ISTIO: Release = Release { project: "Istio", minor: (1, 30), or_newer: false };

/// The first that delivers dead letters at least once.
const RABBITMQ: Release = Release { project: "RabbitMQ", minor: (3, 10), or_newer: true };

/// What the chart of charts.toml runs.
const FLUENT_BIT: Release = Release { project: "Fluent Bit", minor: (5, 1), or_newer: false };

impl Release {
    /// `1.35`.
    pub fn number(self) -> String {
        let (major, minor) = self.minor;
        let or_newer = if self.or_newer { " or newer" } else { "" };
        format!("{major}.{minor}{or_newer}")
    }

    /// Whether a version such as `v1.35.4` belongs to the release.
    pub fn has(self, version: &str) -> bool {
        minor(version)
            .is_some_and(|found| found == self.minor || self.or_newer && found > self.minor)
    }
}

/// The release that a program has to be of; none where any will do.
pub fn required(program: Program) -> Option<Release> {
    match program {
        Program::KubeApiserver
        | Program::KubeControllerManager
        | Program::KubeScheduler
        | Program::Kubectl => Some(KUBERNETES),
        Program::Istioctl => Some(ISTIO),
        Program::RabbitmqServer => Some(RABBITMQ),
        Program::FluentBit => Some(FLUENT_BIT),
        Program::Etcd
        | Program::Kwok
        | Program::YamlReader
        | Program::Helm
        | Program::Kustomize
        | Program::Promtool
        | Program::Amtool => None,
    }
}

/// What a program that the environment names says of itself; nothing where it does not tell.
pub fn of(watchdog: &Watchdog, program: Program, file: &Path) -> Result<Option<String>, Failure> {
    if program == Program::RabbitmqServer {
        return Ok(of_rabbitmq(file));
    }
    let mut command = Command::new(file);
    match program {
        Program::Kubectl => command.env("KUBERC", "off").args(["version", "--client"]),
        Program::Istioctl => command.args(["version", "--remote=false"]),
        _ => command.arg("--version"),
    };
    // No cluster, also where the user has one.
    command.env_remove("KUBECONFIG");
    let output = process::run(watchdog, &mut command)?;
    Ok(found(&String::from_utf8_lossy(&output.stdout)).map(str::to_owned))
}

/// RabbitMQ's script cannot be asked, and rabbitmqctl leaves a daemon running: the folder of its plugins names the version.
fn of_rabbitmq(script: &Path) -> Option<String> {
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
    text.split_whitespace().find(|word| minor(word).is_some())
}

/// The first two numbers of `v1.35.4`, `1.30-dev` or `3.6.16`.
pub fn minor(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version.strip_prefix('v').unwrap_or(version).split_once('.')?;
    let digits = rest.find(|character: char| !character.is_ascii_digit());
    let minor = &rest[..digits.unwrap_or(rest.len())];
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::module::Module;
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
        assert_eq!(of_rabbitmq(&script), None);
        for plugin in ["rabbit_common-9.9.9", "rabbit-3.10.8.ez", "ra-2.0.13"] {
            file(&format!("plugins/{plugin}"));
        }
        assert_eq!(of_rabbitmq(&script).as_deref(), Some("3.10.8"));
    }

    #[test]
    fn fluent_bit_is_that_of_the_chart() {
        let lock =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifests-lib/helm-values/charts.toml");
        let lock = std::fs::read_to_string(lock).unwrap();
        let version = lock
            .lines()
            .skip_while(|line| *line != "name = \"fluent-bit\"")
            .find_map(|line| line.strip_prefix("version = "));
        assert_eq!(
            version,
            Some("\"0.58.1\""),
            "another chart: put the minor release of its appVersion into FLUENT_BIT"
        );
    }

    #[test]
    fn the_releases_are_those_of_the_lock_files() {
        let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
        let module = Module::of(Program::Kubectl).unwrap();
        let pinned = module.pinned(&modules).unwrap();
        assert!(KUBERNETES.has(found(&pinned).unwrap()), "{pinned}");
        let lock = std::fs::read_to_string(crate::crds::lock_file()).unwrap();
        let istio = lock
            .lines()
            .skip_while(|line| !line.starts_with("url = ") || !line.contains("/istio/istio/"))
            .find_map(|line| line.strip_prefix("release = "))
            .unwrap();
        assert!(ISTIO.has(istio.trim_matches('"')), "{istio}");
    }
}
