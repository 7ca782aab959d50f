//! The sources of the manifests, and the time each was last written.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use support::Failure;

/// Folders in the root of a workspace that have no sources of manifests.
const OTHERS: [&str; 5] = ["target", "snapshots", "docs", "conformance", "tests"];

/// The state of a workspace's sources at some time. Two are equal if nothing was saved in between.
///
/// Polling costs some milliseconds, so the operating system's notifications are not needed, nor a library for them, which
/// would be linked after every edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources(BTreeMap<PathBuf, (SystemTime, u64)>);

impl Sources {
    /// Looks at the Rust and TOML files of a workspace, except hidden folders and symbolic links.
    pub fn of(root: &Path) -> Result<Self, Failure> {
        let mut sources = Self(BTreeMap::new());
        sources.look(root, true).map_err(|error| {
            Failure::new(format!(
                "cannot look for sources below {}: {error}; make it readable, then run again",
                root.display()
            ))
        })?;
        Ok(sources)
    }

    fn look(&mut self, folder: &Path, is_root: bool) -> io::Result<()> {
        let Some(entries) = if_there(fs::read_dir(folder))? else {
            return Ok(());
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let kind = entry.file_type()?;
            if kind.is_dir() {
                // Modules may have these names; tests of a crate stand beside its manifest.
                let is_other = |name: &str| {
                    is_root && OTHERS.contains(&name)
                        || name == "tests" && folder.join("Cargo.toml").is_file()
                };
                let other = name.to_str().is_none_or(is_other);
                if !other && !name.as_encoded_bytes().starts_with(b".") {
                    self.look(&entry.path(), false)?;
                }
            } else if kind.is_file()
                && is_source(&entry.path())
                && let Some(metadata) = if_there(entry.metadata())?
            {
                self.0.insert(entry.path(), (metadata.modified()?, metadata.len()));
            }
        }
        Ok(())
    }
}

/// Turns a file that was removed meanwhile into `None`.
fn if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    }
}

fn is_source(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| matches!(extension, "rs" | "toml" | "lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in ["services/src/lib.rs", "snapshots/dev/a.yaml", "target/debug/build.rs"] {
            write(folder.path(), file, "");
        }
        folder
    }

    fn write(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn a_save_a_new_file_and_a_removal_are_seen() {
        let folder = workspace();
        let root = folder.path();
        let mut before = Sources::of(root).unwrap();
        let mut expect_change = |what: &str| {
            let now = Sources::of(root).unwrap();
            assert_ne!(now, before, "{what}");
            before = now;
        };
        write(root, "services/src/lib.rs", "// longer");
        expect_change("a save");
        write(root, "environments/stg/src/lib.rs", "");
        expect_change("a new file");
        fs::remove_file(root.join("environments/stg/src/lib.rs")).unwrap();
        expect_change("a removal");
        write(root, "Cargo.toml", "");
        expect_change("a manifest");
        write(root, "services/src/docs/mod.rs", "");
        expect_change("a module that is called like a folder of the root");
    }

    #[test]
    fn what_is_rendered_or_built_is_no_source() {
        let folder = workspace();
        let root = folder.path();
        let before = Sources::of(root).unwrap();
        for file in [
            "snapshots/dev/b.yaml",
            "environments/prd/eks.yaml",
            "target/debug/other.rs",
            ".git/x.rs",
            "services/src/.lib.rs.swp",
        ] {
            write(root, file, "new");
        }
        assert_eq!(Sources::of(root).unwrap(), before);
    }
}
