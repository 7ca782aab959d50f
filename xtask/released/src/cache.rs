//! Downloads of earlier runs, each under its digest: one folder for every command and every checkout of a user.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

use support::tell;

use crate::digest::Digest;
use crate::folder::content;
use crate::temporary::{RANDOM, is_temporary};

/// The folder's name below the caches of the user.
const NAME: &str = "manifests-released";

/// How temporary files in the cache begin.
const PREFIX: &str = ".released-";

/// After this time a temporary file is the leftover of a run that was killed: it is written in a moment.
const STALE: Duration = Duration::from_hours(1);

/// Downloads of earlier runs. What is not as it was written is not used, so that anything in the folder may be changed or removed at
/// any time, also by another run.
#[derive(Debug)]
pub struct Cache {
    folder: Option<PathBuf>,
    swept: Once,
    told: Once,
}

impl Cache {
    /// `manifests-released` below `XDG_CACHE_HOME` or `~/.cache`.
    pub fn of_this_user() -> Self {
        Self::at(folder(|variable| env::var_os(variable)))
    }

    /// In this folder; without one nothing is kept.
    pub fn at(folder: Option<PathBuf>) -> Self {
        Self { folder, swept: Once::new(), told: Once::new() }
    }

    /// The folder, if there is one.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The bytes with this digest, if they are kept and intact.
    pub fn get(&self, digest: &Digest) -> Option<Vec<u8>> {
        let bytes = content(&self.folder()?.join(digest.as_str())).ok()?;
        (Digest::of(&bytes) == *digest).then_some(bytes)
    }

    /// Keeps bytes: written to a temporary file, then renamed. Where that fails, the user is told once, and all goes on.
    pub fn put(&self, digest: &Digest, bytes: &[u8]) {
        let Some(folder) = self.folder() else {
            return self.tell_once("downloads are not kept for the next run: set HOME or XDG_CACHE_HOME to the absolute path of a folder");
        };
        if let Err(error) = self.write(folder, digest, bytes) {
            self.tell_once(&format!(
                "downloads are not kept for the next run, because {} cannot be written: {error}",
                folder.display()
            ));
        }
    }

    fn write(&self, folder: &Path, digest: &Digest, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        self.swept.call_once(|| sweep(folder));
        let mut temporary =
            tempfile::Builder::new().prefix(PREFIX).rand_bytes(RANDOM).tempfile_in(folder)?;
        temporary.write_all(bytes)?;
        temporary.persist(folder.join(digest.as_str()))?;
        Ok(())
    }

    fn tell_once(&self, line: &str) {
        self.told.call_once(|| tell(line));
    }
}

/// The folder that the environment leads to. The specification of `XDG_CACHE_HOME` has relative paths ignored.
fn folder(read: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |variable| read(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches =
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    Some(caches.join(NAME))
}

/// Removes what killed runs have left.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let is_stale = || {
            let modified = entry.metadata().ok()?.modified().ok()?;
            modified.elapsed().ok().map(|age| age > STALE)
        };
        if is_temporary(&entry.file_name(), PREFIX) && is_stale() == Some(true) {
            // Another run may have done it already.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{File, FileTimes};
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn the_folder_is_below_the_caches_of_the_user() {
        let of = |variables: &[(&str, &str)]| {
            let variables = variables.to_vec();
            folder(move |name| {
                let found = variables.iter().find(|(variable, _)| *variable == name);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        let below = |caches: &str| Some(Path::new(caches).join("manifests-released"));
        assert_eq!(of(&[("XDG_CACHE_HOME", "/caches"), ("HOME", "/me")]), below("/caches"));
        assert_eq!(of(&[("HOME", "/me")]), below("/me/.cache"));
        assert_eq!(of(&[("XDG_CACHE_HOME", "caches"), ("HOME", "/me")]), below("/me/.cache"));
        for none in [&[][..], &[("HOME", "")], &[("HOME", "me")]] {
            assert_eq!(of(none), None);
        }
    }

    #[test]
    fn what_a_killed_run_has_left_goes_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let names = [".released-a1B2c3", ".released-d4E5f6", ".released-mine.txt", "notes"];
        for name in names {
            let file = File::create(folder.path().join(name)).unwrap();
            if name != ".released-d4E5f6" {
                let long_ago = SystemTime::now() - 2 * STALE;
                file.set_times(FileTimes::new().set_modified(long_ago)).unwrap();
            }
        }
        let cache = Cache::at(Some(folder.path().to_owned()));
        cache.put(&Digest::of(b"a"), b"a");
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, [names[1], names[2], Digest::of(b"a").as_str(), names[3]]);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_no_failure() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let cache = Cache::at(Some(folder.path().join("file/caches")));
        cache.put(&Digest::of(b"a"), b"a");
        assert_eq!(cache.get(&Digest::of(b"a")), None);
    }
}
