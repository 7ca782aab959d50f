//! Makes a folder hold exactly a set of rendered files: `snapshots/<env>/<bundle>/<kind>-<name>.yaml`.
//!
//! [`Plan::new`] reads the folder and refuses what it must not touch, [`Plan::diff`] shows what would
//! change, [`Plan::apply`] does it. Nothing is written before every check has passed.
//!
//! - A file whose bytes are already right is not opened for writing: inode and modification time stay.
//! - Every file is complete at any moment, even after a kill or a power cut: a temporary file
//!   `.<process>.render-tmp` in the same folder, synced, then renamed. The next run removes leftovers.
//! - A file belongs to the renderer when it ends in `.yaml` and begins with [`MARKER`]. Only such files
//!   are overwritten or removed.
//! - Symbolic links below the folder are never followed; the folder itself may be reached through some.
//! - Runs over the same folder wait for each other (a lock on the folder, which the kernel drops with the
//!   process), so the outcome is that of one run or of the other, never a mixture.
//!
//! Unix only: file modes, and locks on a folder.

mod apply;
mod comparison;
mod desired;
mod diff;
#[cfg(test)]
mod diff_tests;
mod error;
#[cfg(test)]
mod interruption_tests;
mod root;
mod single;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

pub use error::{Error, Obstacle};
pub use single::SingleFile;

use comparison::Comparison;
use desired::Desired;
use root::Root;

/// How the first line of every rendered file begins; a file without it was written by someone else.
///
/// The rest of the line is the caller's, as in
/// `# Rendered from services/src/app/account.rs by cargo xtask render`.
pub const MARKER: &str = "# Rendered from ";

/// Number of files in each state, before or after a [`Plan`] is applied.
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
    root: PathBuf,
    desired: Desired<'files>,
    comparison: Comparison<'files>,
}

impl<'files> Plan<'files> {
    /// Compares the folder `root`, which need not exist yet, with the rendered `files`, without writing anything.
    ///
    /// The keys of `files` are paths relative to `root`. Their parts are separated by single slashes, do
    /// not begin with a dot and have at most 255 bytes; the last ends in `.yaml`. The contents begin with
    /// [`MARKER`].
    ///
    /// # Errors
    /// - A key or the contents break these rules, or two keys differ only in upper and lower case.
    /// - There is an obstacle that must not be touched: a file without the marker at a rendered
    ///   path, a symbolic link at such a path or at a folder on the way to it, a file where a folder is
    ///   needed or the reverse.
    /// - The folder, or a file that has to be compared, cannot be read.
    pub fn new(root: &Path, files: &'files BTreeMap<PathBuf, String>) -> Result<Self, Error> {
        let desired = Desired::new(files)?;
        let comparison = Comparison::of(Root::find(root)?.as_ref(), &desired)?;
        Ok(Self { root: root.to_owned(), desired, comparison })
    }

    /// How many files are to be created, changed and removed, and how many are up to date.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.comparison.counts()
    }

    /// Which files are to be created, changed or removed, relative to the folder, in order.
    pub fn changed(&self) -> impl Iterator<Item = &Path> {
        self.comparison.changes.iter().map(|change| change.path.as_path())
    }

    /// Whether the folder already holds exactly the rendered files.
    ///
    /// Leftovers of an interrupted run do not count as a difference, but [`Plan::apply`] removes them:
    /// call it also when this is true.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.comparison.changes.is_empty()
    }

    /// Files below the folder that were not rendered, and would still reach the cluster or change how
    /// Argo CD reads the folder; sorted paths that begin with the folder as given. They are left alone.
    ///
    /// These are names that Argo CD's directory source takes for manifests (`.yaml`, `.yml`, `.json`,
    /// `.jsonnet`, hidden ones included: `.argocd-source.yaml` is one), `Kustomization`, which turns a
    /// folder into a kustomize one, and every symbolic link, because only following it would show what it
    /// leads to. A README or a `.gitkeep` is not among them. See
    /// <https://argo-cd.readthedocs.io/en/stable/user-guide/tool_detection/>.
    #[must_use]
    pub fn foreign(&self) -> &[PathBuf] {
        &self.comparison.foreign
    }

    /// Writes what [`Plan::apply`] would do as a unified diff with three lines of context, in the order of
    /// the paths.
    ///
    /// Paths begin with the folder as given, after `a/` and `b/` as in git; a file to be created or
    /// removed is compared with `/dev/null`. Without `colour` the output is what `git apply` reads.
    /// Bytes on disk that are not UTF-8 appear as U+FFFD.
    ///
    /// # Errors
    /// When `output` cannot be written.
    pub fn diff(&self, output: &mut impl io::Write, colour: bool) -> io::Result<()> {
        diff::write(&self.root, &self.comparison.changes, output, colour)
    }

    /// Creates, overwrites and removes files until the folder holds exactly the rendered ones, and returns
    /// what it did.
    ///
    /// Waits for another run over the same folder and then compares again, so that the outcome and the
    /// returned counts are right even if the folder has changed since the plan was made. Files get mode
    /// 0644. Folders that become empty by a removal are removed, except the root.
    ///
    /// # Errors
    /// - As [`Plan::new`], when the folder has changed since; nothing has been written then.
    /// - A file cannot be written or removed: the error names it and the number of changes made so far.
    ///   Every file is complete, no temporary file is left behind, and the next run does the rest.
    pub fn apply(self) -> Result<Counts, Error> {
        apply::apply(&self.root, &self.desired)
    }
}
