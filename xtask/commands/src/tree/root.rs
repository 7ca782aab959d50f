//! The folder to bring up to date: as the user named it, and where it really is.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{Error, Obstacle};

/// An existing folder, its symbolic links resolved once.
pub(super) struct Root<'a> {
    given: &'a Path,
    resolved: PathBuf,
}

impl<'a> Root<'a> {
    /// Returns `None` if the folder does not exist yet.
    pub(super) fn find(given: &'a Path) -> Result<Option<Self>, Error> {
        let refused = |obstacle| Error::Refused { path: given.to_owned(), obstacle };
        let read = |source| Error::Read { path: given.to_owned(), source };
        match fs::canonicalize(given) {
            Ok(resolved) if fs::metadata(&resolved).map_err(read)?.is_dir() => {
                Ok(Some(Self { given, resolved }))
            }
            Ok(_) => Err(refused(Obstacle::File)),
            // A dangling link: creating the folder would fail with an error that does not name the cause.
            Err(error) if error.kind() == io::ErrorKind::NotFound && given.is_symlink() => {
                Err(refused(Obstacle::DanglingLink))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(read(error)),
        }
    }

    /// Finds the folder, or creates it.
    pub(super) fn find_or_create(given: &'a Path) -> Result<Self, io::Error> {
        fs::create_dir_all(given)?;
        Ok(Self { given, resolved: fs::canonicalize(given)? })
    }

    /// Locks the folder, waiting for other runs; dropping the returned handle unlocks it.
    pub(super) fn lock(&self) -> io::Result<File> {
        let folder = File::open(&self.resolved)?;
        match folder.lock() {
            // Some network file systems have no locks; there the user has to avoid two runs at once.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(folder),
            locked => locked.map(|()| folder),
        }
    }

    /// The path to show to people.
    pub(super) fn given(&self, relative: &Path) -> PathBuf {
        self.given.join(relative)
    }

    /// The path to work with.
    pub(super) fn resolved(&self, relative: &Path) -> PathBuf {
        self.resolved.join(relative)
    }
}
