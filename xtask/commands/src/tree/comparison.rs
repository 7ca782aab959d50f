//! Reads the folder and decides what has to change, without writing anything.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::desired::{Desired, Place, is_rendered_name};
use super::root::Root;
use super::{Counts, Error, MARKER, Obstacle};

/// Prefix and suffix of a temporary file's name; between them is the process id.
pub(super) const TEMPORARY_NAME: (&str, &str) = (".", ".render-tmp");

/// One file that has to change.
#[derive(Debug)]
pub(super) struct Change<'files> {
    /// Relative to the root.
    pub(super) path: PathBuf,
    pub(super) action: Action<'files>,
}

/// What has to happen to a file.
#[derive(Debug)]
pub(super) enum Action<'files> {
    Create { new: &'files str },
    Overwrite { old: Vec<u8>, new: &'files str },
    Remove { old: Vec<u8> },
}

/// The folder's files, compared with the rendered ones.
#[derive(Debug, Default)]
pub(super) struct Comparison<'files> {
    /// Ordered by path.
    pub(super) changes: Vec<Change<'files>>,
    unchanged: usize,
    /// Ordered by path; each begins with the root as given.
    pub(super) foreign: Vec<PathBuf>,
    /// Temporary files of interrupted runs, relative to the root.
    pub(super) leftovers: Vec<PathBuf>,
}

impl<'files> Comparison<'files> {
    /// Reads everything below `root`, each file once; `None` counts as an empty folder.
    pub(super) fn of(root: Option<&Root>, desired: &Desired<'files>) -> Result<Self, Error> {
        let mut comparison = Self::default();
        let mut seen = HashSet::new();
        if let Some(root) = root {
            let mut walk = Walk { root, desired, seen: &mut seen, comparison: &mut comparison };
            walk.folder(Path::new(""))?;
        }
        for (path, new) in desired.files() {
            if !seen.contains(path) {
                comparison.change(path.to_owned(), Action::Create { new });
            }
        }
        comparison.changes.sort_by(|a, b| a.path.cmp(&b.path));
        comparison.foreign.sort();
        Ok(comparison)
    }

    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts { unchanged: self.unchanged, ..Counts::default() };
        for change in &self.changes {
            match change.action {
                Action::Create { .. } => counts.created += 1,
                Action::Overwrite { .. } => counts.changed += 1,
                Action::Remove { .. } => counts.removed += 1,
            }
        }
        counts
    }

    fn change(&mut self, path: PathBuf, action: Action<'files>) {
        self.changes.push(Change { path, action });
    }
}

/// Walks through the folder; what is removed meanwhile counts as absent.
struct Walk<'a, 'files> {
    root: &'a Root<'a>,
    desired: &'a Desired<'files>,
    seen: &'a mut HashSet<PathBuf>,
    comparison: &'a mut Comparison<'files>,
}

impl<'files> Walk<'_, 'files> {
    fn folder(&mut self, path: &Path) -> Result<(), Error> {
        let read = |source| Error::Read { path: self.root.given(path), source };
        let Some(entries) = if_there(fs::read_dir(self.root.resolved(path))).map_err(read)? else {
            return Ok(());
        };
        let mut entries = entries.collect::<io::Result<Vec<_>>>().map_err(read)?;
        // Which of two obstacles is reported must not depend on the file system's order.
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = path.join(entry.file_name());
            if let Some(kind) = self.read(&path, entry.file_type())? {
                self.entry(path, kind)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, path: PathBuf, kind: fs::FileType) -> Result<(), Error> {
        let desired = self.desired.at(&path);
        if kind.is_dir() {
            return match desired {
                Some((Place::File(_), _)) => Err(self.refuse(&path, Obstacle::Folder)),
                _ => self.folder(&path),
            };
        }
        if kind.is_file() {
            return match desired {
                Some((Place::Folder, _)) => Err(self.refuse(&path, Obstacle::File)),
                Some((Place::File(new), true)) => self.rendered_path(path, new),
                // On a file system that ignores case, this is where the rendered file would go.
                Some((Place::File(_), false)) if !self.remove_if_ours(&path)? => {
                    Err(self.refuse(&path, Obstacle::ForeignFile))
                }
                Some((Place::File(_), false)) => Ok(()),
                None => self.other_path(path),
            };
        }
        if desired.is_some() {
            let obstacle =
                if kind.is_symlink() { Obstacle::SymbolicLink } else { Obstacle::Special };
            return Err(self.refuse(&path, obstacle));
        }
        if kind.is_symlink() || reaches_the_cluster(&path) {
            self.comparison.foreign.push(self.root.given(&path));
        }
        Ok(())
    }

    /// A file where a rendered one belongs.
    fn rendered_path(&mut self, path: PathBuf, new: &'files str) -> Result<(), Error> {
        let Some(old) = self.contents(&path)? else {
            return Ok(());
        };
        if old == new.as_bytes() {
            self.comparison.unchanged += 1;
        } else if is_ours(&old) {
            self.comparison.change(path.clone(), Action::Overwrite { old, new });
        } else {
            return Err(self.refuse(&path, Obstacle::ForeignFile));
        }
        self.seen.insert(path);
        Ok(())
    }

    /// A file where nothing is rendered.
    fn other_path(&mut self, path: PathBuf) -> Result<(), Error> {
        if is_temporary(&path) {
            self.comparison.leftovers.push(path);
        } else if !self.remove_if_ours(&path)? && reaches_the_cluster(&path) {
            self.comparison.foreign.push(self.root.given(&path));
        }
        Ok(())
    }

    fn remove_if_ours(&mut self, path: &Path) -> Result<bool, Error> {
        if !is_rendered_name(path) {
            return Ok(false);
        }
        match self.contents(path)? {
            Some(old) if is_ours(&old) => {
                self.comparison.change(path.to_owned(), Action::Remove { old });
                Ok(true)
            }
            Some(_) => Ok(false),
            None => Ok(true),
        }
    }

    fn contents(&self, path: &Path) -> Result<Option<Vec<u8>>, Error> {
        self.read(path, fs::read(self.root.resolved(path)))
    }

    fn read<T>(&self, path: &Path, result: io::Result<T>) -> Result<Option<T>, Error> {
        if_there(result).map_err(|source| Error::Read { path: self.root.given(path), source })
    }

    fn refuse(&self, path: &Path, obstacle: Obstacle) -> Error {
        Error::Refused { path: self.root.given(path), obstacle }
    }
}

/// Turns "no such file" into `None`: the file was removed concurrently.
pub(super) fn if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_ours(contents: &[u8]) -> bool {
    contents.starts_with(MARKER.as_bytes())
}

fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let (begin, end) = TEMPORARY_NAME;
    name.starts_with(begin.as_bytes()) && name.ends_with(end.as_bytes())
}

/// Whether Argo CD would deploy a file of this name, or read its folder differently because of it.
fn reaches_the_cluster(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "Kustomization")
        || path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| matches!(extension, "yaml" | "yml" | "json" | "jsonnet"))
}
