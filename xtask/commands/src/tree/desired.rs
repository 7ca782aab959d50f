//! The rendered files as a checked set of places below the folder.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use super::{Error, MARKER};

/// The longest file name that the common file systems of Linux, macOS and Windows accept, in bytes.
const LONGEST_NAME: usize = 255;

/// What is rendered at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'files> {
    /// A file with these contents.
    File(&'files str),
    /// A folder of rendered files.
    Folder,
}

/// Rendered files and their folders, found regardless of case: some file systems do not tell the
/// difference, and a checkout may move between them.
#[derive(Debug)]
pub(super) struct Desired<'files> {
    files: &'files BTreeMap<PathBuf, String>,
    places: BTreeMap<String, (&'files str, Place<'files>)>,
}

impl<'files> Desired<'files> {
    /// Checks every path and the beginning of every file.
    pub(super) fn new(files: &'files BTreeMap<PathBuf, String>) -> Result<Self, Error> {
        let mut desired = Self { files, places: BTreeMap::new() };
        for (path, contents) in files {
            let text =
                check(path).map_err(|reason| Error::InvalidPath { path: path.clone(), reason })?;
            if !contents.starts_with(MARKER) {
                return Err(Error::NoMarker { path: path.clone() });
            }
            for (end, _) in text.match_indices('/') {
                desired.insert(&text[..end], Place::Folder)?;
            }
            desired.insert(text, Place::File(contents))?;
        }
        Ok(desired)
    }

    fn insert(&mut self, path: &'files str, place: Place<'files>) -> Result<(), Error> {
        match self.places.entry(path.to_lowercase()) {
            Entry::Vacant(entry) => {
                entry.insert((path, place));
                Ok(())
            }
            Entry::Occupied(entry) if *entry.get() == (path, place) => Ok(()),
            Entry::Occupied(entry) if entry.get().0 == path => Err(Error::InvalidPath {
                path: path.into(),
                reason: "is a file and also the folder of another file",
            }),
            Entry::Occupied(entry) => {
                Err(Error::SameButForCase { first: entry.get().0.into(), second: path.into() })
            }
        }
    }

    /// All files in the order of their paths.
    pub(super) fn files(&self) -> impl Iterator<Item = (&'files Path, &'files str)> {
        self.files.iter().map(|(path, contents)| (path.as_path(), contents.as_str()))
    }

    /// What is rendered at `path`, if anything, and whether its spelling is exactly the same.
    pub(super) fn at(&self, path: &Path) -> Option<(Place<'files>, bool)> {
        // Rendered paths are UTF-8, so any other path is not one of them.
        let text = path.to_str()?;
        let (spelling, place) = self.places.get(&text.to_lowercase())?;
        Some((*place, *spelling == text))
    }
}

/// Returns the path as text, or the reason why it is invalid.
fn check(path: &Path) -> Result<&str, &'static str> {
    let text = path.to_str().ok_or("is not UTF-8")?;
    for name in text.split('/') {
        if matches!(name, "" | "." | "..") {
            return Err("is not a plain path relative to the output folder");
        }
        if name.starts_with('.') {
            return Err("is hidden, as one of its parts begins with a dot");
        }
        if name.len() > LONGEST_NAME {
            return Err("has a part longer than 255 bytes");
        }
        if name.contains(char::is_control) {
            return Err("has a control character");
        }
    }
    if !is_rendered_name(path) {
        return Err("does not end in `.yaml`");
    }
    Ok(text)
}

/// Whether a file of this name can be one of ours.
pub(super) fn is_rendered_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml")
}
