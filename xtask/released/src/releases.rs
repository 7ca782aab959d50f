//! Locked files, from the network or from disk.

use std::path::{Path, PathBuf};

use crate::cache;
use crate::digest::Digest;
use crate::download::download;
use crate::folder::{FileOnDisk, digests, read};
use crate::locked::LockedFile;
use support::{Failure, Result};

/// Names for messages: what the user can change.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// The lock file: `crds.toml`.
    pub lock: &'static str,
    /// The option that takes files from disk instead of the network: `--from`.
    pub option: &'static str,
}

/// Where locked files come from.
#[derive(Debug)]
pub struct Releases {
    names: Names,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Network { cache: Option<PathBuf> },
    Disk { from: PathBuf, files: Vec<FileOnDisk> },
}

/// A file with its locked digest.
#[derive(Clone, Debug)]
pub struct Found {
    /// The path or URL that was read.
    pub origin: String,
    /// The content.
    pub bytes: Vec<u8>,
}

impl Releases {
    /// Files are downloaded from their URLs and, if there is a folder `cache`, kept there under their digests.
    pub fn from_network(names: Names, cache: Option<PathBuf>) -> Self {
        Self { names, place: Place::Network { cache } }
    }

    /// Files are taken from a file or folder, by digest, whatever their names.
    ///
    /// # Errors
    /// If it does not exist or cannot be read.
    pub fn from_disk(names: Names, from: &Path) -> Result<Self> {
        Ok(Self {
            names,
            place: Place::Disk { from: from.to_owned(), files: digests(from, names.option)? },
        })
    }

    /// A locked file; `announce` is called with the URL before a download.
    ///
    /// # Errors
    /// If the file cannot be read or downloaded, or is not the locked one.
    pub fn get(&self, file: &LockedFile, announce: impl FnOnce(&str)) -> Result<Found> {
        match &self.place {
            Place::Disk { from, files } => self.on_disk(file, from, files),
            Place::Network { cache } => {
                let kept = |cache: &PathBuf| cache::kept(cache, &file.sha256);
                let bytes = if let Some(bytes) = cache.as_ref().and_then(kept) {
                    bytes
                } else {
                    announce(&file.url);
                    self.downloaded(file, cache.as_deref())?
                };
                Ok(Found { origin: file.url.clone(), bytes })
            }
        }
    }

    fn on_disk(&self, file: &LockedFile, from: &Path, files: &[FileOnDisk]) -> Result<Found> {
        let Names { lock, option } = self.names;
        let expected = &file.sha256;
        if let Some(found) = files.iter().find(|found| found.digest == *expected) {
            let bytes = read(&found.path, option)?;
            // The file may have changed since the folder was looked through.
            if Digest::of(&bytes) == *expected {
                return Ok(Found { origin: found.path.display().to_string(), bytes });
            }
        }
        let name = file.name();
        let has_name = |found: &&FileOnDisk| found.path.file_name().is_some_and(|own| own == name);
        let same_name: Vec<&FileOnDisk> = files.iter().filter(has_name).collect();
        Err(Failure::new(match same_name.as_slice() {
            [other] => format!(
                "{} has the sha256 {}, but {lock} expects {expected}; take the file of the release that {lock} names, or correct release and sha256 there after reading what changed",
                other.path.display(),
                other.digest
            ),
            [] => format!(
                "no file of {} has the sha256 {expected} or the name {name}; put the released file there, or leave out {option} to download it",
                from.display()
            ),
            [_, _, ..] => format!(
                "none of the {} files {name} of {} has the sha256 {expected}, which {lock} expects for {}; put the released file there, or leave out {option} to download it",
                same_name.len(),
                from.display(),
                file.url
            ),
        }))
    }

    fn downloaded(&self, file: &LockedFile, cache: Option<&Path>) -> Result<Vec<u8>> {
        let Names { lock, .. } = self.names;
        let bytes =
            download(&file.url).map_err(|error| not_downloaded(self.names, &file.url, &error))?;
        let actual = Digest::of(&bytes);
        if actual != file.sha256 {
            return Err(Failure::new(format!(
                "{} has the sha256 {actual}, but {lock} expects {}; the cause is a moved tag or a wrong URL, so read what changed before correcting {lock}",
                file.url, file.sha256
            )));
        }
        if let Some(cache) = cache {
            cache::keep(cache, &file.sha256, &bytes).map_err(|error| {
                Failure::new(format!(
                    "{} cannot be cached in {}: {error}; make the folder writable",
                    file.url,
                    cache.display()
                ))
            })?;
        }
        Ok(bytes)
    }
}

impl Found {
    /// The content as text.
    ///
    /// # Errors
    /// If it is not UTF-8.
    pub fn into_text(self) -> Result<String> {
        utf8(&self.origin, self.bytes)
    }
}

/// The digest of what a URL holds now, for a lock file that is about to name it.
///
/// # Errors
/// If it cannot be downloaded.
pub fn current_digest(names: Names, url: &str) -> Result<Digest> {
    download(url)
        .map(|bytes| Digest::of(&bytes))
        .map_err(|error| not_downloaded(names, url, &error))
}

fn not_downloaded(names: Names, url: &str, error: &ureq::Error) -> Failure {
    let Names { lock, option } = names;
    Failure::new(format!(
        "{url} cannot be downloaded: {error}; check the URL in {lock} and the network, or give the file with {option}"
    ))
}

/// Bytes as text; `origin` names the file in the message.
///
/// # Errors
/// If they are not UTF-8.
pub fn utf8(origin: &str, bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        Failure::new(format!(
            "{origin}: byte {} is not UTF-8; compare the file with the release it was taken from",
            error.utf8_error().valid_up_to()
        ))
    })
}
