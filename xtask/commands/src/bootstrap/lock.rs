//! One run at a time from one checkout.

use std::fs::{self, File, TryLockError};
use std::io;

use rustix::io::{FdFlags, fcntl_setfd};
use support::{Failure, has_no_locks, in_workspace, tell};

use crate::environment::EnvironmentName;

/// Waits until no other run and none of its programs works, then keeps others waiting until the returned file is closed.
///
/// The programs that are started keep it open as well: what a run that was killed has left behind still holds the lock.
pub fn wait(name: EnvironmentName) -> Result<File, Failure> {
    let path = in_workspace("target")?.join(format!("bootstrap-{name}.lock"));
    let lock = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = File::options().create(true).append(true).open(&path)?;
        fcntl_setfd(&file, FdFlags::empty())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                tell(format_args!(
                    "Another run works on {name}, or what it has started still does: waiting until it ends ({} is locked)",
                    path.display()
                ));
                file.lock()?;
            }
            // Some network file systems have no locks: helm's own record is looked at in any case.
            Err(TryLockError::Error(error)) if has_no_locks(&error) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Ok(file)
    };
    lock().map_err(|error: io::Error| {
        Failure::new(format!(
            "cannot lock {}, which keeps two runs apart: {error}; make it writable, then run again",
            path.display()
        ))
    })
}
