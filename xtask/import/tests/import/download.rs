//! Without `--from`, sources come from their URLs.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::support::{Scratch, crd, lock, sha256};
use insta::assert_snapshot;

const SPEC: &str = "{type: object, properties: {name: {type: string}}}";

/// Answers every request on the loopback interface; returns the address.
pub fn serve(status: &'static str, body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut request = Vec::new();
            let mut buffer = [0_u8; 1024];
            while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                let count = stream.read(&mut buffer).expect("a request");
                request.extend_from_slice(&buffer[..count]);
            }
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).expect("an answer");
            stream.write_all(body.as_bytes()).expect("an answer");
        }
    });
    address
}

#[test]
fn a_released_file_is_downloaded_and_imported() {
    let scratch = Scratch::new();
    let definition = crd("Example", SPEC);
    let address = serve("200 OK", definition.clone());
    let url = format!("http://{address}/v1.2.3/example.yaml");
    scratch.write("crds.toml", lock(&url, &definition, "Example", ""));
    let outcome = scratch.import(&[]);
    let progress = outcome.stderr.replace(&address, "<address>");
    assert_eq!(outcome.code, 0, "{progress}");
    assert_snapshot!(progress, @"
    downloading http://<address>/v1.2.3/example.yaml
    1 kind in out: 6 written, 0 removed, 0 unchanged
    ");
    assert!(
        scratch.output()["src/example/v1/example.rs"]
            .contains(&format!("// source: {url}, release v1.2.3\n"))
    );
}

#[test]
fn a_later_run_needs_no_network() {
    let scratch = Scratch::new();
    let definition = crd("Example", SPEC);
    let address = serve("200 OK", definition.clone());
    scratch.write(
        "crds.toml",
        lock(&format!("http://{address}/one.yaml"), &definition, "Example", ""),
    );
    assert_eq!(scratch.import(&[]).code, 0);
    // Nobody listens on the port 9; the folder has nothing of use, except on request.
    scratch.write("crds.toml", lock("http://127.0.0.1:9/two.yaml", &definition, "Example", ""));
    for arguments in [
        &["--check"][..],
        &["--check", "--from", "upstream"],
        &["--from", "upstream", "--download"],
    ] {
        let outcome = scratch.import(arguments);
        assert_eq!(outcome.code, i32::from(arguments[0] == "--check"), "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("downloading"), "{}", outcome.stderr);
    }
}

#[test]
fn a_download_that_is_not_the_listed_file_is_not_even_parsed() {
    let scratch = Scratch::new();
    let other = "no: [yaml".to_owned();
    let actual = sha256(other.as_bytes());
    let address = serve("200 OK", other);
    let expected = sha256(crd("Example", SPEC).as_bytes());
    scratch.write(
        "crds.toml",
        lock(&format!("http://{address}/example.yaml"), &crd("Example", SPEC), "Example", ""),
    );
    let outcome = scratch.import(&[]);
    assert_eq!(outcome.code, 2);
    let message = outcome
        .stderr
        .replace(&address, "<address>")
        .replace(&actual, "<actual>")
        .replace(&expected, "<expected>");
    assert_snapshot!(message, @"
    downloading http://<address>/example.yaml
    error: http://<address>/example.yaml has the sha256 <actual>, but crds.toml expects <expected>; the cause is a moved tag or a wrong URL, so read what changed before correcting crds.toml
    ");
    assert!(scratch.output().is_empty());
}

#[test]
fn after_a_change_of_release_the_digests_are_taken_on_request() {
    let scratch = Scratch::new();
    let newer = crd("Example", SPEC);
    let address = serve("200 OK", newer.clone());
    let url = format!("http://{address}/v1.2.3/example.yaml");
    scratch.write("crds.toml", lock(&url, "the release before", "Example", ""));
    let outcome = scratch.import(&["--repin"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_snapshot!(outcome.stderr.replace(&address, "<address>"), @"
    downloading http://<address>/v1.2.3/example.yaml
    crds.toml: new sha256 of http://<address>/v1.2.3/example.yaml
    1 kind in out: 6 written, 0 removed, 0 unchanged
    ");
    let written = fs::read_to_string(scratch.path("crds.toml")).expect("a lock file");
    assert_eq!(written, lock(&url, &newer, "Example", ""));
    assert_eq!(scratch.import(&["--check"]).code, 0);
}

#[test]
fn a_url_without_a_file_is_named() {
    let scratch = Scratch::new();
    let address = serve("404 Not Found", String::new());
    scratch.write("crds.toml", lock(&format!("http://{address}/example.yaml"), "", "Example", ""));
    let outcome = scratch.import(&[]);
    assert_eq!(outcome.code, 2);
    assert_snapshot!(outcome.stderr.replace(&address, "<address>"), @"
    downloading http://<address>/example.yaml
    error: http://<address>/example.yaml cannot be downloaded: http status: 404; check the URL in crds.toml and the network, or give the file with --from
    ");
    assert!(scratch.output().is_empty());
}
