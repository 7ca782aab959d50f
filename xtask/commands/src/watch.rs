//! `cargo xtask watch`: renders whenever a source is saved.

mod sources;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use clap::Args;
use support::{Failure, tell, workspace};

use crate::environment::EnvironmentName;
use programs::Running;

use sources::Sources;

/// Render whenever a source is saved, and print what changed
///
/// Renders once, then waits until a Rust or TOML file that the manifests depend on is saved, builds, and renders again: one
/// line for each environment, with the files that changed. Several saves in quick succession count as one. If the build
/// fails, the compiler's errors are printed, nothing is written, and the next save tries again; the same holds for a
/// platform with mistakes.
///
/// Keep it running beside the editor, and use `git diff snapshots` in another terminal. Ctrl-C ends it at any time: no file
/// is left half-written.
///
/// Exit codes: 130 ended with Ctrl-C, 2 could not run.
#[derive(Args)]
pub struct Arguments {
    /// Environments to render [default: all]
    #[arg(value_name = "ENV")]
    environments: Vec<EnvironmentName>,
}

/// Interval between looks at the sources.
const INTERVAL: Duration = Duration::from_millis(100);

/// Renders, and renders again after each change.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let root = workspace()?;
    let mut rendered = Sources::of(&root)?;
    loop {
        let ended_well = arguments.render(&root)?;
        tell(if ended_well { "watching" } else { "nothing was rendered; watching" });
        rendered = settled(&rendered, || {
            thread::sleep(INTERVAL);
            Sources::of(&root)
        })?;
    }
}

/// Waits until the sources have changed, and then stay the same for a moment: an editor may save several files, or one in
/// steps.
///
/// Changes saved during a build are noticed after it, because they are compared with the sources before it.
fn settled<T: Clone + PartialEq>(
    before: &T,
    mut look: impl FnMut() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut last = before.clone();
    loop {
        let now = look()?;
        if now == last && now != *before {
            return Ok(now);
        }
        last = now;
    }
}

impl Arguments {
    /// Builds the renderer and runs it; returns whether both succeeded. The user sees their output.
    fn render(&self, root: &Path) -> Result<bool, Failure> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(&cargo);
        command
            .args(["xtask", "render", "--names"])
            .args(self.environments.iter().map(ToString::to_string))
            .current_dir(root)
            .stdin(Stdio::null());
        let status = Running::start(&mut command).and_then(Running::wait).map_err(|error| {
            Failure::new(format!(
                "cannot start {} to build the renderer: {error}; install Rust with rustup",
                cargo.display()
            ))
        })?;
        Ok(status.success())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_saves_within_a_moment_are_one_change() {
        let mut seen =
            ["first", "first", "second", "third", "third", "never looked at"].into_iter();
        let settled =
            settled(&"first", || seen.next().ok_or_else(|| Failure::new("too many looks")));
        assert_eq!(settled.ok(), Some("third"));
        assert_eq!(seen.len(), 1);
    }

    #[test]
    fn a_save_that_is_taken_back_is_no_change() {
        let mut seen = ["first", "second", "first", "first"].into_iter();
        let settled = settled(&"first", || seen.next().ok_or_else(|| Failure::new("nothing more")));
        assert!(settled.is_err());
    }
}
