//! Where rendered files belong, and how to get there without following a symbolic link.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use support::tell;

use super::folder::{Folder, Kind};
use super::{Error, Form, Obstacle};

/// A folder: what somebody has named, which may be reached through symbolic links, and the way from there, on which none is followed.
#[derive(Clone, Debug)]
pub struct Location {
    base: PathBuf,
    below: PathBuf,
    form: Form,
}

impl Location {
    /// The folder `below`, a path of plain names or an empty one, in the folder `base`.
    #[must_use]
    pub fn new(base: impl Into<PathBuf>, below: impl Into<PathBuf>) -> Self {
        Self { base: base.into(), below: below.into(), form: Form::MANIFESTS }
    }

    /// The same folder for rendered files of another form.
    #[must_use]
    pub fn of(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// What the rendered files in it have in common.
    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// The path to show to people.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        if self.below.as_os_str().is_empty() {
            return self.base.clone();
        }
        self.base.join(&self.below)
    }

    /// Opens the folder; `None` if it does not exist yet.
    pub(super) fn open(&self) -> Result<Option<Folder>, Error> {
        let Some(mut folder) = self.open_base()? else { return Ok(None) };
        let mut path = self.base.clone();
        for name in self.names() {
            path.push(name);
            match folder.open(name) {
                Ok(inner) => folder = inner,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(not_a_folder(&folder, name, path, error)),
            }
        }
        Ok(Some(folder))
    }

    /// Opens the folder, or makes it for this many changes.
    pub(super) fn open_or_make(&self, planned: usize) -> Result<Folder, Error> {
        let write =
            |path: &Path, source| Error::Write { path: path.to_owned(), source, done: 0, planned };
        let mut folder = if let Some(folder) = self.open_base()? {
            folder
        } else {
            let made = fs::create_dir_all(&self.base).and_then(|()| Folder::reach(&self.base));
            made.map_err(|source| write(&self.base, source))?
        };
        let mut path = self.base.clone();
        for name in self.names() {
            path.push(name);
            folder = match folder.open_or_make(name) {
                Ok((inner, false)) => inner,
                Ok((inner, true)) => {
                    folder.sync().map_err(|source| write(&path, source))?;
                    inner
                }
                Err(error) => match not_a_folder(&folder, name, path.clone(), error) {
                    Error::Read { path, source } => return Err(write(&path, source)),
                    refused => return Err(refused),
                },
            };
        }
        Ok(folder)
    }

    fn names(&self) -> impl Iterator<Item = &OsStr> {
        self.below.iter()
    }

    fn open_base(&self) -> Result<Option<Folder>, Error> {
        let refused =
            |path: &Path, obstacle| Err(Error::Refused { path: path.to_owned(), obstacle });
        match Folder::reach(&self.base) {
            Ok(folder) => Ok(Some(folder)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Creating the folder would fail with an error that does not name the cause.
                let dangling = |path: &&Path| path.is_symlink() && !path.exists();
                match self.base.ancestors().find(dangling) {
                    Some(link) => refused(link, Obstacle::DanglingLink),
                    None => Ok(None),
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                refused(&self.base, Obstacle::File)
            }
            Err(source) => Err(Error::Read { path: self.base.clone(), source }),
        }
    }

    /// Locks the open folder; says so where another run makes it wait.
    pub(super) fn lock(&self, folder: &Folder) -> Result<(), Error> {
        let read = |source| Error::Read { path: self.path(), source };
        // Most runs end before anybody wonders.
        for _ in 0..20 {
            if folder.try_lock().map_err(read)? {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        tell(format_args!(
            "another run writes to {}; this one goes on when that one ends",
            self.path().display()
        ));
        folder.lock().map_err(read)
    }
}

/// Why a name could not be opened as a folder.
fn not_a_folder(parent: &Folder, name: &OsStr, path: PathBuf, source: io::Error) -> Error {
    let obstacle = match parent.kind(name) {
        Ok(Some(Kind::SymbolicLink)) => Obstacle::SymbolicLink,
        Ok(Some(Kind::File)) => Obstacle::File,
        Ok(Some(Kind::Special)) => Obstacle::Special,
        _ => return Error::Read { path, source },
    };
    Error::Refused { path, obstacle }
}
