//! Source files that are on disk already.

use std::fs;
use std::path::{Path, PathBuf};

use crate::digest::sha256;
use crate::failure::{Failure, Result};

/// A file below the folder that was named.
#[derive(Clone, Debug)]
pub struct LocalFile {
    pub path: PathBuf,
    pub bytes: Vec<u8>,
    pub sha256: String,
}

/// Reads a file, or every file below a folder (symbolic links to folders are not followed), ordered by path.
///
/// # Errors
/// If it does not exist or cannot be read.
pub fn read(from: &Path) -> Result<Vec<LocalFile>> {
    let mut paths = Vec::new();
    if from.is_dir() {
        collect(from, &mut paths)?;
    } else {
        paths.push(from.to_owned());
    }
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            let sha256 = sha256(&bytes);
            Ok(LocalFile {
                path,
                bytes,
                sha256,
            })
        })
        .collect()
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
        } else if entry.path().is_file() {
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
