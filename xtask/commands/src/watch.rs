//! `cargo xtask watch`: renders whenever a source is saved.

mod sources;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use clap::Args;
use support::{Failure, workspace};

use crate::environment::EnvironmentName;

use sources::Sources;

/// Render whenever a source is saved, and print what changed
///
/// Renders once, then waits for a file of Rust or TOML to be saved that the manifests are made of, builds, and renders again: a
/// line for each environment, with the files that changed. Several saves within a moment are one. A build that fails
/// prints the compiler's errors, nothing is written, and the next save tries again; so does a platform with mistakes.
///
/// Keep it running beside the editor, and `git diff snapshots` in another terminal. Ctrl-C ends it, at any time: every file
/// is whole.
///
/// Exit codes: 130 ended with Ctrl-C, 2 could not run.
#[derive(Args)]
pub struct Arguments {
    /// Environments to render; all of them where none is named
    #[arg(value_name = "ENV")]
    environments: Vec<EnvironmentName>,

    /// Watch this workspace instead of the one that this program was built from
    #[arg(long, value_name = "DIR", hide = true)]
    workspace: Option<PathBuf>,
}

/// How often the sources are looked at.
const INTERVAL: Duration = Duration::from_millis(100);

/// Renders, and renders again after each change.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let root = arguments.workspace.as_deref().unwrap_or(workspace());
    let mut rendered = Sources::of(root)?;
    loop {
        let ended_well = arguments.render(root)?;
        eprintln!("{}", if ended_well { "watching" } else { "nothing was rendered; watching" });
        rendered = changed(root, &rendered)?;
    }
}

/// Waits until the sources are others, and as they were a moment before: an editor may save several files, or one in steps.
///
/// What is saved while a build runs differs from what was there before it, and is noticed afterwards.
fn changed(root: &Path, before: &Sources) -> Result<Sources, Failure> {
    let mut last = before.clone();
    loop {
        thread::sleep(INTERVAL);
        let now = Sources::of(root)?;
        if now == last && now != *before {
            return Ok(now);
        }
        last = now;
    }
}

impl Arguments {
    /// Builds the renderer and runs it; says whether both ended well. What they print, people see.
    fn render(&self, root: &Path) -> Result<bool, Failure> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(&cargo)
            .args(["xtask", "render", "--names"])
            .args(self.environments.iter().map(ToString::to_string))
            .current_dir(root)
            .stdin(Stdio::null())
            .status()
            .map_err(|error| {
                Failure::new(format!(
                    "cannot start {} to build the renderer: {error}; install Rust with rustup",
                    cargo.display()
                ))
            })?;
        Ok(status.success())
    }
}
