//! Why a folder was not, or not completely, brought up to date.

use std::fmt;
use std::io;
use std::path::PathBuf;

use support::Failure;

/// Why a plan could not be made or carried out: one sentence with the file and the way out.
#[derive(Debug)]
pub enum Error {
    /// A rendered path that is not allowed below the folder. A bug of the renderer, not the user's mistake.
    InvalidPath {
        /// The path as rendered.
        path: PathBuf,
        /// What is wrong with it, as the end of a sentence that begins with the path.
        reason: &'static str,
    },
    /// Rendered contents that do not begin with the marker. A bug of the renderer, not the user's mistake.
    NoMarker {
        /// The path as rendered.
        path: PathBuf,
        /// The marker.
        marker: &'static str,
    },
    /// Two rendered files or folders that are the same on a case-insensitive file system.
    SameButForCase {
        /// The first path.
        first: PathBuf,
        /// The other one.
        second: PathBuf,
    },
    /// An obstacle that the renderer must not touch; nothing was written.
    Refused {
        /// Its path.
        path: PathBuf,
        /// What it is.
        obstacle: Obstacle,
    },
    /// Something could not be read; nothing was written.
    Read {
        /// What could not be read.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A change failed; the changes before it were made, and each file is complete.
    Write {
        /// What could not be written or removed.
        path: PathBuf,
        /// Why.
        source: io::Error,
        /// Number of files created, changed or removed before.
        done: usize,
        /// Number of files to create, change or remove.
        planned: usize,
    },
}

/// What the renderer never overwrites, removes or follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A file without the marker where a rendered file belongs.
    ForeignFile,
    /// A symbolic link where a rendered file or a folder of rendered files belongs.
    SymbolicLink,
    /// A folder where a rendered file belongs.
    Folder,
    /// A file where a folder belongs.
    File,
    /// A pipe, socket or device where a rendered file or a folder belongs.
    Special,
    /// The folder to write to, or one above it, is a dangling symbolic link.
    DanglingLink,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidPath { path, reason } => write!(
                formatter,
                "the rendered path `{}` {reason}: correct the bundle or object name that it is made of",
                path.display()
            ),
            Self::NoMarker { path, marker } => write!(
                formatter,
                "the rendered file `{}` does not begin with `{marker}`, so the next run would take it for \
                 someone else's: begin its contents with that comment",
                path.display()
            ),
            Self::SameButForCase { first, second } => write!(
                formatter,
                "the rendered paths `{}` and `{}` differ only in upper and lower case and are the \
                 same file on macOS and Windows: rename one of them",
                first.display(),
                second.display()
            ),
            Self::Refused { path, obstacle } => write!(
                formatter,
                "`{}` is {obstacle}; nothing was written: move or delete it, then run again",
                path.display()
            ),
            Self::Read { path, source } => write!(
                formatter,
                "cannot read `{}`: {source}; nothing was written: make it readable, then run again",
                path.display()
            ),
            Self::Write { path, source, done, planned } => write!(
                formatter,
                "cannot change `{}`: {source}; {done} of {planned} changes are done and every file is \
                 complete: remove the cause, then run again to do the rest",
                path.display()
            ),
        }
    }
}

// No `source()`: the sentence above already holds the cause, and a reporter would print it twice.
impl std::error::Error for Error {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::new(error.to_string())
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ForeignFile => {
                "a file that `cargo xtask render` did not write (its first line lacks the marker) where a \
                 rendered file belongs"
            }
            Self::SymbolicLink => {
                "a symbolic link, which is never followed, where a rendered file or its folder belongs"
            }
            Self::Folder => "a folder where a rendered file belongs",
            Self::File => "a file where a folder belongs",
            Self::Special => "a pipe, socket or device where a rendered file or its folder belongs",
            Self::DanglingLink => "a dangling symbolic link",
        })
    }
}
