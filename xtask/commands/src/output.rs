//! What commands print.

use std::io::{self, Write};

use support::Failure;

/// Prints text that is whole, line end included.
pub fn print(text: &str) -> Result<(), Failure> {
    printed(io::stdout().lock().write_all(text.as_bytes()))
}

/// Prints lines for people or a shell.
pub fn lines(lines: &[String]) -> Result<(), Failure> {
    print(&(lines.join("\n") + "\n"))
}

/// A reader that has seen enough, such as `head`, is no failure.
pub fn printed(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(format!(
            "cannot write to standard output: {error}; redirect it to where there is room"
        ))),
        _ => Ok(()),
    }
}
