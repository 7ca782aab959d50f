//! What a long run says while it goes on.

use std::fmt::Display;
use std::io::{self, Write};

/// Writes a line to standard error; a reader that is gone, such as a closed terminal, is no failure.
pub fn progress(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}
