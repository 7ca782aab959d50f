//! Carries out a plan: removes files, then writes files, each atomically.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process;

use super::comparison::{Action, Comparison, TEMPORARY_NAME, if_there};
use super::desired::Desired;
use super::root::Root;
use super::{Counts, Error};

/// Makes the folder `given` hold exactly the `desired` files.
pub(super) fn apply(given: &Path, desired: &Desired) -> Result<Counts, Error> {
    let root = match Root::find(given)? {
        Some(root) => root,
        None if desired.files().next().is_none() => return Ok(Counts::default()),
        None => Root::find_or_create(given).map_err(|source| Error::Write {
            path: given.to_owned(),
            source,
            done: 0,
            planned: desired.files().count(),
        })?,
    };
    let _lock = root.lock().map_err(|source| Error::Read { path: given.to_owned(), source })?;
    // Another run may have changed the folder since the plan was made.
    let comparison = Comparison::of(Some(&root), desired)?;
    Work { root: &root, desired, comparison: &comparison, done: 0 }.run()?;
    Ok(comparison.counts())
}

struct Work<'a> {
    root: &'a Root<'a>,
    desired: &'a Desired<'a>,
    comparison: &'a Comparison<'a>,
    done: usize,
}

impl Work<'_> {
    fn run(mut self) -> Result<(), Error> {
        for path in &self.comparison.leftovers {
            self.remove(path)?;
        }
        // Removals come first: on a case-insensitive file system, the old spelling of a path is the same file as the new one.
        for change in &self.comparison.changes {
            if let Action::Remove { .. } = change.action {
                self.remove(&change.path)?;
                self.done += 1;
            }
        }
        for change in &self.comparison.changes {
            if let Action::Create { new } | Action::Overwrite { new, .. } = change.action {
                write(&self.root.resolved(&change.path), new)
                    .map_err(|source| self.failed(&change.path, source))?;
                self.done += 1;
            }
        }
        Ok(())
    }

    /// Removes a file, and the folders above it that are now empty and are not needed for rendered files.
    fn remove(&self, path: &Path) -> Result<(), Error> {
        if_there(fs::remove_file(self.root.resolved(path)))
            .map_err(|source| self.failed(path, source))?;
        for folder in path.ancestors().skip(1) {
            let needed = matches!(self.desired.at(folder), Some((_, true)));
            if needed || folder.as_os_str().is_empty() {
                break;
            }
            match if_there(fs::remove_dir(self.root.resolved(folder))) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => break,
                Err(source) => return Err(self.failed(folder, source)),
            }
        }
        Ok(())
    }

    fn failed(&self, path: &Path, source: io::Error) -> Error {
        Error::Write {
            path: self.root.given(path),
            source,
            done: self.done,
            planned: self.comparison.changes.len(),
        }
    }
}

/// Replaces or creates the file in one step; a failed attempt leaves nothing behind but its folder.
pub(super) fn write(path: &Path, contents: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    let (begin, end) = TEMPORARY_NAME;
    // The process id is unique enough: the lock keeps other runs out, and leftovers are removed by now.
    let temporary = folder.join(format!("{begin}{}{end}", process::id()));
    let file = File::create_new(&temporary)?;
    let written = fill(&file, contents).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The cause matters more than an error of the clean-up, which the next run repeats.
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn fill(mut file: &File, contents: &str) -> io::Result<()> {
    file.write_all(contents.as_bytes())?;
    file.set_permissions(fs::Permissions::from_mode(0o644))?;
    file.sync_all()
}
