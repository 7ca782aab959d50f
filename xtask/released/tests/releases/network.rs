//! Without an option, files come from their URLs, and once only.

use std::fs;
use std::net::TcpListener;

use released::{Cache, Digest, LockedFile, Network, Places, Releases};

use crate::server::{Answer, Server};
use crate::{BODY, NAMES, folder, locked, releases};

/// The content of a file that is got with an empty cache, or the message.
fn get(file: &LockedFile) -> Result<String, String> {
    let cache = folder();
    let files = releases(cache.path()).get(Places::Network, std::slice::from_ref(file));
    let found = files.and_then(|files| files.get(file)).map_err(|failure| failure.to_string())?;
    found.into_text().map_err(|failure| failure.to_string())
}

/// What becomes of a file that a server answers with this, and how often it is asked.
fn answered(answers: Vec<Answer>) -> (Result<String, String>, usize) {
    let server = Server::new(|_| answers);
    let url = server.url("crds.yaml");
    let got = get(&locked(&url, BODY)).map_err(|message| message.replace(&url, "URL"));
    (got, server.requests())
}

fn not_downloaded(reason: &str) -> Result<String, String> {
    Err(format!(
        "URL cannot be downloaded: {reason}; check the URL in crds.toml and the network, or give the file with --from"
    ))
}

#[test]
fn a_file_is_downloaded_once_and_then_taken_from_the_cache() {
    let cache = folder();
    let server = Server::new(|_| vec![Answer::ok(BODY)]);
    let file = locked(&server.url("crds.yaml"), BODY);
    for _ in 0..2 {
        let files = releases(cache.path()).get(Places::Network, std::slice::from_ref(&file));
        assert_eq!(files.unwrap().get(&file).unwrap().into_text().unwrap(), BODY);
    }
    assert_eq!(server.requests(), 1);
}

#[test]
fn without_a_cache_everything_works() {
    let server = Server::new(|_| vec![Answer::ok(BODY)]);
    let file = locked(&server.url("crds.yaml"), BODY);
    let releases = Releases::new(NAMES, Cache::at(None), Network::default());
    for _ in 0..2 {
        assert!(releases.get(Places::Network, std::slice::from_ref(&file)).is_ok());
    }
    assert_eq!(server.requests(), 2);
}

#[test]
fn a_broken_file_in_the_cache_is_not_used_and_is_replaced() {
    let cache = folder();
    let server = Server::new(|_| vec![Answer::ok(BODY)]);
    let file = locked(&server.url("crds.yaml"), BODY);
    let kept = cache.path().join("released").join(file.sha256.as_str());
    fs::create_dir(kept.parent().unwrap()).unwrap();
    fs::write(&kept, "half").unwrap();
    let files = releases(cache.path()).get(Places::Network, std::slice::from_ref(&file)).unwrap();
    assert_eq!(files.get(&file).unwrap().bytes, BODY.as_bytes());
    assert_eq!(fs::read_to_string(kept).unwrap(), BODY);
}

#[test]
fn several_runs_at_once_share_the_cache() {
    let cache = folder();
    let server = Server::new(|_| vec![Answer::ok(BODY)]);
    let file = locked(&server.url("crds.yaml"), BODY);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let releases = releases(cache.path());
                let files = releases.get(Places::Network, std::slice::from_ref(&file)).unwrap();
                assert_eq!(files.get(&file).unwrap().bytes, BODY.as_bytes());
            });
        }
    });
    let left = fs::read_dir(cache.path().join("released")).unwrap().count();
    assert_eq!(left, 1, "something besides the file");
}

#[test]
fn another_file_than_the_locked_one_is_neither_used_nor_kept_nor_asked_for_again() {
    let cache = folder();
    let server = Server::new(|_| vec![Answer::ok("another")]);
    let file = locked(&server.url("crds.yaml"), BODY);
    let got = releases(cache.path()).get(Places::Network, std::slice::from_ref(&file));
    assert_eq!(
        got.unwrap_err().to_string(),
        format!(
            "{} has the sha256 {}, but crds.toml expects {}; the cause is a moved tag or a wrong URL, so read what changed before correcting crds.toml",
            file.url,
            Digest::of(b"another"),
            file.sha256
        )
    );
    assert_eq!(server.requests(), 1);
    assert!(!cache.path().join("released").exists());
}

#[test]
fn a_server_that_is_busy_is_asked_again() {
    for head in ["429 Too Many Requests\r\nRetry-After: 0", "500 Oops", "503 Busy"] {
        let (got, requests) = answered(vec![Answer::empty(head), Answer::ok(BODY)]);
        assert_eq!((got, requests), (Ok(BODY.to_owned()), 2), "{head}");
    }
}

#[test]
fn a_server_that_stays_busy_is_left_alone_in_the_end() {
    let (got, requests) = answered(vec![Answer::empty("503 Busy")]);
    assert_eq!(got, not_downloaded("http status: 503, also at the attempt number 4"));
    assert_eq!(requests, 4);
}

#[test]
fn nobody_waits_as_long_as_a_server_likes() {
    let (got, requests) =
        answered(vec![Answer::empty("429 Too Many Requests\r\nRetry-After: 86400")]);
    let reason = "http status: 429, and the server wants to be asked again in 86400 s";
    assert_eq!((got, requests), (not_downloaded(reason), 1));
}

#[test]
fn what_is_not_there_is_not_asked_for_again() {
    let (got, requests) = answered(vec![Answer::empty("404 Not Found")]);
    assert_eq!((got, requests), (not_downloaded("http status: 404"), 1));
}

#[test]
fn a_file_that_is_cut_off_is_asked_for_again() {
    let cut = Answer { cut: 9, ..Answer::ok(BODY) };
    let (got, requests) = answered(vec![cut, Answer::ok(BODY)]);
    assert_eq!((got, requests), (Ok(BODY.to_owned()), 2));
}

#[test]
fn a_server_that_hangs_up_is_asked_again() {
    let nothing = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/crds.yaml", nothing.local_addr().unwrap());
    drop(nothing);
    let message = get(&locked(&url, BODY)).unwrap_err();
    assert!(message.starts_with(&format!("{url} cannot be downloaded: ")), "{message}");
    assert!(message.contains(", also at the attempt number 4; check the URL"), "{message}");
}

#[test]
fn a_redirect_is_followed_but_not_in_circles_nor_to_files() {
    let to = |url: &str| Answer::empty(&format!("302 Found\r\nLocation: {url}"));
    let server = Server::new(|own| vec![to(&format!("{own}/b.yaml")), Answer::ok(BODY)]);
    assert_eq!(get(&locked(&server.url("a.yaml"), BODY)), Ok(BODY.to_owned()));

    let server = Server::new(|own| vec![to(&format!("{own}/a.yaml"))]);
    let message = get(&locked(&server.url("a.yaml"), BODY)).unwrap_err();
    assert!(message.contains("cannot be downloaded: too many redirects;"), "{message}");

    let disk = folder();
    let file = disk.path().join("crds.yaml");
    fs::write(&file, BODY).unwrap();
    let server = Server::new(|_| vec![to(&format!("file://{}", file.display()))]);
    let message = get(&locked(&server.url("a.yaml"), BODY)).unwrap_err();
    assert!(message.contains("cannot be downloaded: "), "{message}");
}

#[test]
fn what_was_sent_compressed_is_called_so() {
    let head = "200 OK\r\nContent-Encoding: gzip".to_owned();
    let (got, _) = answered(vec![Answer { head, ..Answer::ok("packed") }]);
    let message = got.unwrap_err();
    assert!(
        message.starts_with("URL was sent in the encoding gzip, which nobody asked for"),
        "{message}"
    );
}

#[test]
fn more_than_any_release_is_not_read() {
    let server = Server::new(|_| vec![Answer::ok(vec![b' '; 64 * 1024 * 1024 + 1])]);
    let message = get(&locked(&server.url("huge.yaml"), BODY)).unwrap_err();
    assert!(message.contains("cannot be downloaded: "), "{message}");
    assert_eq!(server.requests(), 1);
}

#[test]
fn all_that_fails_is_told_in_order_and_the_rest_is_kept() {
    let cache = folder();
    let good = Server::new(|_| vec![Answer::ok(BODY)]);
    let bad = Server::new(|_| vec![Answer::empty("404 Not Found")]);
    let files = [
        locked(&bad.url("one.yaml"), "one"),
        locked(&good.url("two.yaml"), BODY),
        locked(&good.url("three.yaml"), "three"),
        locked(&bad.url("four.yaml"), "four"),
    ];
    let message = releases(cache.path()).get(Places::Network, &files).unwrap_err().to_string();
    let begins: Vec<&str> = message.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(begins, [&*files[0].url, &*files[2].url, &*files[3].url]);
    assert!(cache.path().join("released").join(files[1].sha256.as_str()).exists());
}

#[test]
fn what_urls_hold_now_is_asked_of_them_and_not_of_the_cache() {
    let cache = folder();
    let server = Server::new(|_| vec![Answer::ok("one"), Answer::ok("two")]);
    let (releases, url) = (releases(cache.path()), server.url("crds.yaml"));
    for content in ["one", "two"] {
        assert_eq!(releases.current(&[&url]).unwrap(), [Digest::of(content.as_bytes())]);
    }
    // It is not downloaded a second time.
    assert!(releases.get(Places::Network, &[locked(&url, "two")]).is_ok());
    assert_eq!(server.requests(), 2);
}
