//! Locked files, as the importers and the conformance lanes request them.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use released::{Digest, LockedFile, Names, Releases};

const BODY: &str = "kind: CustomResourceDefinition\n";

const NAMES: Names = Names { lock: "crds.toml", option: "--from" };

/// Serves the body once and returns its URL.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).unwrap();
        let length = BODY.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{BODY}"
        )
        .unwrap();
    });
    format!("http://{address}/crds.yaml")
}

fn locked(url: &str, content: &str) -> LockedFile {
    LockedFile { url: url.to_owned(), sha256: Digest::of(content.as_bytes()) }
}

#[test]
fn a_file_is_downloaded_once_and_then_taken_from_the_cache() {
    let cache = tempfile::tempdir().unwrap();
    let file = locked(&server(), BODY);
    let releases = Releases::from_network(NAMES, Some(cache.path().join("crds")));
    let mut announced = Vec::new();
    // The server answers one request.
    for _ in 0..2 {
        let found = releases.get(&file, |url| announced.push(url.to_owned())).unwrap();
        assert_eq!(found.into_text().unwrap(), BODY);
    }
    assert_eq!(announced, [file.url]);
}

#[test]
fn a_broken_file_in_the_cache_is_not_used() {
    let cache = tempfile::tempdir().unwrap();
    let file = locked(&server(), BODY);
    fs::write(cache.path().join(file.sha256.as_str()), "half").unwrap();
    let releases = Releases::from_network(NAMES, Some(cache.path().to_owned()));
    assert_eq!(releases.get(&file, |_| ()).unwrap().bytes, BODY.as_bytes());
}

#[test]
fn another_file_than_the_locked_one_is_neither_used_nor_kept() {
    let cache = tempfile::tempdir().unwrap();
    let file = locked(&server(), "another");
    let releases = Releases::from_network(NAMES, Some(cache.path().join("crds")));
    let failure = releases.get(&file, |_| ()).unwrap_err().to_string();
    assert_eq!(
        failure,
        format!(
            "{} has the sha256 {}, but crds.toml expects {}; the cause is a moved tag or a wrong URL, so read what changed before correcting crds.toml",
            file.url,
            Digest::of(BODY.as_bytes()),
            file.sha256
        )
    );
    assert!(!cache.path().join("crds").exists());
}

#[test]
fn a_file_on_disk_is_found_by_its_digest_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("istio")).unwrap();
    fs::write(folder.path().join("crds.yaml"), "another").unwrap();
    fs::write(folder.path().join("istio/renamed.yaml"), BODY).unwrap();
    let releases = Releases::from_disk(NAMES, folder.path()).unwrap();
    let found = releases.get(&locked("https://example.org/crds.yaml", BODY), |_| ()).unwrap();
    assert_eq!(found.bytes, BODY.as_bytes());
    assert!(found.origin.ends_with("istio/renamed.yaml"));
}

#[test]
fn several_files_of_the_name_are_not_blamed_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["one", "two"] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("values.yaml"), name).unwrap();
    }
    let releases = Releases::from_disk(NAMES, folder.path()).unwrap();
    let file = locked("https://example.org/values.yaml", BODY);
    let failure = releases.get(&file, |_| ()).unwrap_err().to_string();
    let folder = folder.path().display().to_string();
    assert_eq!(
        failure.replace(&folder, "<folder>"),
        format!(
            "none of the 2 files values.yaml of <folder> has the sha256 {}, which crds.toml expects for https://example.org/values.yaml; put the released file there, or leave out --from to download it",
            file.sha256
        )
    );
}

#[test]
fn a_digest_of_the_wrong_form_is_refused_with_its_line() {
    let error = toml::from_str::<LockedFile>("url = \"u\"\nsha256 = \"ABC\"\n").unwrap_err();
    assert_eq!(
        error.message(),
        "\"ABC\" is not 64 lower-case hexadecimal digits, which is what sha256sum prints for a file"
    );
    assert!(error.to_string().contains("line 2"), "{error}");
}
