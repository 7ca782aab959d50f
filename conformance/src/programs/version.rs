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
}

/// What both clusters run; programs of another minor release have other defaults, fields and warnings.
const KUBERNETES: Release = Release {
    project: "Kubernetes",
    minor: (1, 35),
};

/// What the types of crds.toml are of.
const ISTIO: Release = Release {
    project: "Istio",
    minor: (1, 30),
};

impl Release {
    /// `1.35`.
    pub fn number(self) -> String {
        let (major, minor) = self.minor;
        format!("{major}.{minor}")
    }

    /// Whether a version such as `v1.35.4` belongs to the release.
    pub fn has(self, version: &str) -> bool {
        minor(version) == Some(self.minor)
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

/// The first word that is a version.
fn found(text: &str) -> Option<&str> {
    text.split_whitespace().find(|word| minor(word).is_some())
}

/// The first two numbers of `v1.35.4`, `1.30-dev` or `3.6.16`.
fn minor(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version
        .strip_prefix('v')
        .unwrap_or(version)
        .split_once('.')?;
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
            (
                "Client Version: v1.35.4-eks-1\nKustomize Version: v5.7.1\n",
                "v1.35.4-eks-1",
            ),
            (
                "etcd Version: 3.6.16\nGit SHA: abc\nGo Version: go1.26.8\n",
                "3.6.16",
            ),
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
    fn the_releases_are_those_of_the_lock_files() {
        let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
        let pinned = Module::of(Program::Kubectl).pinned(&modules).unwrap();
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
