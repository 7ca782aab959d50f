//! What every lane of `conformance` runs on: programs by others, servers, clusters, and a report. Knows no lane.
//!
//! - [`Programs`] finds a [`Program`], or builds it, runs commands to their end, starts servers and makes temporary
//!   folders. Whatever it starts or makes is gone when the run ends, however it ends.
//! - [`Process`] is a server, [`Cluster`] an API server with its etcd, and where asked with the controllers, the scheduler
//!   and simulated nodes. They end when they are dropped.
//! - [`Browser`] is a Chromium without a window, [`Tab`] a page in it.
//! - [`Report`] takes what a lane compared and found. What a lane finds is a finding; a [`Failure`] is why it could not do
//!   its work: a sentence with what, where and the way out.
//!
//! ```no_run
//! # use std::process::Command;
//! use harness::{Failure, Program, Programs, Report, ended};
//!
//! fn run(programs: &Programs, report: &mut Report) -> Result<(), Failure> {
//!     let folder = programs.temporary_folder()?;
//!     let mut command = Command::new(programs.path(Program::HELM)?);
//!     let output = programs.run(command.arg("lint").arg(folder.path()))?;
//!     if output.status.success() {
//!         report.compared(1, "charts linted");
//!     } else {
//!         report.finding(format!("helm {}", ended(output.status)));
//!     }
//!     Ok(())
//! }
//! ```

#![expect(
    clippy::missing_errors_doc,
    reason = "each `Failure` itself says what, where and the way out"
)]

mod browser;
mod cluster;
mod life;
mod process;
mod programs;
mod report;
mod watchdog;

pub use browser::{Browser, Form, Scheme, Tab};
pub use cluster::{ATTEMPTS, Applied, Cluster, READY, free_port, secret};
pub use process::{Process, Running, ended, refused};
pub use programs::{Program, Programs, cannot_write, minor_release};
pub use report::{Compared, Judge, Outcome, Report, progress};
pub use support::Failure;

use std::io;
use std::process::ExitCode;

use watchdog::Watchdog;

/// What `main` of a program with lanes does: reads its arguments, does its work, and leaves nothing behind.
///
/// The same program is started once more as the watchdog, so this has to come before anything else that `main` does.
pub fn main<T>(
    arguments: impl FnOnce() -> T,
    work: impl FnOnce(T, &Programs) -> ExitCode,
) -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == watchdog::ARGUMENT) {
        return watchdog::watch(io::stdin().lock());
    }
    let arguments = arguments();
    let watchdog = match Watchdog::start() {
        Ok(watchdog) => watchdog,
        Err(failure) => return failure.report(),
    };
    let code = match Programs::of_this_process(watchdog.clone()) {
        Ok(programs) => work(arguments, &programs),
        Err(failure) => failure.report(),
    };
    watchdog.finish();
    code
}
