//! Where CRDs come from: the files that `crds.toml` locks, from their URLs or from a folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use harness::Failure;
use released::{LockedFile, Names, Places, Releases};
use serde::Deserialize;

use super::{CustomKind, Source};

/// How messages call what can be changed.
const NAMES: Names =
    Names { lock: "manifests-lib/custom-resources/crds.toml", option: "--crds", download: None };

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

/// The files that `lock_file` names, by their digests: from `folder`, or from the network; what was downloaded before is not
/// downloaded again.
pub fn sources(folder: Option<&Path>, lock_file: &Path) -> Result<Vec<Source>, Failure> {
    read(&of_this_user(), folder, &lock(lock_file)?.source)
}

/// Those of them that define some kinds; all where it lists none for one of the kinds, which some file may define all the same.
pub fn sources_of(
    kinds: &BTreeSet<CustomKind>,
    folder: Option<&Path>,
    lock_file: &Path,
) -> Result<Vec<Source>, Failure> {
    read(&of_this_user(), folder, &those_of(kinds, lock_file)?)
}

fn of_this_user() -> Releases {
    Releases::of_this_user(NAMES)
}

fn those_of(kinds: &BTreeSet<CustomKind>, lock_file: &Path) -> Result<Vec<Listed>, Failure> {
    let mut files = lock(lock_file)?.source;
    if kinds.iter().all(|kind| files.iter().any(|file| file.defines(kind))) {
        files.retain(|file| kinds.iter().any(|kind| file.defines(kind)));
    }
    Ok(files)
}

fn read(
    releases: &Releases,
    folder: Option<&Path>,
    files: &[Listed],
) -> Result<Vec<Source>, Failure> {
    let files: Vec<LockedFile> = files.iter().map(|listed| listed.file.clone()).collect();
    let found = releases.get(Places::of(folder, false), &files)?;
    let sources = files.iter().map(|file| {
        let found = found.get(file)?;
        Ok(Source { origin: found.origin.clone(), text: found.into_text()? })
    });
    sources.collect()
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
    use released::{Cache, Network, sha256};

    const BODY: &str = "kind: CustomResourceDefinition\n";

    /// Without a cache, which another test may have filled.
    fn from(folder: &Path, files: &[Listed]) -> Result<Vec<Source>, Failure> {
        let releases = Releases::new(NAMES, Cache::at(None), Network::default());
        read(&releases, Some(folder), files)
    }

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
        let sources = from(folder.path(), &lock(&lock_file).unwrap().source).unwrap();
        let texts: Vec<&str> = sources.iter().map(|source| source.text.as_str()).collect();
        assert_eq!(texts, [BODY]);
    }

    #[test]
    fn another_file_than_the_locked_one_is_a_failure_with_both_digests() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("crds.yaml"), BODY).unwrap();
        let lock_file = locked(folder.path(), "another");
        let failure = from(folder.path(), &lock(&lock_file).unwrap().source);
        let failure = failure.err().unwrap().to_string();
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
        let failure = from(Path::new("/nowhere"), &lock(&lock_file).unwrap().source);
        let failure = failure.err().unwrap().to_string();
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
            from(folder.path(), &those_of(&BTreeSet::from([kind]), &lock_file).unwrap())
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
