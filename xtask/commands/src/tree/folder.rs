//! The system calls: an open folder, and everything in it relative to it, so that a path that changes meanwhile leads nowhere else.

use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use rustix::fs::{self, AtFlags, Dir, FileType, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use support::has_no_locks;

/// What is found under a name, a symbolic link not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    SymbolicLink,
    /// A pipe, socket or device.
    Special,
}

/// Mode of a folder, before the user's mask.
const FOLDER: Mode = Mode::from_raw_mode(0o777);

/// Mode of a rendered file.
const FILE: Mode = Mode::from_raw_mode(0o644);

/// An open folder. No name that its methods take has a slash in it, and none is followed if it is a symbolic link.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

impl Folder {
    /// Whether the system has a call that puts everything on the disk which was written to a file system.
    pub(super) const SYNCS_FILE_SYSTEM: bool = cfg!(target_os = "linux");

    /// Opens a folder by its path, through whatever links are in it; an empty path is the current folder.
    pub(super) fn reach(path: &Path) -> io::Result<Self> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(fs::open(path, flags, Mode::empty())?))
    }

    /// Opens a folder in it.
    pub(super) fn open(&self, name: &OsStr) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(Self(fs::openat(&self.0, name, flags, Mode::empty())?))
    }

    /// Opens a folder in it, or makes it; whether it was made.
    pub(super) fn open_or_make(&self, name: &OsStr) -> io::Result<(Self, bool)> {
        match self.open(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            opened => return Ok((opened?, false)),
        }
        let made = match fs::mkdirat(&self.0, name, FOLDER) {
            Err(Errno::EXIST) => false,
            result => result.map(|()| true)?,
        };
        Ok((self.open(name)?, made))
    }

    /// What it holds, by name.
    pub(super) fn entries(&self) -> io::Result<Vec<(OsString, Kind)>> {
        let mut entries = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let name = OsString::from_vec(CString::from(entry.file_name()).into_bytes());
            if name == "." || name == ".." {
                continue;
            }
            let kind = match entry.file_type() {
                // Some file systems keep it with the file alone.
                FileType::Unknown => self.kind(&name)?,
                known => Some(kind(known)),
            };
            entries.extend(kind.map(|kind| (name, kind)));
        }
        entries.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        Ok(entries)
    }

    /// What is under a name, if anything.
    pub(super) fn kind(&self, name: &OsStr) -> io::Result<Option<Kind>> {
        let status =
            if_there(fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW).map_err(Into::into))?;
        Ok(status.map(|status| kind(FileType::from_raw_mode(status.st_mode))))
    }

    /// Appends the first bytes of a file, at most `limit`.
    pub(super) fn read(&self, name: &OsStr, limit: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
        // A pipe that has taken the file's place does not block.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(fs::openat(&self.0, name, flags, Mode::empty())?);
        bytes.reserve(limit.min(64 * 1024));
        file.take(limit as u64).read_to_end(bytes)?;
        Ok(())
    }

    /// Creates a file, which must not exist; with `sync`, its contents are on the disk afterwards.
    pub(super) fn create(&self, name: &OsStr, contents: &[u8], sync: bool) -> io::Result<()> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(fs::openat(&self.0, name, flags, FILE)?);
        let mut written = || {
            file.write_all(contents)?;
            // Whatever the user's mask is.
            fs::fchmod(&file, FILE)?;
            if sync { file.sync_all() } else { Ok(()) }
        };
        written().inspect_err(|_| {
            // The cause matters more than an error of the clean-up, which the next run repeats.
            let _ = self.remove(name);
        })
    }

    /// Gives a file another name, in place of the one that has it.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(fs::renameat(&self.0, from, &self.0, to)?)
    }

    /// Removes a file, if it is there.
    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        if_there(fs::unlinkat(&self.0, name, AtFlags::empty()).map_err(Into::into)).map(drop)
    }

    /// Removes a folder if it is empty.
    pub(super) fn remove_empty(&self, name: &OsStr) -> io::Result<()> {
        match fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR) {
            // The second is how some systems say the first.
            Ok(()) | Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Locks it unless another run has done so; whether it did. Dropping the folder unlocks it.
    pub(super) fn try_lock(&self) -> io::Result<bool> {
        match fs::flock(&self.0, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(Errno::WOULDBLOCK) => Ok(false),
            Err(error) if has_no_locks(&error.into()) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Locks it, waiting for other runs.
    pub(super) fn lock(&self) -> io::Result<()> {
        loop {
            match fs::flock(&self.0, FlockOperation::LockExclusive) {
                Err(Errno::INTR) => {}
                result => return Ok(result?),
            }
        }
    }

    /// Puts its names on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        match File::from(self.0.try_clone()?).sync_all() {
            // Some file systems do not sync folders, and need not.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            synced => synced,
        }
    }

    /// Puts everything that was written to its file system on the disk, where the system can.
    pub(super) fn sync_file_system(&self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        fs::syncfs(&self.0)?;
        Ok(())
    }
}

/// Turns "no such file" into `None`: it was removed meanwhile.
pub(super) fn if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn kind(file_type: FileType) -> Kind {
    match file_type {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::SymbolicLink,
        _ => Kind::Special,
    }
}
