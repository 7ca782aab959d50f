//! Makes a folder hold exactly a set of rendered files: `snapshots/<env>/<bundle>/<kind>-<name>.yaml`.
//!
//! [`Plan::new`] reads the folder, refuses what it must not touch, and shows what would change; [`apply()`] does the same under a
//! lock, and then makes the changes. Nothing is written before every check has passed.
//!
//! **What is ours.** A file `<bundle>/<name>.yaml`, exactly two levels below the folder, that begins with [`MARKER`]; of pages, a
//! file with the ending and the beginning of their [`Form`]. Only such files are overwritten or removed. A file directly in the folder or deeper in it belongs to somebody else, whatever it begins
//! with: it may be another checkout. Of a file that is somebody else's, no more than its first bytes are read. Folders deeper than
//! bundles are not looked into, because Argo CD does not do so either.
//!
//! **Whole files.** A file whose bytes are already right is not opened for writing: inode and modification time stay. Everything else
//! is first written to temporary files `.<number>.render-tmp` beside their places, then synced, and only then renamed. So every
//! rendered file is whole, old or new, after a kill or a power cut between any two steps: a name never leads to bytes that are not
//! on the disk yet, and renaming replaces a name in one step. Stale files are removed when the new ones are in their places on the
//! disk, so an object that moves to another file is always in one of the two. When [`apply()`] returns, the disk has all of
//! it. This holds on a file system that keeps the order of what was synced, as all common ones do, and if the bundles' folders are on one
//! file system. A failure before the first renaming, such as a full disk, changes nothing.
//!
//! **Speed.** One call syncs the whole file system, where the system has it and there are many changes: syncing each of 60,000
//! files takes a hundred times as long as copying them.
//!
//! **Leftovers.** The next run removes temporary files of a killed one: files of exactly that name that begin with the marker, or with
//! as much of it as was written, which is nothing if the kill came right after the creation. Other files of such names stay, and
//! numbers that they take are left out.
//!
//! **Links.** The folder that the user names may be reached through symbolic links; below it, none is followed. Folders are opened
//! once, and everything in them is done relative to the open folder, so a folder that is replaced by a link during a run leads
//! nowhere else: the run fails. A file with other hard links is replaced, not written through.
//!
//! **Runs at the same time** over the same folder wait for each other (a lock on the folder, which the kernel drops with the
//! process), so the outcome is that of one run or of the other, never a mixture.
//!
//! Unix only: file modes, and locks on a folder.

mod apply;
mod desired;
mod diff;
#[cfg(test)]
mod diff_tests;
#[cfg(test)]
mod disturbance_tests;
mod error;
mod folder;
#[cfg(test)]
mod interruption_tests;
mod location;
mod single;
mod survey;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

pub use error::{Error, Obstacle};
pub use location::Location;
pub use single::SingleFile;

use apply::Step;
use desired::Desired;
use folder::{Folder, if_there};
use survey::Survey;

/// How the first line of every rendered file begins; a file without it was written by someone else.
///
/// The rest of the line is the caller's, as in
/// `# Rendered from services/src/app/account.rs by cargo xtask render`.
pub const MARKER: &str = "# Rendered from ";

/// What rendered files of a folder have in common, by which they are told from those of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// How the first line of every file begins.
    pub marker: &'static str,
    /// The endings of their names.
    pub endings: &'static [&'static str],
    /// Whether Argo CD deploys the folder, so that whatever else lies there is told.
    pub is_deployed: bool,
}

impl Form {
    /// Manifests.
    pub const MANIFESTS: Self = Self { marker: MARKER, endings: &["yaml"], is_deployed: true };
    /// Pages and pictures for people, whose first line is a comment that nobody sees.
    pub const PAGES: Self =
        Self { marker: "<!-- Rendered from ", endings: &["md", "svg"], is_deployed: false };
}

/// Number of files in each state, before or after the changes are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rendered files that were missing in the folder.
    pub created: usize,
    /// Rendered files that existed with different bytes.
    pub changed: usize,
    /// Files of an earlier run that are no longer rendered.
    pub removed: usize,
    /// Rendered files that existed with the same bytes and are left untouched.
    pub unchanged: usize,
}

/// The changes after which a folder holds exactly the rendered files.
#[derive(Debug)]
pub struct Plan<'files> {
    root: Option<Folder>,
    shown: PathBuf,
    survey: Survey<'files>,
}

/// The changes that were made.
#[derive(Debug)]
pub struct Applied {
    /// How many files were created, changed and removed, and how many were up to date.
    pub counts: Counts,
    /// Which files were created, changed or removed, relative to the folder, in order.
    pub changed: Vec<PathBuf>,
    /// Those of [`Plan::foreign`].
    pub foreign: Vec<PathBuf>,
}

impl<'files> Plan<'files> {
    /// Compares a folder, which need not exist yet, with the rendered `files`, without writing anything.
    ///
    /// The keys of `files` are paths relative to the folder: a bundle and a name, separated by one slash. Neither begins with a dot
    /// or has more than 255 bytes; the name has an ending of the location's [`Form`].
    ///
    /// # Errors
    /// - A key breaks these rules, two keys differ only in upper and lower case, or contents lack the marker.
    /// - There is an obstacle that must not be touched: a file without the marker at a rendered
    ///   path, a symbolic link at such a path or at a folder on the way to it, a file where a folder is
    ///   needed or the reverse.
    /// - The folder, or a file that has to be compared, cannot be read.
    pub fn new(
        location: &Location,
        files: &'files BTreeMap<PathBuf, String>,
    ) -> Result<Self, Error> {
        let desired = Desired::new(files, location.form())?;
        let (root, shown) = (location.open()?, location.path());
        let survey = Survey::of(root.as_ref(), &shown, &desired)?;
        Ok(Self { root, shown, survey })
    }

    /// How many files are to be created, changed and removed, and how many are up to date.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.survey.counts()
    }

    /// Whether the folder already holds exactly the rendered files.
    ///
    /// Leftovers of an interrupted run do not count as a difference, but [`apply()`] removes them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.survey.changes.is_empty()
    }

    /// Files in the folder and in the folders of bundles that were not rendered, and would still reach the cluster or change how
    /// Argo CD reads the folder; sorted paths that begin with the folder as given. They are left alone.
    ///
    /// These are names that Argo CD's directory source takes for manifests (`.yaml`, `.yml`, `.json`,
    /// `.jsonnet`, hidden ones included: `.argocd-source.yaml` is one), `Kustomization`, which turns a
    /// folder into a kustomize one, and every symbolic link, because only following it would show what it
    /// leads to. A README or a `.gitkeep` is not among them. See
    /// <https://argo-cd.readthedocs.io/en/stable/user-guide/tool_detection/>.
    #[must_use]
    pub fn foreign(&self) -> &[PathBuf] {
        &self.survey.foreign
    }

    /// Writes what [`apply()`] would do as a unified diff with three lines of context, in the order of
    /// the paths.
    ///
    /// Paths begin with the folder as given, after `a/` and `b/` as in git, and in git's quotes where they need some; a file to be created or
    /// removed is compared with `/dev/null`. Without `colour` the output is what `git apply` reads.
    /// Bytes on disk that are not UTF-8 appear as U+FFFD.
    ///
    /// # Errors
    /// - A file cannot be read.
    /// - When `output` cannot be written, with the folder as what could not be read.
    pub fn diff(&self, output: &mut impl io::Write, colour: bool) -> Result<(), Error> {
        for change in &self.survey.changes {
            let path = self.shown.join(&change.path);
            let read = |source| Error::Read { path: path.clone(), source };
            let old = self.old(change).map_err(read)?;
            let new = change.written().map(|file| file.contents);
            diff::write(&path, old.as_deref(), new, output, colour).map_err(read)?;
        }
        Ok(())
    }

    /// What a file that changes holds now; `None` if it is not there.
    fn old(&self, change: &survey::Change) -> io::Result<Option<Vec<u8>>> {
        if matches!(change.action, survey::Action::Create(_)) {
            return Ok(None);
        }
        let Some(root) = &self.root else { return Ok(None) };
        let (folder, name) = change.place();
        let mut old = Vec::new();
        let read = root.open(folder).and_then(|open| open.read(name, usize::MAX, &mut old));
        Ok(if_there(read)?.map(|()| old))
    }
}

/// Creates, overwrites and removes files until the folder holds exactly the rendered ones, and returns
/// what it did.
///
/// Waits for another run over the same folder, and then reads the folder, once. Files get mode 0644. Folders that become empty by a
/// removal are removed, except the root. Temporary files of an interrupted run are removed even if nothing else is to be done.
///
/// # Errors
/// - As [`Plan::new`]; nothing has been written then.
/// - A file cannot be written or removed: the error names it and the number of changes made so far.
///   Every file is complete, no temporary file is left behind, and the next run does the rest.
pub fn apply(location: &Location, files: &BTreeMap<PathBuf, String>) -> Result<Applied, Error> {
    apply_in_steps(location, files, &mut |_| {})
}

fn apply_in_steps(
    location: &Location,
    files: &BTreeMap<PathBuf, String>,
    reached: &mut dyn FnMut(Step),
) -> Result<Applied, Error> {
    let desired = Desired::new(files, location.form())?;
    let root = match location.open()? {
        None if !desired.is_empty() => Some(location.open_or_make(files.len())?),
        root => root,
    };
    let shown = location.path();
    let mut survey = Survey::default();
    if let Some(root) = root {
        location.lock(&root)?;
        survey = Survey::of(Some(&root), &shown, &desired)?;
        apply::apply(&root, &shown, &desired, &survey, reached)?;
    }
    let counts = survey.counts();
    let changed = survey.changes.into_iter().map(|change| change.path.into_owned()).collect();
    Ok(Applied { counts, changed, foreign: survey.foreign })
}
