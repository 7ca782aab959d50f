//! Reads the folder and decides what has to change, without writing anything.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::desired::{Bundle, Desired, RenderedFile};
use super::folder::{Folder, Kind, if_there};
use super::{Counts, Error, Obstacle};

/// Prefix and suffix of a temporary file's name; between them is a number.
const TEMPORARY_NAME: (&str, &str) = (".", ".render-tmp");

/// One file that has to change.
#[derive(Debug)]
pub(super) struct Change<'files> {
    /// Relative to the root: the folder and the name.
    pub(super) path: Cow<'files, Path>,
    pub(super) action: Action<'files>,
}

/// What has to happen to a file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action<'files> {
    Create(RenderedFile<'files>),
    Overwrite(RenderedFile<'files>),
    /// It is no longer rendered.
    Remove,
    /// It is rendered in another spelling, and may be the same file.
    MakeWay,
}

/// The folder's files, compared with the rendered ones.
#[derive(Debug, Default)]
pub(super) struct Survey<'files> {
    /// Ordered by path.
    pub(super) changes: Vec<Change<'files>>,
    unchanged: usize,
    /// Ordered by path; each begins with the root as shown.
    pub(super) foreign: Vec<PathBuf>,
    /// Temporary files of interrupted runs, relative to the root.
    pub(super) leftovers: Vec<PathBuf>,
}

impl<'files> Survey<'files> {
    /// Reads the folders in `root`, each file once; `None` counts as an empty folder.
    pub(super) fn of(
        root: Option<&Folder>,
        shown: &Path,
        desired: &Desired<'files>,
    ) -> Result<Self, Error> {
        let mut walk = Walk {
            shown,
            desired,
            survey: Self::default(),
            visited: BTreeSet::new(),
            old: Vec::new(),
        };
        if let Some(root) = root {
            walk.root(root)?;
        }
        let Walk { mut survey, visited, .. } = walk;
        for bundle in desired.bundles().filter(|bundle| !visited.contains(bundle.name)) {
            bundle.files().for_each(|file| survey.create(file));
        }
        survey.changes.sort_by(|left, right| left.path.cmp(&right.path));
        survey.foreign.sort();
        Ok(survey)
    }

    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts { unchanged: self.unchanged, ..Counts::default() };
        for change in &self.changes {
            match change.action {
                Action::Create(_) => counts.created += 1,
                Action::Overwrite(_) => counts.changed += 1,
                Action::Remove | Action::MakeWay => counts.removed += 1,
            }
        }
        counts
    }

    fn create(&mut self, file: RenderedFile<'files>) {
        self.change(Cow::Borrowed(file.path), Action::Create(file));
    }

    fn change(&mut self, path: Cow<'files, Path>, action: Action<'files>) {
        self.changes.push(Change { path, action });
    }
}

impl<'files> Change<'files> {
    /// The folder and the name of the file.
    pub(super) fn place(&self) -> (&OsStr, &OsStr) {
        let mut names = self.path.iter();
        (names.next().unwrap_or_default(), names.next().unwrap_or_default())
    }

    /// What is to be written, if anything.
    pub(super) fn written(&self) -> Option<RenderedFile<'files>> {
        match self.action {
            Action::Create(file) | Action::Overwrite(file) => Some(file),
            Action::Remove | Action::MakeWay => None,
        }
    }
}

/// Walks through the folders of the root; what is removed meanwhile counts as absent.
struct Walk<'a, 'files> {
    shown: &'a Path,
    desired: &'a Desired<'files>,
    survey: Survey<'files>,
    /// Folders of rendered files that are there.
    visited: BTreeSet<&'files str>,
    old: Vec<u8>,
}

impl<'files> Walk<'_, 'files> {
    fn root(&mut self, root: &Folder) -> Result<(), Error> {
        let desired = self.desired;
        for (name, kind) in self.entries(root, Path::new(""))? {
            let bundle = desired.bundle(&name);
            if kind == Kind::Folder {
                self.folder(root, &name, bundle)?;
            } else {
                self.other(Path::new(&name), kind, bundle.map(|_| Obstacle::File))?;
            }
        }
        Ok(())
    }

    fn folder(
        &mut self,
        root: &Folder,
        name: &OsStr,
        bundle: Option<&Bundle<'files>>,
    ) -> Result<(), Error> {
        let path = Path::new(name);
        let folder = match root.open(name) {
            Ok(folder) => folder,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            // Something else has taken its place, if it is not just unreadable.
            Err(source) => {
                return match self.present(path, root.kind(name))? {
                    None => Ok(()),
                    Some(Kind::Folder) => Err(self.unreadable(path, source)),
                    Some(kind) => self.other(path, kind, bundle.map(|_| Obstacle::File)),
                };
            }
        };
        let exact = bundle.filter(|bundle| name == bundle.name);
        let mut there = BTreeSet::new();
        for (file, kind) in self.entries(&folder, path)? {
            let path = path.join(&file);
            match (kind, bundle.and_then(|bundle| bundle.file(&file))) {
                (Kind::File, Some(rendered)) if exact.is_some() && file == rendered.name => {
                    if self.compare(&folder, rendered)? {
                        there.insert(rendered.name);
                    }
                }
                // On a file system that ignores case, this is where the rendered file would go.
                (Kind::File, Some(_)) => {
                    if !self.remove_if_ours(&folder, &path, &file, Action::MakeWay)? {
                        return Err(self.refuse(&path, Obstacle::ForeignFile));
                    }
                }
                (Kind::File, None) => {
                    if self.is_leftover(&folder, &path, &file)? {
                        self.survey.leftovers.push(path);
                    } else if !self.remove_if_ours(&folder, &path, &file, Action::Remove)? {
                        self.other(&path, kind, None)?;
                    }
                }
                (Kind::Folder, None) => {}
                (_, rendered) => self.other(&path, kind, rendered.map(|_| Obstacle::Folder))?,
            }
        }
        if let Some(bundle) = exact {
            self.visited.insert(bundle.name);
            for file in bundle.files().filter(|file| !there.contains(file.name)) {
                self.survey.create(file);
            }
        }
        Ok(())
    }

    /// What is neither rendered nor a folder to look into; an obstacle of the `wrong` kind where something rendered belongs.
    fn other(&mut self, path: &Path, kind: Kind, wrong: Option<Obstacle>) -> Result<(), Error> {
        if let Some(wrong) = wrong {
            let obstacle = match kind {
                Kind::SymbolicLink => Obstacle::SymbolicLink,
                Kind::Special => Obstacle::Special,
                Kind::File | Kind::Folder => wrong,
            };
            return Err(self.refuse(path, obstacle));
        }
        let is_deployed = self.desired.form.is_deployed;
        if is_deployed && (kind == Kind::SymbolicLink || reaches_the_cluster(path)) {
            self.survey.foreign.push(self.shown.join(path));
        }
        Ok(())
    }

    /// Compares a file with the rendered one; whether it is still there.
    fn compare(&mut self, folder: &Folder, file: RenderedFile<'files>) -> Result<bool, Error> {
        // One byte more shows that a file goes on; what is not ours is not read any further.
        if !self.read(folder, file.path, file.name.as_ref(), file.contents.len() + 1)? {
            return Ok(false);
        }
        if self.old == file.contents.as_bytes() {
            self.survey.unchanged += 1;
        } else if self.old.starts_with(self.marker()) {
            self.survey.change(Cow::Borrowed(file.path), Action::Overwrite(file));
        } else {
            return Err(self.refuse(file.path, Obstacle::ForeignFile));
        }
        Ok(true)
    }

    /// Removes a file that begins with the marker; false if it is somebody else's.
    fn remove_if_ours(
        &mut self,
        folder: &Folder,
        path: &Path,
        name: &OsStr,
        action: Action<'files>,
    ) -> Result<bool, Error> {
        if !self.desired.form.has_name(name) {
            return Ok(false);
        }
        if self.read(folder, path, name, self.marker().len())? {
            if self.old != self.marker() {
                return Ok(false);
            }
            self.survey.change(Cow::Owned(path.to_owned()), action);
        }
        Ok(true)
    }

    /// Whether it is a temporary file of an interrupted run.
    fn is_leftover(&mut self, folder: &Folder, path: &Path, name: &OsStr) -> Result<bool, Error> {
        Ok(is_temporary_name(name)
            && self.read(folder, path, name, self.marker().len())?
            && may_be_temporary(&self.old, self.marker()))
    }

    fn marker(&self) -> &'static [u8] {
        self.desired.form.marker.as_bytes()
    }

    /// Reads the first bytes of a file into `old`; whether it is there.
    fn read(
        &mut self,
        folder: &Folder,
        path: &Path,
        name: &OsStr,
        limit: usize,
    ) -> Result<bool, Error> {
        self.old.clear();
        let read = folder.read(name, limit, &mut self.old);
        Ok(self.present(path, if_there(read))?.is_some())
    }

    fn entries(
        &self,
        folder: &Folder,
        path: &Path,
    ) -> Result<Vec<(std::ffi::OsString, Kind)>, Error> {
        Ok(self.present(path, if_there(folder.entries()))?.unwrap_or_default())
    }

    fn present<T>(&self, path: &Path, result: io::Result<T>) -> Result<T, Error> {
        result.map_err(|source| self.unreadable(path, source))
    }

    fn unreadable(&self, path: &Path, source: io::Error) -> Error {
        Error::Read { path: self.shown.join(path), source }
    }

    fn refuse(&self, path: &Path, obstacle: Obstacle) -> Error {
        Error::Refused { path: self.shown.join(path), obstacle }
    }
}

/// The name of a temporary file.
pub(super) fn temporary_name(number: usize) -> String {
    let (begin, end) = TEMPORARY_NAME;
    format!("{begin}{number}{end}")
}

pub(super) fn is_temporary_name(name: &OsStr) -> bool {
    let (begin, end) = TEMPORARY_NAME;
    let number = name.as_encoded_bytes().strip_prefix(begin.as_bytes());
    number
        .and_then(|name| name.strip_suffix(end.as_bytes()))
        .is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// Whether a temporary file of an interrupted run can begin with these bytes: with the marker, or with as much of it as was
/// written, which may be nothing.
pub(super) fn may_be_temporary(start: &[u8], marker: &[u8]) -> bool {
    start.starts_with(marker) || marker.starts_with(start)
}

/// Whether Argo CD would deploy a file of this name, or read its folder differently because of it.
fn reaches_the_cluster(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "Kustomization")
        || path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| matches!(extension, "yaml" | "yml" | "json" | "jsonnet"))
}
