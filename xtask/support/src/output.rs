//! What programs print: results to standard output, everything else to standard error.

use std::fmt;
use std::io::{self, Write};

use anstream::{AutoStream, ColorChoice};

use crate::Failure;

/// Prints complete text, including its last line break.
///
/// # Errors
/// If standard output cannot be written, such as on a full disk. A reader that stops early, such as `head`, is no error.
pub fn print(text: &str) -> Result<(), Failure> {
    printed(io::stdout().lock().write_all(text.as_bytes()))
}

/// Prints lines, for people or for a shell.
///
/// # Errors
/// Those of [`print()`].
pub fn lines(lines: &[String]) -> Result<(), Failure> {
    let mut text = lines.join("\n");
    if !lines.is_empty() {
        text.push('\n');
    }
    print(&text)
}

/// What has become of writing to standard output: a reader that stops early, such as `head`, is not a failure.
///
/// # Errors
/// If the reason is another one.
pub fn printed(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(format!(
            "cannot write to standard output: {error}; redirect it to a place with free space"
        ))),
        _ => Ok(()),
    }
}

/// Tells the user a line on standard error: progress, a remark, a warning.
///
/// Work goes on where nobody listens: a closed terminal or a full disk behind standard error is not worth a failure.
pub fn tell(line: impl fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Whether standard output shows colours: on a terminal that is not dumb, unless `NO_COLOR` is set; with `CLICOLOR_FORCE`
/// everywhere.
///
/// Upstream: <https://no-color.org>, <https://bixense.com/clicolors>
#[must_use]
pub fn colours() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}
