//! With an option, files come from disk and from the cache, and from nowhere else unless that is asked for.

use std::fs;
use std::path::Path;

use released::{Digest, Files, LockedFile, Places};
use support::Result;

use crate::server::{Answer, Server};
use crate::{BODY, folder, locked, releases};

/// Files from a folder, with an empty cache.
fn get(from: &Path, files: &[LockedFile]) -> Result<Files> {
    releases(&from.join("no cache")).get(Places::Disk(from), files)
}

#[test]
fn a_file_is_found_by_its_digest_whatever_its_name() {
    let from = folder();
    fs::create_dir(from.path().join("istio")).unwrap();
    fs::write(from.path().join("crds.yaml"), "another").unwrap();
    fs::write(from.path().join("istio/renamed.yaml"), BODY).unwrap();
    let file = locked("https://example.org/crds.yaml", BODY);
    let found = get(from.path(), std::slice::from_ref(&file)).unwrap().get(&file).unwrap();
    assert_eq!(found.bytes, BODY.as_bytes());
    assert!(found.origin.ends_with("istio/renamed.yaml"));
    // A file can be named by itself.
    let renamed = from.path().join("istio/renamed.yaml");
    assert!(get(&renamed, &[file]).is_ok());
}

#[test]
fn the_only_file_of_the_name_is_blamed_for_its_digest() {
    let from = folder();
    fs::write(from.path().join("crds.yaml"), "another").unwrap();
    let file = locked("https://example.org/crds.yaml", BODY);
    let failure = get(from.path(), std::slice::from_ref(&file)).unwrap_err().to_string();
    assert_eq!(
        failure.replace(&from.path().display().to_string(), "FROM"),
        format!(
            "FROM/crds.yaml has the sha256 {}, but crds.toml expects {}; take the file of the release that crds.toml names, or correct release and sha256 there after reading what changed",
            Digest::of(b"another"),
            file.sha256
        )
    );
}

#[test]
fn all_that_is_missing_is_listed_for_a_shell() {
    let from = folder();
    // One of them is another chart's, and nobody knows which.
    for name in ["one", "two"] {
        fs::create_dir(from.path().join(name)).unwrap();
        fs::write(from.path().join(name).join("values.yaml"), name).unwrap();
    }
    fs::write(from.path().join("three.yaml"), "three").unwrap();
    let files = [
        locked("https://example.org/a/values.yaml", "a"),
        locked("https://example.org/three.yaml", "three"),
        locked("https://example.org/b/values.yaml?raw=it's", "b"),
    ];
    let failure = get(from.path(), &files).unwrap_err().to_string();
    let digest = |text: &str| Digest::of(text.as_bytes()).as_str()[..12].to_owned();
    assert_eq!(
        failure.replace(&from.path().display().to_string(), "FROM"),
        format!(
            "crds.toml locks 2 files that are neither in FROM nor in the cache, FROM/no cache/released; put them there under any name, such as by these commands, or download what is not there with --download:
  curl --fail --location --output FROM/{}-values.yaml --url https://example.org/a/values.yaml
  curl --fail --location --output FROM/{}-values.yaml --url 'https://example.org/b/values.yaml?raw=it'\\''s'",
            digest("a"),
            digest("b")
        )
    );
}

#[test]
fn what_the_cache_has_need_not_be_in_the_folder() {
    let (from, cache) = (folder(), folder());
    let server = Server::new(|_| vec![Answer::ok("old")]);
    let old = locked(&server.url("old/values.yaml"), "old");
    releases(cache.path()).get(Places::Network, std::slice::from_ref(&old)).unwrap();
    fs::write(from.path().join("values.yaml"), "new").unwrap();
    let files = [old, locked("https://example.org/new/values.yaml", "new")];
    let got = releases(cache.path()).get(Places::Disk(from.path()), &files).unwrap();
    let texts = files.each_ref().map(|file| got.get(file).unwrap().into_text().unwrap());
    assert_eq!(texts, ["old", "new"]);
}

#[test]
fn what_the_folder_lacks_is_downloaded_on_request() {
    let (from, cache) = (folder(), folder());
    fs::write(from.path().join("values.yaml"), "new").unwrap();
    let server = Server::new(|_| vec![Answer::ok("old")]);
    let files = [
        locked(&server.url("old/values.yaml"), "old"),
        // Nobody has released it yet.
        locked("http://127.0.0.1:9/new/values.yaml", "new"),
    ];
    let places = |download| Places::of(Some(from.path()), download);
    assert!(releases(cache.path()).get(places(false), &files).is_err());
    assert_eq!(server.requests(), 0);
    assert!(releases(cache.path()).get(places(true), &files).is_ok());
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let from = folder();
    let failure = get(&from.path().join("nowhere"), &[]).unwrap_err().to_string();
    assert!(failure.contains("nowhere cannot be read: No such file or directory"), "{failure}");
}

#[test]
fn what_cannot_be_read_does_not_keep_the_rest_from_use() {
    let from = folder();
    fs::write(from.path().join("crds.yaml"), BODY).unwrap();
    std::os::unix::fs::symlink("/proc/self/mem", from.path().join("memory")).unwrap();
    std::os::unix::fs::symlink("nowhere", from.path().join("dangling")).unwrap();
    assert!(get(from.path(), &[locked("https://example.org/crds.yaml", BODY)]).is_ok());
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let from = folder();
    let content = format!("\u{feff}{BODY}");
    fs::write(from.path().join("crds.yaml"), &content).unwrap();
    let file = locked("https://example.org/crds.yaml", &content);
    let found = get(from.path(), std::slice::from_ref(&file)).unwrap().get(&file).unwrap();
    assert_eq!(found.into_text().unwrap(), BODY);
}
