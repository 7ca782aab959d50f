//! Where CRDs come from: a folder, or the URLs of `crds.toml`.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Source;
use crate::failure::Failure;
use crate::hexadecimal::hexadecimal;

/// The largest file that is downloaded, in bytes; the largest known CRD bundle has about 5 MB.
const LIMIT: u64 = 64 * 1024 * 1024;

/// How long one download may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// What is read of `crds.toml`.
#[derive(Deserialize)]
struct Lock {
    source: Vec<LockedSource>,
}

#[derive(Deserialize)]
struct LockedSource {
    url: String,
    sha256: String,
}

/// The files below `folder`, or those that `lock_file` names, kept in `cache` by their digest.
pub fn sources(
    folder: Option<&Path>,
    lock_file: &Path,
    cache: &Path,
) -> Result<Vec<Source>, Failure> {
    match folder {
        Some(folder) => {
            let mut sources = Vec::new();
            read_folder(folder, &mut sources).map_err(|error| {
                Failure::new(format!(
                    "the CRDs in {} cannot be read: {error}; give a folder of YAML files with --crds",
                    folder.display()
                ))
            })?;
            Ok(sources)
        }
        None => locked(lock_file, &cache.join("crds")),
    }
}

fn read_folder(folder: &Path, sources: &mut Vec<Source>) -> io::Result<()> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read_folder(&path, sources)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml")
        {
            sources.push(Source {
                origin: path.display().to_string(),
                text: fs::read_to_string(&path)?,
            });
        }
    }
    Ok(())
}

fn locked(lock_file: &Path, cache: &Path) -> Result<Vec<Source>, Failure> {
    let failed = |reason: String| {
        Failure::new(format!(
            "{} cannot be read: {reason}; restore it from git, or give CRDs with --crds",
            lock_file.display()
        ))
    };
    let text = fs::read_to_string(lock_file).map_err(|error| failed(error.to_string()))?;
    let lock: Lock = toml::from_str(&text).map_err(|error| failed(error.to_string()))?;
    lock.source
        .iter()
        .map(|source| source.text(cache))
        .collect()
}

impl LockedSource {
    /// The file as locked: of an earlier run, or of the network.
    fn text(&self, cache: &Path) -> Result<Source, Failure> {
        let kept = cache.join(format!("{}.yaml", self.sha256));
        if let Ok(bytes) = fs::read(&kept)
            && digest(&bytes) == self.sha256
        {
            return self.source(bytes);
        }
        let bytes = self.download()?;
        let digest = digest(&bytes);
        if digest != self.sha256 {
            return Err(Failure::new(format!(
                "{} is not what crds.toml has locked: its SHA-256 is {digest}, not {}; find out who changed it before \
                 you lock it anew with `cargo xtask crd import`",
                self.url, self.sha256
            )));
        }
        keep(&kept, &bytes).map_err(|error| {
            Failure::new(format!(
                "{} cannot be kept in {}: {error}; make the folder writable, or name another with XDG_CACHE_HOME",
                self.url,
                cache.display()
            ))
        })?;
        self.source(bytes)
    }

    fn source(&self, bytes: Vec<u8>) -> Result<Source, Failure> {
        let text = String::from_utf8(bytes)
            .map_err(|error| Failure::new(format!("{} is no text: {error}", self.url)))?;
        Ok(Source {
            origin: self.url.clone(),
            text,
        })
    }

    fn download(&self) -> Result<Vec<u8>, Failure> {
        let failed = |error: ureq::Error| {
            Failure::new(format!(
                "{} cannot be downloaded: {error}; check the network, or give the CRDs with --crds",
                self.url
            ))
        };
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .build()
            .into();
        agent
            .get(&self.url)
            .call()
            .and_then(|mut response| response.body_mut().with_config().limit(LIMIT).read_to_vec())
            .map_err(failed)
    }
}

/// Written whole: a temporary file, then renamed.
fn keep(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    io::Write::write_all(&mut temporary, bytes)?;
    temporary.persist(file)?;
    Ok(())
}

/// SHA-256, as `sha256sum` prints it.
fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write as _};
    use std::net::TcpListener;
    use std::thread;

    const BODY: &str = "kind: CustomResourceDefinition\n";

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

    fn lock(folder: &Path, url: &str, sha256: &str) -> std::path::PathBuf {
        let file = folder.join("crds.toml");
        fs::write(
            &file,
            format!("[[source]]\nurl = \"{url}\"\nsha256 = \"{sha256}\"\n"),
        )
        .unwrap();
        file
    }

    #[test]
    fn downloads_once() {
        let folder = tempfile::tempdir().unwrap();
        let lock_file = lock(folder.path(), &server(), &digest(BODY.as_bytes()));
        // The server answers one request: the second text comes from the cache.
        for _ in 0..2 {
            let sources = sources(None, &lock_file, folder.path()).unwrap();
            assert_eq!(sources[0].text, BODY);
        }
    }

    #[test]
    fn refuses_another_file_than_the_locked_one() {
        let folder = tempfile::tempdir().unwrap();
        let lock_file = lock(folder.path(), &server(), &digest(b"another"));
        let failure = sources(None, &lock_file, folder.path())
            .err()
            .unwrap()
            .to_string();
        assert!(
            failure.contains("is not what crds.toml has locked"),
            "{failure}"
        );
        assert!(!folder.path().join("crds").exists());
    }

    #[test]
    fn reads_the_yaml_files_of_a_folder_and_below() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("istio")).unwrap();
        fs::write(folder.path().join("istio/all.yaml"), "b").unwrap();
        fs::write(folder.path().join("a.yml"), "a").unwrap();
        fs::write(folder.path().join("README.md"), "c").unwrap();
        let sources = sources(Some(folder.path()), Path::new("/nowhere"), folder.path()).unwrap();
        let texts: Vec<&str> = sources.iter().map(|source| source.text.as_str()).collect();
        assert_eq!(texts, ["a", "b"]);
    }

    #[test]
    fn the_lock_file_of_the_workspace_is_understood() {
        let text = fs::read_to_string(super::super::lock_file()).unwrap();
        let lock: Lock = toml::from_str(&text).unwrap();
        assert!(!lock.source.is_empty());
    }
}
