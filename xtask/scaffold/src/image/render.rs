//! Renders an environment after an edit, so that the edit can be taken back.

use std::env;
use std::io::{self, IsTerminal as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use support::{Failure, Result, is_ignored, tell};

/// Builds the edited sources and renders an environment.
///
/// First it looks whether that can be done, and writes nothing; a signal ends that. Then it writes, which takes less than a second, and which
/// a signal waits for.
///
/// # Errors
/// If the sources do not compile, or the platform has mistakes: then no snapshot has changed.
pub fn run(root: &Path, environment: &str) -> Result<()> {
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        if !is_ignored(signal) {
            // Where that is impossible, a signal ends the process as it would have, and the next run renders.
            let _ = signal_hook::flag::register(signal, Arc::clone(&interrupted));
        }
    }
    if io::stderr().is_terminal() {
        tell(format_args!("building and rendering {environment}"));
    }
    let look = cargo(root, &["xtask", "render", environment, "--check"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output();
    let look = look.map_err(|error| unstartable(&error))?;
    if interrupted.load(Ordering::Relaxed) {
        return Err(Failure::new("interrupted"));
    }
    // 1 is a difference, which is what this is about.
    if !look.status.success() && look.status.code() != Some(1) {
        let failure = Failure::new(format!("{environment} does not render with the new tag"));
        return Err(failure.with_output(&String::from_utf8_lossy(&look.stderr)));
    }
    let write = cargo(root, &["xtask", "render", environment, "--names"]).process_group(0).status();
    let write: ExitStatus = write.map_err(|error| unstartable(&error))?;
    if !write.success() {
        return Err(Failure::new(format!(
            "{environment} could not be written as a whole: once there is room, `cargo xtask render {environment}` puts its snapshots right"
        )));
    }
    Ok(())
}

fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root).stdin(Stdio::null());
    command
}

fn unstartable(error: &std::io::Error) -> Failure {
    Failure::new(format!("cargo cannot be started to render: {error}; install Rust with rustup"))
}
