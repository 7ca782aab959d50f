//! The programs that judge: where they are, or how they come to be.
//!
//! Programs that the environment names come first: `KUBEBUILDER_ASSETS` is the folder that envtest uses, `ISTIOCTL` and
//! the `PATH` lead to istioctl. Everything else is built from the Go modules below `programs/`, once, into a cache.

mod build;
#[cfg(test)]
mod build_tests;
mod module;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::watchdog::Watchdog;

use module::Module;

/// A program by others, or by them for the most part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    /// What the API server keeps its objects in.
    Etcd,
    /// The API server.
    KubeApiserver,
    /// Deployments become pods, claims are bound.
    KubeControllerManager,
    /// Pods get nodes.
    KubeScheduler,
    /// The client.
    Kubectl,
    /// The kubelets of nodes that do not exist.
    Kwok,
    /// YAML as kubectl and Argo CD read it; see `programs/yaml-reader/main.go` for what it reads and prints.
    YamlReader,
    /// `istioctl analyze`.
    Istioctl,
}

impl Program {
    /// The name of the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::KubeScheduler => "kube-scheduler",
            Self::Kubectl => "kubectl",
            Self::Kwok => "kwok",
            Self::YamlReader => "yaml-reader",
            Self::Istioctl => "istioctl",
        }
    }

    /// Whether envtest puts the program into its folder.
    fn is_of_envtest(self) -> bool {
        matches!(self, Self::Etcd | Self::KubeApiserver | Self::Kubectl)
    }
}

/// What this machine says about programs.
pub struct Machine {
    /// `KUBEBUILDER_ASSETS`.
    pub assets: Option<PathBuf>,
    /// `ISTIOCTL`.
    pub istioctl: Option<PathBuf>,
    /// `PATH`.
    pub path: OsString,
    /// Where built programs are kept.
    pub cache: PathBuf,
    /// The folder of the Go modules.
    pub modules: PathBuf,
}

impl Machine {
    /// What the environment variables of this process say.
    pub fn of_this_process() -> Result<Self, Failure> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let caches = variable("XDG_CACHE_HOME")
            .map(PathBuf::from)
            // The specification has relative paths ignored.
            .filter(|path| path.is_absolute())
            .or_else(|| variable("HOME").map(|home| Path::new(&home).join(".cache")))
            .ok_or_else(|| {
                Failure::new(
                    "there is no place to keep built programs: set HOME or XDG_CACHE_HOME to a folder",
                )
            })?;
        Ok(Self {
            assets: variable("KUBEBUILDER_ASSETS").map(PathBuf::from),
            istioctl: variable("ISTIOCTL").map(PathBuf::from),
            path: variable("PATH").unwrap_or_default(),
            cache: caches.join("manifests-conformance"),
            modules: Path::new(env!("CARGO_MANIFEST_DIR")).join("programs"),
        })
    }

    /// The first executable file of that name on the `PATH`.
    fn on_path(&self, name: &str) -> Option<PathBuf> {
        std::env::split_paths(&self.path)
            .map(|folder| folder.join(name))
            .find(|file| is_executable(file))
    }
}

/// Finds programs, and builds those that are nowhere.
pub struct Programs {
    machine: Machine,
    watchdog: Watchdog,
    found: RefCell<BTreeMap<Program, PathBuf>>,
}

impl Programs {
    /// Looks for programs on `machine`; builds end with `watchdog` at the latest.
    pub fn new(machine: Machine, watchdog: Watchdog) -> Self {
        Self {
            machine,
            watchdog,
            found: RefCell::default(),
        }
    }

    /// What ends every process of this run; lanes start theirs through it.
    pub fn watchdog(&self) -> &Watchdog {
        &self.watchdog
    }

    /// The folder for what may be kept between runs.
    pub fn cache(&self) -> &Path {
        &self.machine.cache
    }

    /// The file of a program; builds its module where nothing names it and no earlier run has built it.
    pub fn path(&self, program: Program) -> Result<PathBuf, Failure> {
        if let Some(path) = self.found.borrow().get(&program) {
            return Ok(path.clone());
        }
        let path = match self.named(program)? {
            Some(path) => path,
            None => build::folder(&self.machine, &self.watchdog, Module::of(program))?
                .join(program.name()),
        };
        self.found.borrow_mut().insert(program, path.clone());
        Ok(path)
    }

    /// The program where the environment names it.
    fn named(&self, program: Program) -> Result<Option<PathBuf>, Failure> {
        let name = program.name();
        if program == Program::Istioctl {
            if let Some(file) = &self.machine.istioctl {
                return if is_executable(file) {
                    Ok(Some(file.clone()))
                } else {
                    Err(Failure::new(format!(
                        "ISTIOCTL names {}, which is no program: correct it, or unset it and istioctl is built",
                        file.display()
                    )))
                };
            }
            return Ok(self.machine.on_path(name));
        }
        let Some(assets) = &self.machine.assets else {
            return Ok(None);
        };
        let file = assets.join(name);
        if is_executable(&file) {
            return Ok(Some(file));
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
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watchdog::tests::silent;
    use std::os::unix::fs::PermissionsExt;

    fn program(folder: &Path, name: &str) -> PathBuf {
        let file = folder.join(name);
        std::fs::write(&file, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        file
    }

    /// A machine without Go: whatever would be built is a failure.
    fn machine(folder: &Path) -> Machine {
        Machine {
            assets: None,
            istioctl: None,
            path: folder.join("empty").into(),
            cache: folder.join("cache"),
            modules: Path::new(env!("CARGO_MANIFEST_DIR")).join("programs"),
        }
    }

    #[test]
    fn takes_the_programs_of_envtest_first() {
        let folder = tempfile::tempdir().unwrap();
        let etcd = program(folder.path(), "etcd");
        let programs = Programs::new(
            Machine {
                assets: Some(folder.path().to_owned()),
                ..machine(folder.path())
            },
            silent(),
        );
        assert_eq!(programs.path(Program::Etcd).unwrap(), etcd);
    }

    #[test]
    fn a_folder_without_the_program_is_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let programs = Programs::new(
            Machine {
                assets: Some(folder.path().to_owned()),
                ..machine(folder.path())
            },
            silent(),
        );
        let failure = programs.path(Program::Kubectl).unwrap_err().to_string();
        assert!(failure.contains("which has no kubectl"), "{failure}");
    }

    #[test]
    fn takes_istioctl_of_the_variable_then_of_the_path() {
        let (named, path) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = program(named.path(), "my-istioctl");
        let second = program(path.path(), "istioctl");
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

    #[test]
    fn a_missing_go_says_how_to_get_it() {
        let folder = tempfile::tempdir().unwrap();
        let programs = Programs::new(machine(folder.path()), silent());
        let failure = programs.path(Program::Etcd).unwrap_err();
        insta::assert_snapshot!(failure, @"etcd has to be built, which needs Go 1.26 or newer, and there is no `go` on the PATH: install it from https://go.dev/dl, or name built programs with KUBEBUILDER_ASSETS and ISTIOCTL");
    }
}
