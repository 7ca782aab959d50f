//! Files from disk.

use std::fs;
use std::path::{Path, PathBuf};

use crate::digest::Digest;
use support::{Failure, Result};

/// Larger files below a folder are skipped, in bytes; no release comes close.
const LIMIT: u64 = 64 * 1024 * 1024;

/// A file and its digest.
#[derive(Clone, Debug)]
pub struct FileOnDisk {
    pub path: PathBuf,
    pub digest: Digest,
}

/// A file, or the files below a folder (symbolic links to folders are not followed), ordered by path.
///
/// `option` is the command-line option that names it, for messages: `--from`.
///
/// # Errors
/// If it does not exist or cannot be read.
pub fn list(from: &Path, option: &str) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    if from.is_dir() {
        collect(from, option, &mut paths)?;
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
pub fn read(path: &Path, option: &str) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| unreadable(path, option, &error))
}

/// The digests of a file or of the files below a folder, ordered by path.
pub fn digests(from: &Path, option: &str) -> Result<Vec<FileOnDisk>> {
    let digest = |path: PathBuf| Ok(FileOnDisk { digest: Digest::of(&read(&path, option)?), path });
    list(from, option)?.into_iter().map(digest).collect()
}

fn collect(folder: &Path, option: &str, paths: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |error: std::io::Error| unreadable(folder, option, &error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(|error| unreadable(&entry.path(), option, &error))?;
        if kind.is_dir() {
            collect(&entry.path(), option, paths)?;
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

fn unreadable(path: &Path, option: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!(
        "{} cannot be read: {error}; name a readable file or folder with {option}",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_by_path_and_links_to_folders_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        fs::write(folder.path().join("b/one.yaml"), "").unwrap();
        fs::write(folder.path().join("a.yaml"), "").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("c")).unwrap();
        let listed = list(folder.path(), "--from").unwrap();
        let below: Vec<_> =
            listed.iter().map(|path| path.strip_prefix(folder.path()).unwrap()).collect();
        assert_eq!(below, [Path::new("a.yaml"), Path::new("b/one.yaml")]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named_with_its_option() {
        let failure =
            list(Path::new("nowhere"), "--crds").and_then(|paths| read(&paths[0], "--crds"));
        assert_eq!(
            failure.unwrap_err().to_string(),
            "nowhere cannot be read: No such file or directory (os error 2); name a readable file or folder with --crds"
        );
    }
}
