//! Where CRDs come from: the files that `crds.toml` locks, from their URLs or from a folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use harness::{Failure, progress};
use released::{LockedFile, Names, Releases};
use serde::Deserialize;

use super::{CustomKind, Source};

/// How messages call what can be changed.
const NAMES: Names = Names { lock: "manifests-lib/custom-resources/crds.toml", option: "--crds" };

/// What is read of `crds.toml`.
#[derive(Deserialize)]
struct Lock {
    source: Vec<Listed>,
}

/// A file, and the kinds that types are generated of.
#[derive(Deserialize)]
struct Listed {
    #[serde(flatten)]
    file: LockedFile,
    #[serde(default)]
    kind: Vec<ListedKind>,
}

#[derive(Deserialize)]
struct ListedKind {
    api_version: String,
    kind: String,
}

impl ListedKind {
    fn is(&self, kind: &CustomKind) -> bool {
        self.api_version == format!("{}/{}", kind.group, kind.version) && self.kind == kind.kind
    }
}

impl Listed {
    fn defines(&self, kind: &CustomKind) -> bool {
        self.kind.iter().any(|listed| listed.is(kind))
    }
}

/// The files that `lock_file` names, by their digests: from `folder`, or from the network, kept in `cache`.
pub fn sources(
    folder: Option<&Path>,
    lock_file: &Path,
    cache: &Path,
) -> Result<Vec<Source>, Failure> {
    read(folder, &lock(lock_file)?.source, cache)
}

/// Those of them that define some kinds; all where it lists none for one of the kinds, which some file may define all the same.
pub fn sources_of(
    kinds: &BTreeSet<CustomKind>,
    folder: Option<&Path>,
    lock_file: &Path,
    cache: &Path,
) -> Result<Vec<Source>, Failure> {
    let mut files = lock(lock_file)?.source;
    if kinds.iter().all(|kind| files.iter().any(|file| file.defines(kind))) {
        files.retain(|file| kinds.iter().any(|kind| file.defines(kind)));
    }
    read(folder, &files, cache)
}

fn read(folder: Option<&Path>, files: &[Listed], cache: &Path) -> Result<Vec<Source>, Failure> {
    let releases = match folder {
        Some(folder) => Releases::from_disk(NAMES, folder)?,
        None => Releases::from_network(NAMES, Some(cache.join("crds"))),
    };
    let files = files.iter().map(|Listed { file, .. }| {
        let found = releases.get(file, |url| {
            progress(format_args!("CRDs: downloading {url}"));
        })?;
        Ok(Source { origin: found.origin.clone(), text: found.into_text()? })
    });
    files.collect()
}

fn lock(file: &Path) -> Result<Lock, Failure> {
    let failed = |reason: String| {
        Failure::new(format!("{} cannot be read: {reason}; restore it from git", file.display()))
    };
    let text = fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    toml::from_str(&text).map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use released::sha256;

    const BODY: &str = "kind: CustomResourceDefinition\n";

    /// A lock file for one file of these contents.
    fn locked(folder: &Path, contents: &str) -> std::path::PathBuf {
        let file = folder.join("crds.toml");
        let digest = sha256(contents.as_bytes());
        let url = "https://example.com/v1/crds.yaml";
        fs::write(
            &file,
            format!("[[source]]\nurl = \"{url}\"\nrelease = \"v1\"\nsha256 = \"{digest}\"\n"),
        )
        .unwrap();
        file
    }

    #[test]
    fn takes_the_locked_file_of_a_folder_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("istio")).unwrap();
        fs::write(folder.path().join("istio/all.yaml"), BODY).unwrap();
        fs::write(folder.path().join("other.yaml"), "kind: Other\n").unwrap();
        let lock_file = locked(folder.path(), BODY);
        let sources = sources(Some(folder.path()), &lock_file, folder.path()).unwrap();
        let texts: Vec<&str> = sources.iter().map(|source| source.text.as_str()).collect();
        assert_eq!(texts, [BODY]);
    }

    #[test]
    fn another_file_than_the_locked_one_is_a_failure_with_both_digests() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("crds.yaml"), BODY).unwrap();
        let lock_file = locked(folder.path(), "another");
        let failure =
            sources(Some(folder.path()), &lock_file, folder.path()).err().unwrap().to_string();
        for part in [
            "crds.yaml has the sha256 ",
            &sha256(BODY.as_bytes()),
            "crds.toml expects ",
            &sha256(b"another"),
        ] {
            assert!(failure.contains(part), "{part}: {failure}");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named_with_its_option() {
        let folder = tempfile::tempdir().unwrap();
        let lock_file = locked(folder.path(), BODY);
        let failure = sources(Some(Path::new("/nowhere")), &lock_file, folder.path())
            .err()
            .unwrap()
            .to_string();
        assert!(
            failure.contains("/nowhere cannot be read") && failure.contains("--crds"),
            "{failure}"
        );
    }

    #[test]
    fn takes_only_the_files_that_define_what_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let lock_file = locked(folder.path(), BODY);
        let mut text = fs::read_to_string(&lock_file).unwrap();
        text.push_str("[[source.kind]]\napi_version = \"example.com/v1\"\nkind = \"Tool\"\n");
        // Of this one there is no copy.
        let other = sha256(b"other");
        let other = format!(
            "[[source]]\nurl = \"https://example.com/v1/other.yaml\"\nsha256 = \"{other}\"\n"
        );
        text.push_str(&other);
        text.push_str("[[source.kind]]\napi_version = \"example.com/v1\"\nkind = \"Other\"\n");
        fs::write(&lock_file, text).unwrap();
        fs::write(folder.path().join("crds.yaml"), BODY).unwrap();
        let of = |kind: &str| {
            let kind = CustomKind {
                group: "example.com".to_owned(),
                version: "v1".to_owned(),
                kind: kind.to_owned(),
            };
            sources_of(&BTreeSet::from([kind]), Some(folder.path()), &lock_file, folder.path())
        };
        assert_eq!(of("Tool").unwrap().len(), 1);
        // A file may define a kind that nothing is generated of: all are asked.
        assert!(of("Unlisted").is_err());
    }

    #[test]
    fn the_lock_file_of_the_workspace_is_understood() {
        assert!(!lock(&super::super::lock_file().unwrap()).unwrap().source.is_empty());
    }
}
