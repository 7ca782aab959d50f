//! What is to be written: planned as a whole, then written as a whole or not at all.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use support::{Failure, Result};
use tempfile::TempPath;

/// Files to create and to change. No file exists where one is to be created.
#[derive(Debug)]
pub struct Plan {
    root: PathBuf,
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    /// Below the root.
    path: String,
    /// What it was when it was read; `None` for a new file.
    old: Option<String>,
    new: String,
}

impl Plan {
    /// An empty plan for a workspace.
    pub fn new(root: PathBuf) -> Self {
        Self { root, files: Vec::new() }
    }

    /// The workspace.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The text of a file of the workspace.
    ///
    /// # Errors
    /// If it is no regular file of UTF-8.
    pub fn read(&self, path: &str) -> Result<String> {
        let full = self.root.join(path);
        let read = match fs::symlink_metadata(&full) {
            // Writing would put a file in its place.
            Ok(metadata) if metadata.is_symlink() => Err(io::Error::other("it is a symbolic link")),
            Ok(_) => fs::read_to_string(&full),
            Err(error) => Err(error),
        };
        read.map_err(|error| {
            Failure::new(format!(
                "{path} cannot be read: {error}; nothing was written: this command needs that file of the workspace {}",
                self.root.display()
            ))
        })
    }

    /// Refuses a file, folder or link that is there already.
    ///
    /// # Errors
    /// If it is, or nobody can know.
    pub fn refuse_existing(&self, path: &str) -> Result<()> {
        match fs::symlink_metadata(self.root.join(path)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Failure::new(format!(
                "{path} cannot be created: {error}; nothing was written: make room for it, then run again"
            ))),
            Ok(_) => Err(Failure::new(format!(
                "{path} exists already; nothing was written: choose another name, or move it away"
            ))),
        }
    }

    /// Plans a new file.
    ///
    /// # Errors
    /// If something is there already.
    pub fn create(&mut self, path: String, text: String) -> Result<()> {
        self.refuse_existing(&path)?;
        self.files.push(File { path, old: None, new: text });
        Ok(())
    }

    /// Plans another text of a file that was read.
    pub fn change(&mut self, path: &str, old: String, new: String) {
        self.files.push(File { path: path.to_owned(), old: Some(old), new });
    }

    /// Writes everything, and returns a line for each file.
    ///
    /// Everything is first written to temporary files in the same folders, so that a full disk or a read-only folder changes
    /// nothing; then each is renamed.
    ///
    /// # Errors
    /// If a file cannot be written, or another program has meanwhile written where the plan writes. Nothing is changed then.
    pub fn apply(self) -> Result<String> {
        self.apply_then(|| Ok(()))
    }

    /// Writes everything, then does what is to follow, and returns a line for each file.
    ///
    /// # Errors
    /// Those of [`Plan::apply`], and those of what follows: then everything is put back.
    pub fn apply_then(self, follow: impl FnOnce() -> Result<()>) -> Result<String> {
        let mut work = Work { root: &self.root, folders: Vec::new(), done: Vec::new() };
        if let Err((path, error)) = work.run(&self.files) {
            let state = work.taken_back("nothing was written");
            return Err(Failure::new(format!(
                "{path} cannot be written: {error}; {state}: make room for it, then run again"
            )));
        }
        if let Err(failure) = follow() {
            let state = work.taken_back("the sources are as they were");
            return Err(Failure::merge([failure, Failure::new(state)]));
        }
        Ok(self.files.iter().fold(String::new(), |mut lines, file| {
            let what = if file.old.is_some() { "changed" } else { "new" };
            let _ = writeln!(lines, "{what:8} {}", file.path);
            lines
        }))
    }
}

/// A plan that is being carried out.
struct Work<'plan> {
    root: &'plan Path,
    /// Folders that it has created, the inner ones last.
    folders: Vec<PathBuf>,
    /// Files that have their new texts.
    done: Vec<&'plan File>,
}

impl<'plan> Work<'plan> {
    fn run(&mut self, files: &'plan [File]) -> std::result::Result<(), (&'plan str, io::Error)> {
        let mut temporary = Vec::new();
        for file in files {
            let path = self.write(file).map_err(|error| (file.path.as_str(), error))?;
            temporary.push((file, path));
        }
        for (file, path) in temporary {
            self.put(file, path).map_err(|error| (file.path.as_str(), error))?;
            self.done.push(file);
        }
        Ok(())
    }

    /// Writes a text beside its place.
    fn write(&mut self, file: &File) -> io::Result<TempPath> {
        let place = self.root.join(&file.path);
        let folder = place.parent().unwrap_or(self.root);
        self.create_folder(folder)?;
        let permissions = match &file.old {
            Some(_) => fs::metadata(&place)?.permissions(),
            None => fs::Permissions::from_mode(0o644),
        };
        temporary(folder, &file.new, permissions)
    }

    fn create_folder(&mut self, folder: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        if let Some(above) = folder.parent() {
            self.create_folder(above)?;
        }
        fs::create_dir(folder)?;
        self.folders.push(folder.to_owned());
        Ok(())
    }

    /// Gives a file its new text in one step, unless somebody else has written there.
    fn put(&self, file: &File, temporary: TempPath) -> io::Result<()> {
        let place = self.root.join(&file.path);
        match &file.old {
            None => temporary.persist_noclobber(&place)?,
            Some(old) if fs::read_to_string(&place)? == *old => temporary.persist(&place)?,
            Some(_) => return Err(io::Error::other("another program has just changed it")),
        }
        Ok(())
    }

    /// Puts back what was there, and says what has become of it.
    fn taken_back(self, state: &str) -> String {
        match self.undo() {
            Ok(()) => state.to_owned(),
            Err((path, error)) => {
                format!("{} could not be put back ({error}): look at `git status`", path.display())
            }
        }
    }

    /// Puts back what was there, in reverse order.
    fn undo(self) -> std::result::Result<(), (PathBuf, io::Error)> {
        for file in self.done.into_iter().rev() {
            let place = self.root.join(&file.path);
            let restored = match &file.old {
                None => fs::remove_file(&place),
                Some(old) => restore(&place, &file.new, old),
            };
            restored.map_err(|error| (place, error))?;
        }
        for folder in self.folders.into_iter().rev() {
            fs::remove_dir(&folder).map_err(|error| (folder, error))?;
        }
        Ok(())
    }
}

fn restore(place: &Path, new: &str, text: &str) -> io::Result<()> {
    if fs::read_to_string(place)? != new {
        return Err(io::Error::other("another program has changed it since"));
    }
    let permissions = fs::metadata(place)?.permissions();
    let folder = place.parent().unwrap_or(place);
    Ok(temporary(folder, text, permissions)?.persist(place)?)
}

/// A hidden file without the ending of sources, so that nobody takes it for one.
fn temporary(folder: &Path, text: &str, permissions: fs::Permissions) -> io::Result<TempPath> {
    let (mut file, path) = tempfile::Builder::new()
        .prefix(".scaffold-")
        .suffix(".tmp")
        .tempfile_in(folder)?
        .into_parts();
    file.write_all(text.as_bytes())?;
    file.set_permissions(permissions)?;
    file.sync_all()?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn created(plan: &mut Plan, path: &str) {
        plan.create(path.to_owned(), "new".to_owned()).expect("nothing is there");
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let name = |entry: io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> =
            entries.map(|entry| name(entry).into_string().expect("UTF-8")).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_that_takes_no_files_changes_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let own = folder.path().join("a/b/new.rs").display().to_string();
        let mut plan = Plan::new(PathBuf::from("/"));
        created(&mut plan, &own);
        // No user can create a folder there, not even root.
        created(&mut plan, "proc/services/new.rs");

        let failure = plan.apply().expect_err("no folder").to_string();

        assert!(failure.starts_with("proc/services/new.rs cannot be written: "), "{failure}");
        assert!(failure.contains("; nothing was written: "), "{failure}");
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn what_another_program_writes_meanwhile_is_kept_and_the_rest_put_back() {
        for theirs in ["changed.rs", "new.rs"] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let path = |name: &str| folder.path().join(name);
            fs::write(path("first.rs"), "old").expect("a file");
            fs::write(path("changed.rs"), "old").expect("a file");
            let mut plan = Plan::new(folder.path().to_owned());
            plan.change("first.rs", "old".to_owned(), "new".to_owned());
            created(&mut plan, "below/second.rs");
            plan.change("changed.rs", "old".to_owned(), "new".to_owned());
            created(&mut plan, "new.rs");
            fs::write(path(theirs), "theirs").expect("a file");

            let failure = plan.apply().expect_err("a change by another program").to_string();

            assert!(failure.starts_with(&format!("{theirs} cannot be written: ")), "{failure}");
            let text = |name: &str| fs::read_to_string(path(name)).expect("a file");
            assert_eq!((text("first.rs"), text(theirs)), ("old".to_owned(), "theirs".to_owned()));
            let mut left = vec!["changed.rs", "first.rs"];
            left.extend((theirs == "new.rs").then_some("new.rs"));
            assert_eq!(names(folder.path()), left);
        }
    }
}
