//! Whether a process runs, without taking its number from it.

use std::io;
use std::process::Child;

use rustix::io::Errno;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// What has become of a process that this one has started.
pub enum Life {
    /// It runs.
    Running,
    /// Its number is still its own.
    Ended,
    /// Its number may belong to others.
    WaitedFor,
}

/// Looks at a process without waiting for it in the sense of the system: it keeps its number.
pub fn life(child: &Child, options: WaitIdOptions) -> io::Result<Life> {
    let process = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let process = process.ok_or_else(|| io::Error::other("it has no number"))?;
    let options = options | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    loop {
        match waitid(WaitId::Pid(process), options) {
            Ok(Some(_)) => return Ok(Life::Ended),
            Ok(None) => return Ok(Life::Running),
            Err(Errno::CHILD) => return Ok(Life::WaitedFor),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
