//! Ctrl-C and its like: temporary folders go first, and what is begun to be written is written to its end.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// The temporary folders that this process has made. A signal ends the whole process, so there is one list of them.
static TEMPORARY: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Held while files are written or change places.
static WRITING: Mutex<()> = Mutex::new(());

/// From now on a signal removes what is temporary, then ends the process as it would have without this.
pub fn watch() {
    // Where that is impossible, the next run removes what is left.
    let heeded =
        [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|&signal| !support::is_ignored(signal));
    let Ok(mut signals) = Signals::new(heeded) else { return };
    thread::spawn(move || {
        for signal in signals.forever() {
            let _writing = held(&WRITING);
            for folder in held(&TEMPORARY).iter() {
                remove(folder);
            }
            let _ = emulate_default_handler(signal);
        }
    });
}

/// Removes a folder, in which rustfmt may still be writing.
fn remove(folder: &Path) {
    const TIMES: usize = 50;
    for _ in 0..TIMES {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => {
                thread::sleep(Duration::from_millis(20));
            }
            _ => return,
        }
    }
}

/// Does what a signal has to wait for.
pub fn uninterrupted<T>(work: impl FnOnce() -> T) -> T {
    let _writing = held(&WRITING);
    work()
}

/// Makes a temporary folder; no signal comes between its making and its place in the list.
pub fn registered<T, E>(make: impl FnOnce() -> Result<(PathBuf, T), E>) -> Result<T, E> {
    let mut temporary = held(&TEMPORARY);
    let (path, folder) = make()?;
    temporary.insert(path);
    Ok(folder)
}

/// What it guards is right also after a panic.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
