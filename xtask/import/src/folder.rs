//! A folder below which nothing follows a symbolic link, also where one takes the place of a folder while the program runs.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::fd::OwnedFd;
use std::path::{Component, Path};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, renameat, unlinkat};
use rustix::io::Errno;

/// An open folder: what has its path later does not matter.
pub struct Folder(File);

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

impl Folder {
    /// Opens a folder, to which links may lead; `None` if it does not exist.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(path: &Path) -> io::Result<Option<Self>> {
        let path = if path == Path::new("") { Path::new(".") } else { path };
        match openat(CWD, path, FOLDER, Mode::empty()) {
            Ok(handle) => Ok(Some(Self(handle.into()))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Locks it until the handle is dropped; `waiting` is called where another process holds it.
    ///
    /// # Errors
    /// If it cannot be locked, except where the file system has no locks: there the user has to avoid two runs at once.
    pub fn lock(&self, waiting: impl FnOnce()) -> io::Result<File> {
        let handle = openat(&self.0, ".", FOLDER, Mode::empty())?;
        let file = File::from(handle);
        let locked = match file.try_lock() {
            Ok(()) => Ok(()),
            Err(std::fs::TryLockError::WouldBlock) => {
                waiting();
                file.lock()
            }
            Err(std::fs::TryLockError::Error(error)) => Err(error),
        };
        match locked {
            Err(error) if !support::has_no_locks(&error) => Err(error),
            _ => Ok(file),
        }
    }

    /// The content of a regular file below; `None` if it does not exist.
    ///
    /// # Errors
    /// If it is something else, or cannot be read.
    pub fn read(&self, below: &Path) -> io::Result<Option<Vec<u8>>> {
        let opened = self.parent(below, false).and_then(|(parent, name)| {
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            Ok(File::from(openat(&parent, name, flags, Mode::empty())?))
        });
        let mut file = match opened {
            Ok(file) => file,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// Moves a file of this folder to a path below another one, whose folders are made.
    ///
    /// # Errors
    /// If one of them is a link or no folder, or the file cannot be moved.
    pub fn rename(&self, name: &str, to: &Self, below: &Path) -> io::Result<()> {
        let (parent, new) = to.parent(below, true)?;
        Ok(renameat(&self.0, name, &parent, new)?)
    }

    /// Removes a file below, if it is there, and the folders that this leaves empty, down to one that stays.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove(&self, below: &Path, stays: &Path) -> io::Result<()> {
        let (parent, name) = self.parent(below, false)?;
        match unlinkat(&parent, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
        for folder in below.ancestors().skip(1).take_while(|folder| *folder != stays) {
            let (parent, name) = self.parent(folder, false)?;
            // A folder that is not empty stays.
            if unlinkat(&parent, name, AtFlags::REMOVEDIR).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// The folder that a path below is in, reached step by step, and the last name.
    fn parent<'a>(&self, below: &'a Path, make: bool) -> io::Result<(OwnedFd, &'a OsStr)> {
        let mut names = Vec::new();
        for component in below.components() {
            match component {
                Component::Normal(name) => names.push(name),
                _ => return Err(ErrorKind::InvalidInput.into()),
            }
        }
        let last = names.pop().ok_or(ErrorKind::InvalidInput)?;
        let mut folder = openat(&self.0, ".", FOLDER, Mode::empty())?;
        for name in names {
            if make {
                match mkdirat(&folder, name, Mode::from_raw_mode(0o777)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            folder = openat(&folder, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())?;
        }
        Ok((folder, last))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// As if somebody had put the link there after the program had looked.
    #[test]
    fn a_link_leads_nowhere() {
        let root = tempfile::tempdir().expect("a folder");
        let path = |below: &str| root.path().join(below);
        for folder in ["out", "elsewhere", "staged"] {
            fs::create_dir(path(folder)).expect("a folder");
        }
        for file in ["elsewhere/a.rs", "staged/0"] {
            fs::write(path(file), file).expect("a file");
        }
        symlink(path("elsewhere"), path("out/src")).expect("a link");
        let open = |name: &str| Folder::open(&path(name)).expect("a folder").expect("a folder");
        let (out, staged) = (open("out"), open("staged"));
        assert!(staged.rename("0", &out, Path::new("src/a.rs")).is_err());
        assert!(out.remove(Path::new("src/a.rs"), Path::new("src")).is_err());
        assert_eq!(out.read(Path::new("src/a.rs")).expect("no file there"), None);
        assert_eq!(fs::read_to_string(path("elsewhere/a.rs")).expect("a file"), "elsewhere/a.rs");
        symlink(path("elsewhere/a.rs"), path("out/b.rs")).expect("a link");
        assert!(out.read(Path::new("b.rs")).is_err());
        // A folder that is swapped for a link after it was opened is still the folder.
        fs::rename(path("out"), path("moved")).expect("a folder");
        symlink(path("elsewhere"), path("out")).expect("a link");
        staged.rename("0", &out, Path::new("lib/a.rs")).expect("a writable folder");
        assert!(path("moved/lib/a.rs").exists());
    }

    #[test]
    fn no_path_leads_above_the_folder() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(root.path()).expect("a folder").expect("a folder");
        for below in ["../a.rs", "/etc/passwd", ""] {
            assert!(folder.read(Path::new(below)).is_err(), "{below}");
        }
    }
}
