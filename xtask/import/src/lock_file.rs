//! Lock files: TOML that people write.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::ops::Range;
use std::path::Path;

use released::{Digest, LockedFile, Names, Releases};
use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use crate::scratch::Scratch;
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
        let message = error.message().replace('\n', " ");
        let way_out = if message == "missing field `sha256`" {
            "run with --repin, which writes it"
        } else {
            "correct the entry"
        };
        Failure::new(format!("{file}, line {line}: {message}; {way_out}"))
    })
}

/// Downloads each file and writes its digest into the lock file where that has none or another one. Returns the new text, which is
/// as the old one but for these digests.
///
/// # Errors
/// If the text is not that of a lock file, a file cannot be downloaded, or the lock file cannot be written or was changed meanwhile.
/// Nothing is written before everything has been downloaded, and the lock file is then old or new as a whole.
pub fn repin(
    path: &Path,
    written: String,
    names: Names,
    files: impl FnOnce(&str) -> Result<Vec<LockedFile>>,
) -> Result<String> {
    let text = with_places(&written);
    let files = files(&text)?;
    let urls: BTreeSet<&str> = files.iter().map(|file| file.url.as_str()).collect();
    let urls: Vec<&str> = urls.into_iter().collect();
    let digests = Releases::of_this_user(names).current(&urls)?;
    let digests: BTreeMap<&str, Digest> = urls.iter().copied().zip(digests).collect();
    let mut repinned = text.clone();
    let mut changed = Vec::new();
    // From the end, so that the places before stay where they are.
    for (url, locked, place) in places(&text).into_iter().rev() {
        let Some(digest) = digests.get(url.as_str()) else { continue };
        if Digest::try_from(locked).as_ref() != Ok(digest) {
            repinned.replace_range(place, &format!("\"{digest}\""));
            changed.push(url);
        }
    }
    if changed.is_empty() {
        return Ok(written);
    }
    replace(path, &written, &repinned)?;
    changed.dedup();
    for url in changed.iter().rev() {
        tell(format_args!("{}: new sha256 of {}", names.lock, url.escape_debug()));
    }
    Ok(repinned)
}

/// The text with a place for the digest after each URL that has none.
fn with_places(text: &str) -> String {
    let mut missing = Vec::new();
    if let Ok(table) = DeTable::parse(text) {
        without_digest(text, table.get_ref(), "\n", &mut missing);
    }
    missing.sort_unstable();
    let mut completed = text.to_owned();
    // From the end, so that the places before stay where they are.
    for (place, separator) in missing.into_iter().rev() {
        completed.insert_str(place, &format!("{separator}sha256 = \"{}\"", "0".repeat(64)));
    }
    completed
}

/// Where digests are missing, and what separates them from the URL before.
fn without_digest<'a>(
    text: &str,
    table: &DeTable<'_>,
    separator: &'a str,
    missing: &mut Vec<(usize, &'a str)>,
) {
    if let (Some(url), None) = (table.get("url"), table.get("sha256")) {
        missing.push((url.span().end, separator));
    }
    for value in table.values() {
        let elements = value.get_ref().as_array().into_iter().flat_map(|array| array.iter());
        for value in elements.chain([value]) {
            let is_inline = text.get(value.span()).is_some_and(|text| text.starts_with('{'));
            let separator = if is_inline { ", " } else { "\n" };
            if let Some(table) = value.get_ref().as_table() {
                without_digest(text, table, separator, missing);
            }
        }
    }
}

/// Every digest that stands in one table with a URL: the URL, the digest, and where that is, with its quotes.
fn places(text: &str) -> Vec<(String, String, Range<usize>)> {
    let mut places = Vec::new();
    if let Ok(table) = DeTable::parse(text) {
        in_table(table.get_ref(), &mut places);
    }
    places.sort_by_key(|(_, _, place)| place.start);
    places
}

fn in_table(table: &DeTable<'_>, places: &mut Vec<(String, String, Range<usize>)>) {
    if let (Some(url), Some(sha256)) = (table.get("url"), table.get("sha256"))
        && let (Some(url), Some(digest)) = (url.get_ref().as_str(), sha256.get_ref().as_str())
    {
        places.push((url.to_owned(), digest.to_owned(), sha256.span()));
    }
    for value in table.values() {
        in_value(value.get_ref(), places);
    }
}

fn in_value(value: &DeValue<'_>, places: &mut Vec<(String, String, Range<usize>)>) {
    if let Some(table) = value.as_table() {
        in_table(table, places);
    }
    for value in value.as_array().into_iter().flat_map(|array| array.iter()) {
        in_value(value.get_ref(), places);
    }
}

/// Writes the text beside the file, then renames. Where a symbolic link leads to the file, it stays.
///
/// # Errors
/// If it cannot be written, or was changed since the old text was read.
pub fn replace(path: &Path, old: &str, new: &str) -> Result<()> {
    let unwritable = |error: io::Error| {
        Failure::new(format!(
            "{} cannot be written: {error}; make it and its folder writable, then run again",
            path.display()
        ))
    };
    let file = fs::canonicalize(path).map_err(unwritable)?;
    let scratch = Scratch::create(file.parent().unwrap_or(Path::new("/"))).map_err(unwritable)?;
    let written = scratch.path().join("lock");
    fs::write(&written, new).map_err(unwritable)?;
    let permissions = fs::metadata(&file).map_err(unwritable)?.permissions();
    fs::set_permissions(&written, permissions).map_err(unwritable)?;
    if fs::read(&file).map_err(unwritable)? != old.as_bytes() {
        return Err(Failure::new(format!("{} was changed meanwhile; run again", path.display())));
    }
    fs::rename(&written, &file).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_found_beside_their_urls_however_they_are_written() {
        let text = "# url = \"a\"\n[[chart]]\nurl = 'a'\nsha256 = 'one' # kept\nvalues = { sha256 = \"two\", url = \"b\" }\npackage = \"three\"\n";
        let places = places(text);
        let found: Vec<(&str, &str)> =
            places.iter().map(|(url, _, place)| (url.as_str(), &text[place.clone()])).collect();
        assert_eq!(found, [("a", "'one'"), ("b", "\"two\"")]);
    }

    #[test]
    fn a_url_without_a_digest_gets_a_place_for_it() {
        let zeros = "0".repeat(64);
        let text = "[[chart]]\nurl = 'a' # kept\nvalues = { url = \"b\" }\n\n[[chart.more]]\nvalues = { url = \"c\", sha256 = \"d\" }\n";
        let completed = format!(
            "[[chart]]\nurl = 'a'\nsha256 = \"{zeros}\" # kept\nvalues = {{ url = \"b\", sha256 = \"{zeros}\" }}\n\n[[chart.more]]\nvalues = {{ url = \"c\", sha256 = \"d\" }}\n"
        );
        assert_eq!(with_places(text), completed);
    }

    #[test]
    fn a_link_to_the_file_stays_and_its_permissions_too() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("real.toml"), folder.path().join("crds.toml"));
        fs::write(&file, "old").expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("an own file");
        symlink("real.toml", &link).expect("a link");
        replace(&link, "old", "new").expect("a writable folder");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).expect("a file"), "new");
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
    }

    #[test]
    fn what_somebody_has_changed_meanwhile_is_not_lost() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("crds.toml");
        fs::write(&file, "edited").expect("a file");
        let failure = replace(&file, "old", "new").expect_err("another text").to_string();
        assert!(failure.ends_with("crds.toml was changed meanwhile; run again"));
        assert_eq!(fs::read_to_string(&file).expect("a file"), "edited");
    }
}
