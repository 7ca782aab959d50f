//! One rendered file in a folder whose other files belong to somebody else.

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;

use super::folder::{Folder, Kind, if_there};
use super::location::Location;
use super::survey::{is_temporary_name, may_be_temporary};
use super::{Error, Obstacle, apply, diff};

/// A rendered file, compared with the one on disk.
#[derive(Debug)]
pub struct SingleFile<'a> {
    folder: Location,
    name: &'a str,
    old: Option<Vec<u8>>,
    new: Option<&'a str>,
}

impl<'a> SingleFile<'a> {
    /// Reads the file of this name in a folder, where `new` belongs, or no rendered file at all.
    ///
    /// # Errors
    /// - There is a symbolic link or a folder in its place, or, where `new` belongs, a file whose first line lacks the marker of the
    ///   folder's [`Form`](super::Form).
    /// - A symbolic link or a file is on the way to its folder.
    /// - The file cannot be read.
    pub fn read(folder: Location, name: &'a str, new: Option<&'a str>) -> Result<Self, Error> {
        let path = folder.path().join(name);
        let old = match folder.open()? {
            Some(open) => old(&open, name.as_ref(), new, folder.form().marker.as_bytes())
                .map_err(|source| Error::Read { path: path.clone(), source })?,
            None => Ok(None),
        };
        match old {
            Ok(old) => Ok(Self { folder, name, old, new }),
            Err(obstacle) => Err(Error::Refused { path, obstacle }),
        }
    }

    /// The path to show to people.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.path().join(self.name)
    }

    /// Whether the file already is what is rendered.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.old.as_deref() == self.new.map(str::as_bytes)
    }

    /// Writes what [`SingleFile::write`] would change as a unified diff.
    ///
    /// # Errors
    /// When `output` cannot be written.
    pub fn diff(&self, output: &mut impl io::Write, colour: bool) -> io::Result<()> {
        diff::write(&self.path(), self.old.as_deref(), self.new, output, colour)
    }

    /// Writes or removes the file in one step.
    ///
    /// # Errors
    /// - If it cannot be written; then the old one stays as it was.
    /// - Those of [`SingleFile::read`], if something has changed since.
    pub fn write(&self) -> Result<(), Error> {
        let folder = self.folder.open_or_make(1)?;
        self.folder.lock(&folder)?;
        // Somebody may have changed it since.
        let now = Self::read(self.folder.clone(), self.name, self.new)?;
        now.replace(&folder).map_err(|source| Error::Write {
            path: self.path(),
            source,
            done: 0,
            planned: 1,
        })
    }

    fn replace(&self, folder: &Folder) -> io::Result<()> {
        let marker = self.folder.form().marker.as_bytes();
        for (name, kind) in folder.entries()? {
            if kind == Kind::File && is_temporary_name(&name) {
                let mut start = Vec::new();
                let there = if_there(folder.read(&name, marker.len(), &mut start))?;
                if there.is_some() && may_be_temporary(&start, marker) {
                    folder.remove(&name)?;
                }
            }
        }
        if self.is_current() {
            return Ok(());
        }
        let Some(new) = self.new else {
            folder.remove(self.name.as_ref())?;
            return folder.sync();
        };
        let temporary = apply::create(folder, new, &mut (1..), true)?;
        folder.rename(&temporary, self.name.as_ref()).inspect_err(|_| {
            // The cause matters more than an error of the clean-up, which the next run repeats.
            let _ = folder.remove(&temporary);
        })?;
        folder.sync()
    }
}

/// The rendered file that is there, or what is in its way.
fn old(
    folder: &Folder,
    name: &OsStr,
    new: Option<&str>,
    marker: &[u8],
) -> io::Result<Result<Option<Vec<u8>>, Obstacle>> {
    match folder.kind(name)? {
        None => return Ok(Ok(None)),
        Some(Kind::File) => {}
        // What is not rendered has nothing in its way.
        Some(_) if new.is_none() => return Ok(Ok(None)),
        Some(Kind::SymbolicLink) => return Ok(Err(Obstacle::SymbolicLink)),
        Some(Kind::Folder) => return Ok(Err(Obstacle::Folder)),
        Some(Kind::Special) => return Ok(Err(Obstacle::Special)),
    }
    let mut old = Vec::new();
    if if_there(folder.read(name, marker.len(), &mut old))?.is_none() {
        return Ok(Ok(None));
    }
    if old == marker {
        old.clear();
        return Ok(Ok(if_there(folder.read(name, usize::MAX, &mut old))?.map(|()| old)));
    }
    Ok(if new.is_some() { Err(Obstacle::ForeignFile) } else { Ok(None) })
}
