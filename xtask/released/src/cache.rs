//! Downloads of earlier runs, each under its digest.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::digest::Digest;

/// The bytes with this digest, if they are cached and intact.
pub fn kept(cache: &Path, digest: &Digest) -> Option<Vec<u8>> {
    let bytes = fs::read(file(cache, digest)).ok()?;
    (Digest::of(&bytes) == *digest).then_some(bytes)
}

/// Caches bytes: written to a temporary file, then renamed.
pub fn keep(cache: &Path, digest: &Digest, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(cache)?;
    let mut temporary = tempfile::NamedTempFile::new_in(cache)?;
    temporary.write_all(bytes)?;
    temporary.persist(file(cache, digest))?;
    Ok(())
}

fn file(cache: &Path, digest: &Digest) -> PathBuf {
    cache.join(digest.as_str())
}
