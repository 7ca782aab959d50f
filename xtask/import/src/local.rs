//! Source files that are on disk already.

use std::fs;
use std::path::{Path, PathBuf};

use crate::digest::sha256;
use crate::failure::{Failure, Result};

/// The largest file that is looked at, in bytes; no release of CRDs comes near.
const LIMIT: u64 = 64 * 1024 * 1024;

/// A file and its digest.
#[derive(Clone, Debug)]
pub struct LocalFile {
    pub path: PathBuf,
    pub sha256: String,
}

/// A file, or the files below a folder (symbolic links to folders are not followed), ordered by path.
///
/// # Errors
/// If it does not exist or cannot be read.
pub fn list(from: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    if from.is_dir() {
        collect(from, &mut paths)?;
        paths.sort();
    } else {
        paths.push(from.to_owned());
    }
    Ok(paths)
}

/// The content of a file.
///
/// # Errors
/// If it does not exist or cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| unreadable(path, &error))
}

/// The digests of a file or of the files below a folder, ordered by path.
///
/// # Errors
/// If one does not exist or cannot be read.
pub fn digests(from: &Path) -> Result<Vec<LocalFile>> {
    let digest = |path: PathBuf| {
        Ok(LocalFile {
            sha256: sha256(&read(&path)?),
            path,
        })
    };
    list(from)?.into_iter().map(digest).collect()
}

/// The file for a locked source: the one with its digest, whatever its name.
///
/// # Errors
/// If no file has the digest; the message tells whether one has the name.
pub fn find<'a>(
    files: &'a [LocalFile],
    from: &Path,
    name: &str,
    sha256: &str,
) -> Result<&'a LocalFile> {
    if let Some(file) = files.iter().find(|file| file.sha256 == sha256) {
        return Ok(file);
    }
    let same_name = files.iter().find(|file| {
        file.path
            .file_name()
            .is_some_and(|file_name| file_name == name)
    });
    Err(Failure::new(match same_name {
        Some(file) => format!(
            "{} has the sha256 {}, but crds.toml expects {sha256}; take the file of the release that crds.toml names, or correct release and sha256 there after reading what changed",
            file.path.display(),
            file.sha256
        ),
        None => format!(
            "no file of {} has the sha256 {sha256} or the name {name}; put the released file there, or leave out --from to download it",
            from.display()
        ),
    }))
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let kind = entry
            .file_type()
            .map_err(|error| unreadable(&entry.path(), &error))?;
        if kind.is_dir() {
            collect(&entry.path(), paths)?;
        } else if entry
            .path()
            .metadata()
            .is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LIMIT)
        {
            paths.push(entry.path());
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!(
        "{} cannot be read: {error}; name a file or folder that can be with --from",
        path.display()
    ))
}
