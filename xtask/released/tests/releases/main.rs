//! Locked files, as the importers, `cluster check` and the conformance lanes request them.

mod disk;
mod network;
mod server;

use std::path::Path;
use std::time::Duration;

use released::{Cache, Digest, LockedFile, Names, Network, Releases};
use tempfile::TempDir;

const BODY: &str = "kind: CustomResourceDefinition\n";

const NAMES: Names = Names { lock: "crds.toml", option: "--from", download: Some("--download") };

/// Releases with a cache of this test alone, and a network that is asked again at once.
fn releases(cache: &Path) -> Releases {
    let cache = Cache::at(Some(cache.join("released")));
    Releases::new(NAMES, cache, Network::pausing(Duration::from_millis(1)))
}

fn locked(url: &str, content: &str) -> LockedFile {
    LockedFile { url: url.to_owned(), sha256: Digest::of(content.as_bytes()) }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_digest_of_the_wrong_form_is_refused_with_its_line() {
    let error = toml::from_str::<LockedFile>("url = \"u\"\nsha256 = \"ABC\"\n").unwrap_err();
    assert_eq!(
        error.message(),
        "\"ABC\" is not 64 hexadecimal digits, which is what sha256sum prints for a file"
    );
    assert!(error.to_string().contains("line 2"), "{error}");
}
