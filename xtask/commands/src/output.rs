//! Output of commands.

use std::io::{self, Write};

use support::Failure;

/// Prints complete text, including its last line break.
pub fn print(text: &str) -> Result<(), Failure> {
    printed(io::stdout().lock().write_all(text.as_bytes()))
}

/// Prints lines, for people or for a shell.
pub fn lines(lines: &[String]) -> Result<(), Failure> {
    print(&(lines.join("\n") + "\n"))
}

/// A reader that stops early, such as `head`, is not a failure.
pub fn printed(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(format!(
            "cannot write to standard output: {error}; redirect it to a place with free space"
        ))),
        _ => Ok(()),
    }
}
