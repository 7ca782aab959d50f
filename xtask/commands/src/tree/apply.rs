//! Carries out what the survey found: everything is written beside its place, synced, and only then renamed.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use super::Error;
use super::desired::Desired;
use super::folder::Folder;
use super::survey::{Action, Change, Survey, temporary_name};

/// Up to as many changes are synced one by one. From then on the whole file system is, which also waits for what others have
/// written to it.
const FEW: usize = 32;

/// What has just been done. Tests stop or disturb a run there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A temporary file of an earlier run is gone.
    Cleared,
    /// A temporary file is written.
    Staged,
    /// All of them are on the disk.
    Synced,
    /// A temporary file has taken its place.
    Renamed,
    /// All of them are in their places on the disk.
    Placed,
    /// A file that is no longer rendered is gone.
    Removed,
}

/// A temporary file that has not taken its place yet.
struct Staged<'a, 'files> {
    change: &'a Change<'files>,
    name: OsString,
}

struct Work<'a, 'files> {
    root: &'a Folder,
    shown: &'a Path,
    desired: &'a Desired<'files>,
    survey: &'a Survey<'files>,
    /// In the order of their paths.
    staged: Vec<Staged<'a, 'files>>,
    /// Folders that were made for temporary files.
    made: Vec<&'a OsStr>,
    done: usize,
    reached: &'a mut dyn FnMut(Step),
}

/// Makes the folder hold exactly the `desired` files.
pub(super) fn apply(
    root: &Folder,
    shown: &Path,
    desired: &Desired,
    survey: &Survey,
    reached: &mut dyn FnMut(Step),
) -> Result<(), Error> {
    let mut work = Work {
        root,
        shown,
        desired,
        survey,
        staged: Vec::new(),
        made: Vec::new(),
        done: 0,
        reached,
    };
    let applied = work.run();
    if applied.is_err() {
        work.undo();
    }
    applied
}

impl<'a, 'files> Work<'a, 'files> {
    fn run(&mut self) -> Result<(), Error> {
        for path in &self.survey.leftovers {
            let mut names = path.iter();
            self.remove(names.next().unwrap_or_default(), names.next().unwrap_or_default())?;
            (self.reached)(Step::Cleared);
        }
        let changes = &self.survey.changes;
        for bundle in changes.chunk_by(|left, right| left.place().0 == right.place().0) {
            self.stage(bundle)?;
        }
        if !self.staged.is_empty() && !self.few() {
            self.root.sync_file_system().map_err(|source| self.failed(Path::new(""), source))?;
        }
        (self.reached)(Step::Synced);
        self.remove_all(|action| matches!(action, Action::MakeWay))?;
        self.rename()?;
        self.sync_folders(|change| change.written().is_some())?;
        (self.reached)(Step::Placed);
        // Only now: an object that has moved to another file is in one of the two at any moment.
        self.remove_all(|action| matches!(action, Action::Remove))?;
        self.sync_folders(|change| change.written().is_none())
    }

    /// Writes temporary files for the changes of one folder.
    fn stage(&mut self, bundle: &'a [Change<'files>]) -> Result<(), Error> {
        let mut written = bundle.iter().filter_map(|change| Some((change, change.written()?)));
        let Some(first) = written.next() else { return Ok(()) };
        let (folder, _) = first.0.place();
        let (open, made) = self
            .root
            .open_or_make(folder)
            .map_err(|source| self.failed(Path::new(folder), source))?;
        if made {
            self.made.push(folder);
        }
        let mut numbers = 1..;
        for (change, file) in std::iter::once(first).chain(written) {
            let name = create(&open, file.contents, &mut numbers, self.few())
                .map_err(|source| self.failed(&change.path, source))?;
            self.staged.push(Staged { change, name });
            (self.reached)(Step::Staged);
        }
        Ok(())
    }

    /// Gives every temporary file its place.
    fn rename(&mut self) -> Result<(), Error> {
        self.staged.reverse();
        let mut open: Option<(&OsStr, Folder)> = None;
        while let Some(staged) = self.staged.last() {
            let change = staged.change;
            let (folder, name) = change.place();
            let current = match open.take_if(|(name, _)| *name == folder) {
                Some((_, current)) => Ok(current),
                None => self.root.open(folder),
            };
            let current = current.map_err(|source| self.failed(Path::new(folder), source))?;
            current
                .rename(&staged.name, name)
                .map_err(|source| self.failed(&change.path, source))?;
            open = Some((folder, current));
            self.staged.pop();
            self.done += 1;
            (self.reached)(Step::Renamed);
        }
        Ok(())
    }

    fn remove_all(&mut self, which: impl Fn(Action) -> bool) -> Result<(), Error> {
        for change in self.survey.changes.iter().filter(|change| which(change.action)) {
            let (folder, name) = change.place();
            self.remove(folder, name)?;
            self.done += 1;
            (self.reached)(Step::Removed);
        }
        Ok(())
    }

    /// Removes a file, and its folder if that is now empty and nothing is rendered into it.
    fn remove(&self, folder: &OsStr, name: &OsStr) -> Result<(), Error> {
        let path = Path::new(folder);
        match self.root.open(folder) {
            // Whoever removed it has removed the file.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            open => open
                .and_then(|open| open.remove(name))
                .map_err(|source| self.failed(&path.join(name), source))?,
        }
        if self.desired.bundle(folder).is_some_and(|bundle| folder == bundle.name) {
            return Ok(());
        }
        self.root.remove_empty(folder).map_err(|source| self.failed(path, source))
    }

    /// Puts the names in the folders of these changes on the disk.
    fn sync_folders(&self, which: impl Fn(&Change) -> bool) -> Result<(), Error> {
        let changes = self.survey.changes.iter().filter(|change| which(change));
        let folders: BTreeSet<_> = changes.map(|change| change.place().0).collect();
        if folders.is_empty() {
            return Ok(());
        }
        if !self.few() {
            return self
                .root
                .sync_file_system()
                .map_err(|source| self.failed(Path::new(""), source));
        }
        for folder in folders {
            match self.root.open(folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                open => open
                    .and_then(|open| open.sync())
                    .map_err(|source| self.failed(Path::new(folder), source))?,
            }
        }
        self.root.sync().map_err(|source| self.failed(Path::new(""), source))
    }

    /// Removes the temporary files that have not taken their places, and the folders that were made for them.
    fn undo(&self) {
        // The cause matters more than an error of the clean-up, which the next run repeats.
        for staged in &self.staged {
            if let Ok(open) = self.root.open(staged.change.place().0) {
                let _ = open.remove(&staged.name);
            }
        }
        for folder in &self.made {
            let _ = self.root.remove_empty(folder);
        }
    }

    fn few(&self) -> bool {
        !Folder::SYNCS_FILE_SYSTEM || self.survey.changes.len() <= FEW
    }

    fn failed(&self, path: &Path, source: io::Error) -> Error {
        let path =
            if path.as_os_str().is_empty() { self.shown.to_owned() } else { self.shown.join(path) };
        Error::Write { path, source, done: self.done, planned: self.survey.changes.len() }
    }
}

/// Creates a temporary file under the first number that is free: somebody else's file may have such a name.
pub(super) fn create(
    folder: &Folder,
    contents: &str,
    numbers: &mut impl Iterator<Item = usize>,
    sync: bool,
) -> io::Result<OsString> {
    for number in numbers {
        let name = OsString::from(temporary_name(number));
        match folder.create(&name, contents.as_bytes(), sync) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return created.map(|()| name),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
