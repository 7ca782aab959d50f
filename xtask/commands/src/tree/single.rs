//! One rendered file in a folder whose other files belong to somebody else.

use std::fs;
use std::io;
use std::path::Path;

use super::comparison::{Action, Change};
use super::{MARKER, apply, diff};
use support::Failure;

/// A rendered file, compared with the one on disk.
#[derive(Debug)]
pub struct SingleFile<'a> {
    path: &'a Path,
    old: Option<Vec<u8>>,
    new: &'a str,
}

impl<'a> SingleFile<'a> {
    /// Reads what is at `path`, where `new` belongs.
    ///
    /// # Errors
    /// - There is a file whose first line lacks [`MARKER`], or a symbolic link.
    /// - The file cannot be read.
    pub fn read(path: &'a Path, new: &'a str) -> Result<Self, Failure> {
        let failure = |what: &str| {
            Failure::new(format!(
                "{} {what} where a rendered file belongs; nothing was written: move or delete it, then run again",
                path.display()
            ))
        };
        if path.is_symlink() {
            return Err(failure("is a symbolic link"));
        }
        let old = match fs::read(path) {
            Ok(old) => Some(old),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failure(&format!("cannot be read ({error})"))),
        };
        if old.as_ref().is_some_and(|old| !old.starts_with(MARKER.as_bytes())) {
            return Err(failure("was not written by `cargo xtask render`"));
        }
        Ok(Self { path, old, new })
    }

    /// Whether the file already is what is rendered.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.old.as_deref() == Some(self.new.as_bytes())
    }

    /// Writes what [`SingleFile::write`] would change as a unified diff.
    ///
    /// # Errors
    /// When `output` cannot be written.
    pub fn diff(&self, output: &mut impl io::Write, colour: bool) -> io::Result<()> {
        let action = match &self.old {
            None => Action::Create { new: self.new },
            Some(old) => Action::Overwrite { old: old.clone(), new: self.new },
        };
        let change = Change { path: self.path.to_owned(), action };
        diff::write(Path::new(""), &[change], output, colour)
    }

    /// Writes the file in one step.
    ///
    /// # Errors
    /// If it cannot be written; then the old one stays as it was.
    pub fn write(&self) -> Result<(), Failure> {
        apply::write(self.path, self.new)
            .map_err(|error| Failure::new(format!("cannot write {}: {error}", self.path.display())))
    }
}
