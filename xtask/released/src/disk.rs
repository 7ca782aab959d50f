//! Locked files on disk, found by their digests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use support::Result;

use crate::digest::Digest;
use crate::folder::{content, left_out, list, read};
use crate::locked::LockedFile;
use crate::releases::Found;

/// What a file or folder holds.
pub struct Disk {
    /// The files that are wanted.
    pub found: BTreeMap<Digest, Found>,
    /// The others.
    others: Vec<Other>,
}

/// A file that is not wanted as it is.
pub struct Other {
    pub path: PathBuf,
    pub digest: Digest,
}

impl Disk {
    /// Looks through a file, or the files below a folder, whatever their names.
    pub fn read(from: &Path, option: &str, wanted: &BTreeSet<&Digest>) -> Result<Self> {
        let mut disk = Self { found: BTreeMap::new(), others: Vec::new() };
        for path in list(from, option)? {
            let bytes = if path == from {
                read(&path, option)?
            } else {
                match content(&path) {
                    Ok(bytes) => bytes,
                    Err(error) => {
                        left_out(&path, &error);
                        continue;
                    }
                }
            };
            let digest = Digest::of(&bytes);
            if wanted.contains(&digest) {
                let origin = path.display().to_string();
                disk.found.entry(digest).or_insert(Found { origin, bytes });
            } else {
                disk.others.push(Other { path, digest });
            }
        }
        Ok(disk)
    }

    /// The only file that has the name of a locked one, but another digest.
    pub fn same_name(&self, file: &LockedFile) -> Option<&Other> {
        let mut same = self
            .others
            .iter()
            .filter(|other| other.path.file_name().is_some_and(|name| name == file.name()));
        let first = same.next()?;
        same.next().is_none().then_some(first)
    }
}
