//! What programs print: results to standard output, everything else to standard error.

use std::io::{self, Write};
use std::{env, fmt};

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

/// Text from outside as one line in which every letter is visible, so that it leaves neither its line nor its comment, and changes no
/// terminal: control letters but tabs, and what separates lines or changes the direction of writing, are written as Rust's escapes.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        let is_separator = matches!(letter, '\u{2028}' | '\u{2029}');
        if letter.is_control() && letter != '\t' || is_separator || reorders(letter) {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    line
}

/// Whether a letter changes the direction in which those after it are shown.
///
/// Upstream: <https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>
#[must_use]
pub fn reorders(letter: char) -> bool {
    matches!(
        letter,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Whether standard output shows colours: on a terminal that is not dumb, unless `NO_COLOR` is set; with `CLICOLOR_FORCE`
/// everywhere.
///
/// Upstream: <https://no-color.org>, <https://bixense.com/clicolors>
#[must_use]
pub fn colours() -> bool {
    // anstream would colour a dumb terminal where `CI` is set.
    let is_dumb = env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
    let is_refused = is_dumb && !anstyle_query::clicolor_force();
    !is_refused && AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_written_as_an_escape() {
        let hostile = "a\nb\r\tc\0d\u{85}e\u{2028}f\u{202e}g\u{7f}é\u{1b}[31m";
        let shown =
            r"a\nb\r".to_owned() + "\t" + r"c\u{0}d\u{85}e\u{2028}f\u{202e}g\u{7f}é\u{1b}[31m";
        assert_eq!(visible(hostile), shown);
    }
}
