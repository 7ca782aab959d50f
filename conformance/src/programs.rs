//! The programs that judge: where they are, or how they come to be.
//!
//! Programs that the environment names come first: `KUBEBUILDER_ASSETS` is the folder that envtest uses, `ISTIOCTL` and
//! the `PATH` lead to istioctl. Everything else is built from the Go modules below `programs/`, once, into a cache; but for
//! RabbitMQ and Fluent Bit, which are not written in Go: `RABBITMQ_SERVER`, `FLUENT_BIT` or the `PATH` have to lead there.

mod build;
#[cfg(test)]
mod build_tests;
mod module;
mod named;
pub mod version;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::report::Judge;
use crate::watchdog::Watchdog;

use module::Module;
use named::{Named, is_executable};

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
    /// `helm template`.
    Helm,
    /// `kustomize build`.
    Kustomize,
    /// Rules as Prometheus reads and evaluates them.
    Promtool,
    /// Configuration as Alertmanager reads it.
    Amtool,
    /// The message broker.
    RabbitmqServer,
    /// The collector of logs.
    FluentBit,
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
            Self::Helm => "helm",
            Self::Kustomize => "kustomize",
            Self::Promtool => "promtool",
            Self::Amtool => "amtool",
            Self::RabbitmqServer => "rabbitmq-server",
            Self::FluentBit => "fluent-bit",
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
    /// `RABBITMQ_SERVER`.
    pub rabbitmq_server: Option<PathBuf>,
    /// `FLUENT_BIT`.
    pub fluent_bit: Option<PathBuf>,
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
            rabbitmq_server: variable("RABBITMQ_SERVER").map(PathBuf::from),
            fluent_bit: variable("FLUENT_BIT").map(PathBuf::from),
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
    found: RefCell<BTreeMap<Program, Found>>,
    used: RefCell<BTreeSet<Program>>,
}

/// A program that is there.
struct Found {
    path: PathBuf,
    /// Which it is, and why that one.
    version: String,
}

impl Programs {
    /// Looks for programs on `machine`; builds end with `watchdog` at the latest.
    pub fn new(machine: Machine, watchdog: Watchdog) -> Self {
        Self { machine, watchdog, found: RefCell::default(), used: RefCell::default() }
    }

    /// What ends every process of this run; lanes start theirs through it.
    pub fn watchdog(&self) -> &Watchdog {
        &self.watchdog
    }

    /// The folder for what may be kept between runs.
    pub fn cache(&self) -> &Path {
        &self.machine.cache
    }

    /// The first executable file of that name on the `PATH`: what a program by others needs of yet others.
    pub fn on_path(&self, name: &str) -> Option<PathBuf> {
        self.machine.on_path(name)
    }

    /// The file of a program; builds its module where nothing names it and no earlier run has built it.
    pub fn path(&self, program: Program) -> Result<PathBuf, Failure> {
        self.used.borrow_mut().insert(program);
        if let Some(found) = self.found.borrow().get(&program) {
            return Ok(found.path.clone());
        }
        let found = match Named::find(&self.machine, program)? {
            Some(named) => {
                Found { version: named.version(&self.watchdog, program)?, path: named.path }
            }
            None => self.built(program)?,
        };
        let path = found.path.clone();
        self.found.borrow_mut().insert(program, found);
        Ok(path)
    }

    /// The programs that were asked for since this was last called.
    pub fn judges(&self) -> Vec<Judge> {
        let found = self.found.borrow();
        let used = self.used.take();
        used.into_iter()
            .filter_map(|program| {
                let found = found.get(&program)?;
                Some(Judge {
                    program: program.name(),
                    version: found.version.clone(),
                    path: found.path.clone(),
                })
            })
            .collect()
    }

    fn built(&self, program: Program) -> Result<Found, Failure> {
        let module = Module::of(program).ok_or_else(|| named::missing(program))?;
        let folder = build::folder(&self.machine, &self.watchdog, module)?;
        let pinned = module
            .pinned(&self.machine.modules)
            .map_err(|error| build::unreadable(&self.machine, module, &error))?;
        Ok(Found { path: folder.join(program.name()), version: format!("built from {pinned}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watchdog::tests::silent;

    /// A machine without Go: whatever would be built is a failure.
    pub fn machine(folder: &Path) -> Machine {
        Machine {
            assets: None,
            istioctl: None,
            rabbitmq_server: None,
            fluent_bit: None,
            path: folder.join("empty").into(),
            cache: folder.join("cache"),
            modules: Path::new(env!("CARGO_MANIFEST_DIR")).join("programs"),
        }
    }

    #[test]
    fn a_missing_go_says_how_to_get_it() {
        let folder = tempfile::tempdir().unwrap();
        let programs = Programs::new(machine(folder.path()), silent());
        let failure = programs.path(Program::Etcd).unwrap_err();
        insta::assert_snapshot!(failure, @"etcd has to be built, which needs Go 1.26 or newer, and there is no `go` on the PATH: install it from https://go.dev/dl, or name built programs with KUBEBUILDER_ASSETS and ISTIOCTL");
    }
}
