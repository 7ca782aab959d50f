//! Files from disk.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use support::{Failure, Result, tell};

/// The largest file that is read, in bytes; no release comes close.
pub const LIMIT: u64 = 64 * 1024 * 1024;

/// The most files below a folder, and the most bytes in them: a folder of releases has less, a home folder more.
const FILES: usize = 10_000;
const BYTES: u64 = 512 * 1024 * 1024;

/// A file, or the files below a folder (symbolic links to folders are not followed), ordered by path. Files larger than any release
/// are left out.
///
/// `option` is the command-line option that names it, for messages: `--from`.
///
/// # Errors
/// If it does not exist, cannot be read, is neither a file nor a folder, or holds more than releases.
pub fn list(from: &Path, option: &str) -> Result<Vec<PathBuf>> {
    let metadata = fs::metadata(from).map_err(|error| unreadable(from, option, &error))?;
    if !metadata.is_dir() {
        // Whatever else it is, reading says so.
        return Ok(vec![from.to_owned()]);
    }
    let mut listing = Listing { from, option, paths: Vec::new(), bytes: 0 };
    let entries = fs::read_dir(from).map_err(|error| unreadable(from, option, &error))?;
    listing.collect(entries)?;
    listing.paths.sort();
    Ok(listing.paths)
}

/// The content of a file.
///
/// # Errors
/// If it does not exist, cannot be read, is no regular file, or is larger than any release.
pub fn read(path: &Path, option: &str) -> Result<Vec<u8>> {
    content(path).map_err(|error| unreadable(path, option, &error))
}

/// The content of a regular file; a pipe would be waited for.
pub fn content(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        return Err(io::Error::other(format!("it is larger than {} MiB", LIMIT >> 20)));
    }
    Ok(bytes)
}

/// Leaves out a file or folder that cannot be read, and says so: others may have all that is needed.
pub fn left_out(path: &Path, error: &io::Error) {
    tell(format_args!("{} is left out, because it cannot be read: {error}", path.display()));
}

struct Listing<'a> {
    from: &'a Path,
    option: &'a str,
    paths: Vec<PathBuf>,
    bytes: u64,
}

impl Listing<'_> {
    fn collect(&mut self, entries: fs::ReadDir) -> Result<()> {
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    left_out(self.from, &error);
                    break;
                }
            };
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                match fs::read_dir(&path) {
                    Ok(entries) => self.collect(entries)?,
                    Err(error) => left_out(&path, &error),
                }
                continue;
            }
            match path.metadata() {
                Ok(metadata) if metadata.is_file() && metadata.len() <= LIMIT => {
                    self.bytes += metadata.len();
                    self.paths.push(path);
                }
                _ => {}
            }
            if self.paths.len() > FILES || self.bytes > BYTES {
                return Err(Failure::new(format!(
                    "{} holds more than {FILES} files or {} MiB, each of which would be read; name the folder that holds the released files alone with {}",
                    self.from.display(),
                    BYTES >> 20,
                    self.option
                )));
            }
        }
        Ok(())
    }
}

fn unreadable(path: &Path, option: &str, error: &io::Error) -> Failure {
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
        assert_eq!(
            list(Path::new("nowhere"), "--crds").unwrap_err().to_string(),
            "nowhere cannot be read: No such file or directory (os error 2); name a readable file or folder with --crds"
        );
    }

    #[test]
    fn what_is_larger_than_any_release_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let huge = folder.path().join("huge.yaml");
        File::create(&huge).unwrap().set_len(LIMIT + 1).unwrap();
        assert!(list(folder.path(), "--from").unwrap().is_empty());
        let failure = read(&huge, "--from").unwrap_err().to_string();
        assert!(
            failure.contains("huge.yaml cannot be read: it is larger than 64 MiB;"),
            "{failure}"
        );
    }

    #[test]
    fn a_folder_that_holds_more_than_releases_is_refused_before_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..=BYTES / LIMIT {
            File::create(folder.path().join(number.to_string())).unwrap().set_len(LIMIT).unwrap();
        }
        let failure = list(folder.path(), "--from").unwrap_err().to_string();
        assert!(failure.contains("holds more than 10000 files or 512 MiB"), "{failure}");
    }

    /// Opening a pipe waits for a writer.
    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let listed = list(&pipe, "--from").unwrap();
        let failure = read(&listed[0], "--from").unwrap_err().to_string();
        assert!(failure.contains("pipe cannot be read: it is no regular file;"), "{failure}");
        assert!(list(folder.path(), "--from").unwrap().is_empty());
    }
}
