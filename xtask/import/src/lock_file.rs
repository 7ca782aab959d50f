//! Lock files: TOML that people write.

use std::fs;
use std::path::Path;

use released::{LockedFile, Names, current_digest};
use serde::de::DeserializeOwned;

use support::{Failure, Result, tell};

/// Reads a lock file's text; `file` names it in messages.
///
/// # Errors
/// If it is not TOML of this form; the message has the line number.
pub fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        // The number of the line, not of the line breaks before it.
        let line = before.matches('\n').count() + 1;
        Failure::new(format!(
            "{file}, line {line}: {}; correct the entry",
            error.message().replace('\n', " ")
        ))
    })
}

/// Downloads each file and writes its digest into the lock file where that has another one. Returns the new text.
///
/// # Errors
/// If a file cannot be downloaded, the digest is not behind the URL, or the lock file cannot be written. Nothing is written
/// before everything has been downloaded.
pub fn repin(path: &Path, text: String, names: Names, files: &[LockedFile]) -> Result<String> {
    let mut repinned = text.clone();
    let mut urls = Vec::new();
    for file in files {
        let digest = current_digest(names, &file.url)?;
        if digest == file.sha256 {
            continue;
        }
        repinned = replaced(&repinned, file, digest.as_str()).ok_or_else(|| {
            Failure::new(format!(
                "{}: the sha256 of {} is not behind its url; write it there",
                names.lock, file.url
            ))
        })?;
        urls.push(&file.url);
    }
    if urls.is_empty() {
        return Ok(text);
    }
    fs::write(path, &repinned)
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}", path.display())))?;
    for url in urls {
        tell(format_args!("{}: new sha256 of {url}", names.lock));
    }
    Ok(repinned)
}

/// The text with another digest behind each place of the file's URL that has the locked one.
fn replaced(text: &str, file: &LockedFile, digest: &str) -> Option<String> {
    let url = format!("\"{}\"", file.url);
    let mut parts = text.split(&url);
    let mut replaced = parts.next()?.to_owned();
    let mut found = false;
    for part in parts {
        // What follows belongs to this URL up to the next one.
        let end = part.find("url =").unwrap_or(part.len());
        let (own, rest) = part.split_at(end);
        found |= own.contains(file.sha256.as_str());
        replaced.push_str(&url);
        replaced.push_str(&own.replacen(file.sha256.as_str(), digest, 1));
        replaced.push_str(rest);
    }
    found.then_some(replaced)
}
