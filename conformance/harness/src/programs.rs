//! The programs that judge: where they are, or how they come to be, and how they are run.
//!
//! Programs that the environment names come first: `KUBEBUILDER_ASSETS` is the folder that envtest uses, `ISTIOCTL` and
//! the `PATH` lead to istioctl. Everything else is built from the Go modules below `programs/`, once, into a cache; but for
//! Envoy, which a package of the Python Package Index carries, Mermaid, which one of the npm registry is, and what has to be
//! installed, such as RabbitMQ and Chromium, to which `RABBITMQ_SERVER`, `CHROMIUM` and their like or the `PATH` have to lead.

mod build;
#[cfg(test)]
mod build_tests;
mod find;
mod node;
mod table;
mod version;
mod wheel;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::Failure;
use crate::process::{self, Process, Running};
use crate::report::Judge;
use crate::watchdog::Watchdog;

use find::{Named, is_executable};
use table::Source;

pub use table::Program;
pub use version::minor_release;

/// The variable that names the folder of envtest.
const ASSETS: &str = "KUBEBUILDER_ASSETS";

/// What this machine says about programs.
struct Machine {
    /// What variables name, as far as they are set: [`ASSETS`], and those of programs.
    variables: BTreeMap<&'static str, PathBuf>,
    /// `PATH`.
    path: OsString,
    /// Where built programs are kept.
    cache: PathBuf,
    /// The folder of the Go modules.
    modules: PathBuf,
}

impl Machine {
    /// What the environment variables of this process say.
    fn of_this_process() -> Result<Self, Failure> {
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
        let variables = [
            ASSETS,
            "ISTIOCTL",
            "RABBITMQ_SERVER",
            "FLUENT_BIT",
            "POSTGRES",
            "REDIS_SERVER",
            "CHROMIUM",
        ];
        Ok(Self {
            variables: variables
                .into_iter()
                .filter_map(|name| Some((name, variable(name)?.into())))
                .collect(),
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

/// Finds programs, builds those that are nowhere, and runs them; whatever it starts ends with this run at the latest.
pub struct Programs {
    machine: Machine,
    watchdog: Watchdog,
    found: RefCell<BTreeMap<&'static str, Judge>>,
    used: RefCell<BTreeSet<&'static str>>,
}

impl Programs {
    /// Looks for programs on this machine; what it starts ends with `watchdog` at the latest.
    pub(crate) fn of_this_process(watchdog: Watchdog) -> Result<Self, Failure> {
        Ok(Self::of(Machine::of_this_process()?, watchdog))
    }

    fn of(machine: Machine, watchdog: Watchdog) -> Self {
        Self { machine, watchdog, found: RefCell::default(), used: RefCell::default() }
    }

    /// For tests: runs what they name, and ends it when it is dropped, but not where the test is killed.
    pub fn for_tests() -> Result<Self, Failure> {
        Self::of_this_process(Watchdog::silent()?)
    }

    /// The file of a program; builds its module where nothing names it and no earlier run has built it.
    pub fn path(&self, program: Program) -> Result<PathBuf, Failure> {
        self.used.borrow_mut().insert(program.name);
        if let Some(found) = self.found.borrow().get(program.name) {
            return Ok(found.path.clone());
        }
        let (path, version) = match (Named::find(&self.machine, program)?, program.source) {
            (Some(named), _) => {
                let version = named.version(&self.watchdog, program)?;
                (named.path, version)
            }
            (None, Source::Go(package)) => {
                let (folder, pinned) = build::folder(&self.machine, &self.watchdog, package)?;
                (folder.join(program.name), format!("built from {pinned}"))
            }
            (None, Source::Python(package)) => wheel::file(&self.machine, &self.watchdog, package)?,
            (None, Source::Node(package)) => node::file(&self.machine, &self.watchdog, package)?,
            (None, Source::Elsewhere(way_out)) => {
                return Err(Failure::new(format!(
                    "there is no {} on the PATH, and it cannot be built with Go: {way_out}",
                    program.name
                )));
            }
        };
        let judge = Judge { program: program.name, version, path: path.clone() };
        self.found.borrow_mut().insert(program.name, judge);
        Ok(path)
    }

    /// The first executable file of that name on the `PATH`: what a program by others needs of yet others.
    pub fn on_path(&self, name: &str) -> Option<PathBuf> {
        self.machine.on_path(name)
    }

    /// Runs a command to its end and returns what it printed, whatever its exit code.
    pub fn run(&self, command: &mut Command) -> Result<Output, Failure> {
        process::run(&self.watchdog, command)
    }

    /// Starts a server; what it prints goes to the file `log`, and its last lines into failures.
    pub fn start(
        &self,
        name: &'static str,
        command: &mut Command,
        log: PathBuf,
    ) -> Result<Process, Failure> {
        Process::start(&self.watchdog, name, command, log)
    }

    /// Starts a command that is talked to by its pipes.
    pub fn spawn(&self, command: &mut Command) -> io::Result<Running> {
        Running::start(&self.watchdog, command)
    }

    /// A folder that goes when it is dropped, and with this run at the latest.
    pub fn temporary_folder(&self) -> Result<TempDir, Failure> {
        self.watchdog.temporary_folder()
    }

    /// The programs that were asked for since this was last called.
    pub fn judges(&self) -> Vec<Judge> {
        let found = self.found.borrow();
        self.used.take().into_iter().filter_map(|name| found.get(name).cloned()).collect()
    }

    pub(crate) fn watchdog(&self) -> &Watchdog {
        &self.watchdog
    }
}

/// What to say where a file in a [temporary folder](Programs::temporary_folder) cannot be written.
pub fn cannot_write(file: &Path, error: &io::Error) -> Failure {
    Failure::new(format!(
        "cannot write {}: {error}; make room there or name another folder with TMPDIR",
        file.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watchdog::tests::silent;

    pub const MODULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/programs");

    /// A machine without Go: whatever would be built is a failure.
    pub fn machine(folder: &Path) -> Machine {
        Machine {
            variables: BTreeMap::new(),
            path: folder.join("empty").into(),
            cache: folder.join("cache"),
            modules: MODULES.into(),
        }
    }

    pub fn programs(machine: Machine) -> Programs {
        Programs::of(machine, silent())
    }

    #[test]
    fn a_missing_go_says_how_to_get_it() {
        let folder = tempfile::tempdir().unwrap();
        let failure = programs(machine(folder.path())).path(Program::ETCD).unwrap_err();
        insta::assert_snapshot!(failure, @"etcd has to be built, which needs Go 1.26 or newer, and there is no `go` on the PATH: install it from https://go.dev/dl, or name built programs with KUBEBUILDER_ASSETS and ISTIOCTL");
    }
}
