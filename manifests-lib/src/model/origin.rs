//! Where in the Rust source a part of the platform was written.

use std::fmt;
use std::panic::Location;

/// The line of Rust that wrote a resource.
///
/// Every public method that adds something to a bundle is `#[track_caller]` and takes its origin first; inner steps
/// receive it as a parameter.
///
/// A method of this library that is passed as a function pointer (`.map(Bundle::add)`) has no calling line; write a closure.
///
/// The file is as the compiler saw it: for the crates of a workspace, relative to the workspace root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// Path of the source file, such as `services/src/app/account.rs`.
    pub file: &'static str,
    /// Line in that file, counted from 1.
    pub line: u32,
}

impl Origin {
    /// The line that called the function which calls this one.
    #[track_caller]
    #[must_use]
    pub fn here() -> Self {
        Self::at(Location::caller())
    }

    pub(crate) fn at(location: &'static Location<'static>) -> Self {
        Self { file: location.file(), line: location.line() }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}
