//! Why a program could not do its work.

use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// The exit code of a program that could not do its work.
pub const COULD_NOT_RUN: u8 = 2;

/// One or more sentences, each with what failed, where, and the way out.
///
/// The program ends with [`COULD_NOT_RUN`]. What a check finds in its input is not a failure but a finding, with exit code 1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure(Vec<String>);

/// Number of lines of a program's output in a failure: the last ones say why it ended.
const OUTPUT_LINES: usize = 20;

/// A result whose error is a [`Failure`].
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure of one sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(vec![sentence.into()])
    }

    /// A failure of several sentences, such as all mistakes of a platform.
    pub fn all(sentences: impl IntoIterator<Item = String>) -> Self {
        Self(sentences.into_iter().collect())
    }

    /// Several failures as one, without duplicate sentences.
    pub fn merge(failures: impl IntoIterator<Item = Self>) -> Self {
        let mut sentences = Vec::new();
        for sentence in failures.into_iter().flat_map(|failure| failure.0) {
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        Self(sentences)
    }

    /// Adds the last lines of what another program printed.
    #[must_use]
    pub fn with_output(mut self, output: &str) -> Self {
        let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
        if let Some(sentence) = self.0.last_mut() {
            for line in &lines[lines.len().saturating_sub(OUTPUT_LINES)..] {
                sentence.push_str("\n    ");
                sentence.push_str(line);
            }
        }
        self
    }

    /// Prints the sentences to standard error; the exit code is that of a program that could not do its work.
    pub fn report(&self) -> ExitCode {
        for sentence in &self.0 {
            // A closed terminal is not worth a failure.
            let _ = writeln!(io::stderr(), "error: {sentence}");
        }
        ExitCode::from(COULD_NOT_RUN)
    }
}

/// One sentence per line.
impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sentence_is_a_line() {
        let failure = Failure::all(["a is wrong: do b".to_owned(), "c is: do d".to_owned()]);
        assert_eq!(failure.to_string(), "a is wrong: do b\nc is: do d");
        assert_eq!(Failure::new("a is wrong: do b").to_string(), "a is wrong: do b");
    }

    #[test]
    fn shows_the_last_lines_of_an_output() {
        let lines: Vec<String> = (1..=30).map(|line| format!("line {line}\n")).collect();
        let text = Failure::new("etcd ended").with_output(&lines.join("\n")).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1 + OUTPUT_LINES);
        assert_eq!(lines[1], "    line 11");
        assert_eq!(lines[20], "    line 30");
    }

    #[test]
    fn stays_one_line_without_output() {
        let failure = Failure::new("etcd ended").with_output("\n \n");
        assert_eq!(failure.to_string(), "etcd ended");
    }

    #[test]
    fn merged_failures_have_no_duplicates() {
        let failure = |sentences: &[&str]| Failure::all(sentences.iter().map(|&s| s.to_owned()));
        let merged = Failure::merge([failure(&["a", "b"]), failure(&["b", "c"])]);
        assert_eq!(merged, failure(&["a", "b", "c"]));
    }
}
