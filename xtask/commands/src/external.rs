//! Other programs of these sources: too heavy to link after every edit of a service.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};

use clap::Args;
use support::{Failure, workspace};

/// Arguments that are passed on to the program unchanged, including `--help`.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct External {
    /// Arguments of the program
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<OsString>,
}

/// A program that has a package of its own.
#[derive(Clone, Copy)]
pub enum Program {
    /// Writes new services, tools and environments, and edits tags of images.
    Scaffold,
    /// Writes comments and pull requests on GitHub.
    PullRequest,
    /// Generates types from CRDs and charts.
    Import,
    /// Checks clusters against the schema of eksctl.
    EksctlSchema,
    /// Checks the manifests of the environments that it is built with.
    Conformance,
    /// Speaks to a live cluster.
    Cluster,
}

impl Program {
    /// Packages are called like their folders.
    fn package(self) -> &'static str {
        self.folder().rsplit('/').next().unwrap_or_default()
    }

    /// The folder of the package in a workspace that has it.
    fn folder(self) -> &'static str {
        match self {
            Self::Scaffold => "xtask/scaffold",
            Self::PullRequest => "xtask/pull-request",
            Self::Import => "xtask/import",
            Self::EksctlSchema => "xtask/eksctl-schema",
            Self::Conformance => "conformance",
            Self::Cluster => "xtask/cluster",
        }
    }

    /// How Cargo finds the package: in this workspace, or in the sources that the commands were built from, which are there for a
    /// dependency by path or by Git.
    fn arguments(self, workspace: &Path) -> Result<Vec<OsString>, Failure> {
        let own = workspace.join(self.folder()).join("Cargo.toml");
        if own.is_file() {
            // Another package of the same name may be among the dependencies.
            return Ok(vec!["--manifest-path".into(), own.into()]);
        }
        if let Self::Conformance = self {
            return Err(Failure::new(format!(
                "{} is not there, and the lanes beside the commands would judge the environments there: add a package with yours, as \
                 docs/your-own-platform.md of the commands' repository describes",
                own.display()
            )));
        }
        let sources =
            Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new(""));
        let manifest = sources.join(self.folder()).join("Cargo.toml");
        if !manifest.is_file() {
            return Err(Failure::new(format!(
                "{} is not there: the commands were built from sources that have been moved or removed \
                 since; run `cargo clean --package commands`, then run again",
                manifest.display()
            )));
        }
        let mut arguments = vec!["--manifest-path".into(), manifest.into(), "--locked".into()];
        if let Some(target) = target_folder() {
            arguments.extend(["--target-dir".into(), target.into()]);
        }
        Ok(arguments)
    }
}

/// The target folder that this program was built into, whatever has set it: that of the other workspace may not be writable.
fn target_folder() -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    Some(program.ancestors().nth(2)?.to_owned())
}

impl External {
    /// With arguments that a command has read itself.
    pub fn of(options: Vec<OsString>) -> Self {
        Self { options }
    }

    /// Builds a program and replaces this process with it, so that signals and exit codes are its own; `words` come before the
    /// options. It works on this workspace, wherever its own sources are.
    ///
    /// Only returns if the program cannot be started.
    pub fn start(&self, program: Program, words: &[&str]) -> Result<ExitCode, Failure> {
        let workspace = workspace()?;
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = process::Command::new(&cargo);
        command.arg("run");
        // The first build takes a minute: Cargo shows its progress on a terminal.
        if !io::stderr().is_terminal() {
            command.arg("--quiet");
        }
        command.args(program.arguments(&workspace)?).arg("--").args(words).args(&self.options);
        let error = command.env(support::WORKSPACE, workspace).exec();
        Err(Failure::new(format!(
            "cannot start {} to build the program {}: {error}; install Rust with rustup",
            cargo.display(),
            program.package()
        )))
    }
}
