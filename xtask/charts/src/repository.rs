//! A Git repository at the revision that is deployed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use programs::{Invocation, Program};
use released::Digest;
use support::Failure;

use crate::package::cannot_write;
use crate::source::{Folder, Source};
use crate::{Origin, Renderer};

/// Where it is: in the folder that was given, or downloaded, once.
pub(crate) fn find(
    renderer: &Renderer<'_>,
    source: &Source,
    folder: &Folder,
) -> Result<PathBuf, Failure> {
    let Folder { repository, release, revision, .. } = folder;
    let own_name = folder.own_name();
    if let Origin::Folder(given) = renderer.origin {
        let found = given.join(own_name);
        if !found.is_dir() {
            return Err(source.failure(format_args!(
                "is not in {}: check out {repository} at {release} there as {own_name}",
                given.display()
            )));
        }
        if !folder.is_commit()
            || !found.join(".git").exists()
            || git(&found, &["rev-parse", "HEAD"])?.trim() == revision.as_str()
        {
            return Ok(found);
        }
        return at_another(renderer, &found, revision).map_err(|_| {
            source.failure(format_args!(
                "is in {}, which has not the commit {revision}, which is deployed: fetch it there, or check it out",
                found.display()
            ))
        });
    }
    // Two repositories may have one name.
    let own = Digest::of(format!("{repository}\n{revision}").as_bytes());
    let copy = renderer.folder.path().join("repositories").join(own.as_str());
    if copy.exists() {
        return Ok(copy);
    }
    let download = own_folder(renderer)?;
    git(&download, &["init", "--quiet"])
        .and_then(|_| git(&download, &["fetch", "--quiet", "--depth=1", "--", repository, revision]))
        .and_then(|_| git(&download, &["checkout", "--quiet", "FETCH_HEAD"]))
        .map_err(|failure| {
            source.failure(format_args!(
                "cannot be downloaded: {failure}; where its repository cannot be reached, name a folder in which it is checked out as \
                 {own_name}: --charts=DIR"
            ))
        })?;
    let moved = fs::create_dir_all(copy.parent().unwrap_or(&copy))
        .and_then(|()| fs::rename(&download, &copy));
    match moved {
        // Somebody else was faster.
        Err(_) if copy.exists() => Ok(copy),
        moved => moved.map(|()| copy.clone()).map_err(|error| cannot_write(&copy, &error)),
    }
}

/// A repository at another commit than the one that is checked out; it stays as it is.
fn at_another(renderer: &Renderer<'_>, found: &Path, commit: &str) -> Result<PathBuf, Failure> {
    let folder = own_folder(renderer)?;
    let absolute = fs::canonicalize(found).map_err(|error| cannot_write(found, &error))?;
    let from = absolute.display().to_string();
    git(&folder, &["clone", "--quiet", "--shared", "--no-checkout", "--", &from, "."])?;
    git(&folder, &["checkout", "--quiet", "--detach", commit])?;
    Ok(folder)
}

/// A folder that nobody else has.
fn own_folder(renderer: &Renderer<'_>) -> Result<PathBuf, Failure> {
    let folder = renderer.folder.path();
    let own = tempfile::Builder::new().prefix("repository-").tempdir_in(folder);
    own.map(tempfile::TempDir::keep).map_err(|error| cannot_write(folder, &error))
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let in_folder = ["-C".to_owned(), folder.display().to_string()];
    let arguments = arguments.iter().map(|argument| (*argument).to_owned());
    Invocation::new(Program::Git, in_folder.into_iter().chain(arguments)).output()
}

/// A copy that may be changed.
pub(crate) fn copy(renderer: &Renderer<'_>, found: &Path) -> Result<PathBuf, Failure> {
    let copy = own_folder(renderer)?;
    copy_folder(found, &copy).map_err(|error| cannot_write(&copy, &error))?;
    Ok(copy)
}

/// A path in a repository; none where nothing is there. Links lead nowhere else.
pub(crate) fn within(repository: &Path, path: &str) -> Option<PathBuf> {
    let repository = repository.canonicalize().ok()?;
    let path = repository.join(path).canonicalize().ok()?;
    path.starts_with(repository).then_some(path)
}

/// Links are copied as what they lead to; what cannot be followed is left out.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_name() == ".git" {
            continue;
        }
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        // A link to a folder may lead back here.
        if entry.file_type()?.is_dir() {
            copy_folder(&path, &target)?;
        } else if path.is_file() {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
