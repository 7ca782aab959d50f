//! Why a program could not do its work.

use std::fmt;
use std::process::ExitCode;

/// One or more sentences, each of which says what failed, where, and the way out.
///
/// The program ends with exit code 2. What a check finds about its input is no failure but a finding, with exit code 1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure(Vec<String>);

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

    /// Several failures as one; what more than one of them says is said once.
    pub fn merge(failures: impl IntoIterator<Item = Self>) -> Self {
        let mut sentences = Vec::new();
        for sentence in failures.into_iter().flat_map(|failure| failure.0) {
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
        Self(sentences)
    }

    /// Prints the sentences to standard error; the exit code is that of a program that could not do its work.
    pub fn report(&self) -> ExitCode {
        for sentence in &self.0 {
            eprintln!("error: {sentence}");
        }
        ExitCode::from(2)
    }
}

/// A sentence a line.
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
    fn what_two_failures_say_is_said_once() {
        let failure = |sentences: &[&str]| Failure::all(sentences.iter().map(|&s| s.to_owned()));
        let merged = Failure::merge([failure(&["a", "b"]), failure(&["b", "c"])]);
        assert_eq!(merged, failure(&["a", "b", "c"]));
    }
}
