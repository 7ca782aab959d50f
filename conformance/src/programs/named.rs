//! Programs that the environment names, and whether they are of the releases that the manifests are for.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Machine, Program, version};
use crate::failure::Failure;
use crate::watchdog::Watchdog;

/// A program that the environment names.
pub struct Named {
    /// Its file.
    pub path: PathBuf,
    by: By,
}

/// What names a program.
#[derive(Clone, Copy)]
enum By {
    Assets,
    Istioctl,
    Path,
}

impl By {
    fn name(self) -> &'static str {
        match self {
            Self::Assets => "KUBEBUILDER_ASSETS",
            Self::Istioctl => "ISTIOCTL",
            Self::Path => "the PATH",
        }
    }
}

impl Named {
    /// The program where the environment names it.
    pub fn find(machine: &Machine, program: Program) -> Result<Option<Self>, Failure> {
        let name = program.name();
        if program == Program::Istioctl {
            let Some(file) = &machine.istioctl else {
                let found = machine.on_path(name);
                return Ok(found.map(|path| Self { path, by: By::Path }));
            };
            if is_executable(file) {
                return Ok(Some(Self {
                    path: file.clone(),
                    by: By::Istioctl,
                }));
            }
            return Err(Failure::new(format!(
                "ISTIOCTL names {}, which is no program: correct it, or unset it and istioctl is built",
                file.display()
            )));
        }
        let Some(assets) = &machine.assets else {
            return Ok(None);
        };
        let path = assets.join(name);
        if is_executable(&path) {
            return Ok(Some(Self {
                path,
                by: By::Assets,
            }));
        }
        if program.is_of_envtest() {
            return Err(Failure::new(format!(
                "KUBEBUILDER_ASSETS names {}, which has no {name}: run `setup-envtest use 1.35`, or unset the variable \
                 and {name} is built",
                assets.display()
            )));
        }
        Ok(None)
    }

    /// Which version it is; a failure where it is not of the release that the manifests are for.
    ///
    /// What another release says about them, the cluster that they are for need not say.
    pub fn version(&self, watchdog: &Watchdog, program: Program) -> Result<String, Failure> {
        let version = version::of(watchdog, program, &self.path)?;
        let told = version.as_deref().unwrap_or("of unknown version");
        let by = self.by.name();
        if let Some(release) = version::required(program)
            && !version
                .as_deref()
                .is_some_and(|version| release.has(version))
        {
            let (name, number) = (program.name(), release.number());
            let way_out = match self.by {
                By::Assets => format!(
                    "name the folder that `setup-envtest use {number} --print path` prints, or unset the variable and \
                     {name} is built"
                ),
                By::Istioctl => format!("name an {name} {number}, or unset the variable"),
                By::Path => format!(
                    "name an {name} {number} with ISTIOCTL, or take this one off the PATH and {name} is built"
                ),
            };
            return Err(Failure::new(format!(
                "{by} leads to {}, which is {told}, but the manifests are for {} {number}: {way_out}",
                self.path.display(),
                release.project
            )));
        }
        Ok(format!("{told} of {by}"))
    }
}

/// Whether a file can be started.
pub fn is_executable(file: &Path) -> bool {
    file.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::super::tests::machine;
    use super::super::{Machine, Programs};
    use super::*;
    use crate::watchdog::tests::silent;
    use std::os::unix::fs::PermissionsExt;

    /// A program that says this when it is asked for its version.
    fn program(folder: &Path, name: &str, version: &str) -> PathBuf {
        let file = folder.join(name);
        std::fs::write(&file, format!("#!/bin/sh\necho {version}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        file
    }

    #[test]
    fn takes_the_programs_of_envtest_first() {
        let folder = tempfile::tempdir().unwrap();
        let etcd = program(folder.path(), "etcd", "etcd Version: 3.6.1");
        let programs = with_assets(folder.path());
        assert_eq!(programs.path(Program::Etcd).unwrap(), etcd);
        let judges = programs.judges();
        assert_eq!(judges[0].version, "3.6.1 of KUBEBUILDER_ASSETS");
        assert_eq!(judges[0].path, etcd);
        assert!(programs.judges().is_empty(), "nothing was used since");
    }

    fn with_assets(folder: &Path) -> Programs {
        Programs::new(
            Machine {
                assets: Some(folder.to_owned()),
                ..machine(folder)
            },
            silent(),
        )
    }

    /// The message without the folder, which has another name each time.
    fn message(failure: &Failure, folder: &Path) -> String {
        failure
            .to_string()
            .replace(&folder.display().to_string(), "<folder>")
    }

    #[test]
    fn another_kubernetes_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), "kubectl", "Client Version: v1.34.1");
        let failure = with_assets(folder.path())
            .path(Program::Kubectl)
            .unwrap_err();
        insta::assert_snapshot!(message(&failure, folder.path()), @"KUBEBUILDER_ASSETS leads to <folder>/kubectl, which is v1.34.1, but the manifests are for Kubernetes 1.35: name the folder that `setup-envtest use 1.35 --print path` prints, or unset the variable and kubectl is built");
    }

    #[test]
    fn another_istio_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let istioctl = program(folder.path(), "istioctl", "client version: 1.24.3");
        let failure = |istioctl: Option<PathBuf>| {
            let machine = Machine {
                istioctl,
                path: folder.path().into(),
                ..machine(folder.path())
            };
            let failure = Programs::new(machine, silent())
                .path(Program::Istioctl)
                .unwrap_err();
            message(&failure, folder.path())
        };
        insta::assert_snapshot!(failure(Some(istioctl)), @"ISTIOCTL leads to <folder>/istioctl, which is 1.24.3, but the manifests are for Istio 1.30: name an istioctl 1.30, or unset the variable");
        insta::assert_snapshot!(failure(None), @"the PATH leads to <folder>/istioctl, which is 1.24.3, but the manifests are for Istio 1.30: name an istioctl 1.30 with ISTIOCTL, or take this one off the PATH and istioctl is built");
    }

    #[test]
    fn a_program_that_does_not_tell_its_version_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), "kubectl", "Client Version: unknown");
        let failure = with_assets(folder.path())
            .path(Program::Kubectl)
            .unwrap_err()
            .to_string();
        assert!(failure.contains("which is of unknown version"), "{failure}");
    }

    #[test]
    fn a_folder_without_the_program_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let programs = with_assets(folder.path());
        let failure = programs.path(Program::Kubectl).unwrap_err().to_string();
        assert!(failure.contains("which has no kubectl"), "{failure}");
    }

    #[test]
    fn takes_istioctl_of_the_variable_then_of_the_path() {
        let (named, path) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = program(named.path(), "my-istioctl", "client version: 1.30.3");
        let second = program(path.path(), "istioctl", "client version: 1.30.0");
        let found = |istioctl: Option<&PathBuf>| {
            let machine = Machine {
                istioctl: istioctl.cloned(),
                path: path.path().into(),
                ..machine(path.path())
            };
            Programs::new(machine, silent())
                .path(Program::Istioctl)
                .unwrap()
        };
        assert_eq!(found(Some(&first)), first);
        assert_eq!(found(None), second);
    }

    #[test]
    fn a_wrong_variable_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let programs = Programs::new(
            Machine {
                istioctl: Some(folder.path().join("istioctl")),
                ..machine(folder.path())
            },
            silent(),
        );
        let failure = programs.path(Program::Istioctl).unwrap_err().to_string();
        assert!(failure.starts_with("ISTIOCTL names "), "{failure}");
    }
}
