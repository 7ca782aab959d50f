//! Temporary folders that nobody has to clean up: they go when the work ends, however it ends, at the latest with the next run.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use released::is_temporary;
use rustix::fs::OFlags;
use tempfile::TempDir;

use crate::interruption;

/// How the folders are called; six letters or digits follow. `.gitignore` knows it.
const PREFIX: &str = ".import-";

/// A temporary folder, locked as long as its owner lives.
pub struct Scratch {
    folder: TempDir,
    /// Taken by the system from a process that is killed, which is how the next one sees that nobody uses the folder any more.
    _lock: File,
}

impl Scratch {
    /// A new folder below another one, in which what killed runs of this user have left is removed.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn create(parent: &Path) -> io::Result<Self> {
        loop {
            let folder = interruption::registered(|| {
                let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
                Ok::<_, io::Error>((folder.path().to_owned(), folder))
            })?;
            let lock = match open(folder.path()) {
                Ok(lock) => lock,
                // Another run has just swept it away: it was not locked yet.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            // Some network file systems have no locks, and there nobody sweeps.
            if let Err(fs::TryLockError::WouldBlock) = lock.try_lock() {
                continue;
            }
            if folder.path().is_dir() {
                sweep(parent, folder.path(), lock.metadata()?.uid());
                return Ok(Self { folder, _lock: lock });
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders below `parent` with exactly such a name that belong to this user and that nobody holds.
fn sweep(parent: &Path, own: &Path, user: u32) {
    for entry in fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if path == own || !is_temporary(&entry.file_name(), PREFIX) {
            continue;
        }
        let Ok(folder) = open(&path) else { continue };
        let is_own = folder.metadata().is_ok_and(|metadata| metadata.uid() == user);
        if is_own && folder.try_lock().is_ok() {
            // Another run may do the same.
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// A folder that is none by way of a link.
fn open(path: &Path) -> io::Result<File> {
    let flags = (OFlags::DIRECTORY | OFlags::NOFOLLOW).bits();
    OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path)
}
