//! What operating systems and file systems do not all have or say.

use std::fs;
use std::io;

use rustix::io::Errno;

/// Whether this process was started with a signal ignored, as by `nohup`; where the system does not say it, it was not.
#[must_use]
pub fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}

/// Whether an error says that a file system, such as one of a network, has no locks: there the user has to avoid two runs at once.
///
/// NFS answers `EBADF` to an exclusive lock of what is open for reading only, and `ENOLCK` without a lock manager.
#[must_use]
pub fn has_no_locks(error: &io::Error) -> bool {
    let no_locks = [Errno::NOTSUP, Errno::OPNOTSUPP, Errno::NOSYS, Errno::BADF, Errno::NOLCK];
    error.kind() == io::ErrorKind::Unsupported
        || Errno::from_io_error(error).is_some_and(|error| no_locks.contains(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_systems_without_locks_say_so_in_many_ways() {
        for error in [Errno::NOTSUP, Errno::NOSYS, Errno::BADF, Errno::NOLCK] {
            assert!(has_no_locks(&error.into()), "{error}");
        }
        assert!(!has_no_locks(&Errno::ACCESS.into()));
    }
}
